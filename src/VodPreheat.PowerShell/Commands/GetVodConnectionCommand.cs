using System.Management.Automation;
using VodPreheat.Connections;

namespace VodPreheat.Commands;

/// <summary>Get-VodConnection: writes the default connection of the runspace, if there is one.</summary>
[Cmdlet(VerbsCommon.Get, "VodConnection", HelpUri = VodCmdlet.HelpRoot + "Get-VodConnection.md")]
[OutputType(typeof(VodConnection))]
public sealed class GetVodConnectionCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (DefaultConnection.For(this) is { } connection)
        {
            WriteObject(connection);
        }
    }
}

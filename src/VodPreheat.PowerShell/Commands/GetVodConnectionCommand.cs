using System.Management.Automation;
using VodPreheat.Connections;

namespace VodPreheat.Commands;

/// <summary>Get-VodConnection: writes the default connection of the process, if there is one.</summary>
[Cmdlet(VerbsCommon.Get, "VodConnection", HelpUri = VodCmdlet.HelpRoot + "Get-VodConnection.md")]
[OutputType(typeof(VodConnection))]
public sealed class GetVodConnectionCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (DefaultConnection.HandOut() is { } connection)
        {
            WriteObject(connection);
        }
    }
}

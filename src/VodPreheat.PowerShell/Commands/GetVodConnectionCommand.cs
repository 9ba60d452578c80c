using System.Management.Automation;

namespace VodPreheat.Commands;

/// <summary>Get-VodConnection: writes the default connection of the runspace, if there is one.</summary>
[Cmdlet(VerbsCommon.Get, "VodConnection", HelpUri = VodCmdlet.HelpRoot + "Get-VodConnection.md")]
[OutputType(typeof(VodConnection))]
public sealed class GetVodConnectionCommand : VodCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (FindDefaultConnection() is { } connection)
        {
            WriteObject(connection);
        }
    }
}

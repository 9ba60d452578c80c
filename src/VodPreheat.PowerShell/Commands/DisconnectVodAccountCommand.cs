using System.Management.Automation;
using VodPreheat.Completion;
using VodPreheat.Connections;
using VodPreheat.Errors;
using VodPreheat.Parameters;

namespace VodPreheat.Commands;

/// <summary>Disconnect-VodAccount: cancels the requests of a connection and wipes its secrets. Without a parameter, only of a default that this runspace has connected.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "VodAccount", HelpUri = VodCmdlet.HelpRoot + "Disconnect-VodAccount.md")]
[OutputType(typeof(void))]
public sealed class DisconnectVodAccountCommand : PSCmdlet
{
    /// <summary>The connection to disconnect; by default the default connection.</summary>
    [Parameter(ValueFromPipeline = true, HelpMessage = "Specifies the connection to end, from Connect-VodAccount -PassThru or -NoDefault.")]
    [ValidateNotNull]
    [LiveConnection]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    public VodConnection? Connection { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if ((Connection ?? DefaultConnection.Own) is { } connection)
        {
            if (connection.Client is null)
            {
                ThrowTerminatingError(ErrorRecords.ConnectionNotLive(connection));
            }

            connection.Client!.Dispose();
        }
    }
}

using System.Management.Automation;
using VodPreheat.Completion;
using VodPreheat.Connections;
using VodPreheat.Errors;
using VodPreheat.Parameters;

namespace VodPreheat.Commands;

/// <summary>Disconnect-VodAccount: cancels the requests of a connection, wipes its secrets, and removes it if it is the default.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "VodAccount", HelpUri = VodCmdlet.HelpRoot + "Disconnect-VodAccount.md")]
[OutputType(typeof(void))]
public sealed class DisconnectVodAccountCommand : PSCmdlet
{
    /// <summary>The connection to disconnect; by default the default connection.</summary>
    [Parameter(HelpMessage = "Specifies the connection to end, from Connect-VodAccount -PassThru or -NoDefault.")]
    [ValidateNotNull]
    [LiveConnection]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    public VodConnection? Connection { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if ((Connection ?? DefaultConnection.Current) is { } connection)
        {
            if (connection.Client is null)
            {
                ThrowTerminatingError(ErrorRecords.ConnectionNotLive(connection));
            }

            DefaultConnection.Forget(connection);
            connection.Client!.Dispose();
        }
    }
}

using System.Management.Automation;
using VodPreheat.Client;
using VodPreheat.Completion;
using VodPreheat.Errors;
using VodPreheat.Parameters;

namespace VodPreheat.Commands;

/// <summary>A cmdlet that uses a connection: the specified one, else the default of the runspace, which is read once per pipeline.</summary>
public abstract class VodConnectedCmdlet : VodCmdlet
{
    private VodClient? _client;

    /// <summary>The connection to use instead of the default, from Connect-VodAccount -PassThru or -NoDefault.</summary>
    [Parameter(HelpMessage = "Specifies the connection to use, from Connect-VodAccount -PassThru or -NoDefault.")]
    [ValidateNotNull]
    [LiveConnection]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    public virtual VodConnection? Connection { get; set; }

    /// <summary>The client of the connection.</summary>
    private protected VodClient Client => _client!;

    /// <inheritdoc/>
    protected override void BeginProcessing() => FindConnection();

    /// <summary>Finds the connection.</summary>
    private protected void FindConnection()
    {
        VodConnection? connection = Connection ?? FindDefaultConnection();
        if (connection is null)
        {
            ThrowTerminatingError(ErrorRecords.NotConnected());
        }

        _client = connection!.Client;
        if (_client is null)
        {
            ThrowTerminatingError(ErrorRecords.ConnectionNotLive(connection));
        }
    }
}

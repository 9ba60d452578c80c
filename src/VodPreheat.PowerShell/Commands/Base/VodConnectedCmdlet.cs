using System.Management.Automation;
using VodPreheat.Client;
using VodPreheat.Completion;
using VodPreheat.Connections;
using VodPreheat.Errors;
using VodPreheat.Parameters;

namespace VodPreheat.Commands;

/// <summary>A cmdlet that uses a connection: the specified one, else the default of the process, which is read once per pipeline.</summary>
public abstract class VodConnectedCmdlet : VodCmdlet
{
    private VodClient? _client;
    private SharedConnection? _default;

    /// <summary>The connection to use instead of the default, from Connect-VodAccount -PassThru or -NoDefault.</summary>
    [Parameter(HelpMessage = "Specifies the connection to use, from Connect-VodAccount -PassThru or -NoDefault.")]
    [ValidateNotNull]
    [LiveConnection]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    public VodConnection? Connection { get; set; }

    /// <summary>The client of the connection.</summary>
    private protected VodClient Client => _client!;

    /// <summary>Finds the connection.</summary>
    protected override void BeginProcessing()
    {
        _default = Connection is null ? DefaultConnection.Use() : null;
        VodConnection? connection = Connection ?? _default?.Connection;
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

    /// <summary>Cancels all requests of this invocation, and releases the default connection if it has been replaced.</summary>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Interlocked.Exchange(ref _default, null)?.Release();
    }
}

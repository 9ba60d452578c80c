using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using VodPreheat.TestServer.Faults;
using VodPreheat.TestServer.State;
using VodPreheat.TestServer.Wire;

namespace VodPreheat.TestServer;

/// <summary>
/// A node of a CDN on the loopback address: serves the files that were set, for HEAD, GET, and GET of the first byte, with any
/// headers and faults. For all other paths, it answers 404.
/// </summary>
public sealed class EdgeServer : IDisposable
{
    private readonly ConnectionHost _host;
    private readonly ConcurrentDictionary<string, EdgeFile> _files = new();
    private ServerState _state = new(TimeProvider.System);

    private EdgeServer(X509Certificate2? certificate)
    {
        _host = new ConnectionHost(0, certificate, ServeAsync);
        Endpoint = new Uri($"{(certificate is null ? "http" : "https")}://127.0.0.1:{_host.Port}");
    }

    /// <summary>The address that it listens on.</summary>
    public Uri Endpoint { get; }

    /// <summary>Whether every path is a file, also if it was not set.</summary>
    public bool AnyFile { get; set; }

    /// <summary>Whether a connection has only one answer: a second request is reset, as if it had met the end of the connection on its way.</summary>
    public bool ResetsReusedConnections { get; set; }

    /// <summary>A delay before each answer. It ends early when the client disconnects.</summary>
    public int LatencyMs
    {
        get => _state.LatencyMs;
        set => _state.LatencyMs = value;
    }

    /// <summary>All requests in the order of arrival.</summary>
    public RecordedRequest[] Requests => _state.Log.Snapshot();

    /// <summary>The number of requests.</summary>
    public int RequestCount => _state.Log.Count;

    /// <summary>The number of connections open now.</summary>
    public int OpenConnections => _host.Open;

    /// <summary>The maximum number of concurrent requests.</summary>
    public int MaxInFlight => _state.MaxInFlight;

    /// <summary>Starts a node on a free port.</summary>
    public static EdgeServer Start() => new(null);

    /// <summary>Starts a TLS node with an invalid certificate.</summary>
    public static EdgeServer StartTls(TlsFault fault) => new(Certificates.Make(fault));

    /// <summary>Makes a path a file, without cache headers.</summary>
    public void SetFile(string path) => _files[path] = EdgeFile.Served;

    /// <summary>Sets the answer for a path, with headers such as "Age: 5".</summary>
    public void SetFile(string path, int status, params string[] headers) => _files[path] = new EdgeFile(EdgeFile.Served.Answer with
    {
        Status = status,
        Headers = [.. headers.Select(header => header.Split(": ", 2)).Select(parts => (parts[0], parts[1]))],
    });

    /// <summary>Sets a different status for HEAD, for a path that has an answer.</summary>
    public void SetHeadStatus(string path, int status) => _files[path] = _files[path] with { HeadStatus = status };

    /// <summary>Sets a connection fault for a path; only for GET if HEAD has a different status.</summary>
    public void SetFault(string path, FaultKind kind) => _files[path] = _files.GetValueOrDefault(path, EdgeFile.Served) with { Fault = kind };

    /// <summary>Sets a connection fault for HEAD only.</summary>
    public void SetHeadFault(string path, FaultKind kind) => _files[path] = _files.GetValueOrDefault(path, EdgeFile.Served) with { HeadFault = kind };

    /// <summary>Resets everything. Connections remain open.</summary>
    public void Reset()
    {
        _files.Clear();
        AnyFile = false;
        ResetsReusedConnections = false;
        _state = new ServerState(TimeProvider.System);
    }

    /// <summary>Stops listening and closes every connection.</summary>
    public void Dispose() => _host.Dispose();

    private async Task ServeAsync(HttpConnection connection, CancellationToken stop)
    {
        for (bool isFirst = true; await connection.ReadRequestAsync(stop).ConfigureAwait(false) is { } request; isFirst = false)
        {
            if (ResetsReusedConnections && !isFirst)
            {
                connection.Reset();
                return;
            }

            if (!await AnswerAsync(connection, request, _state, stop).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    // True if the connection stays open.
    private async Task<bool> AnswerAsync(HttpConnection connection, RecordedRequest request, ServerState state, CancellationToken stop)
    {
        EdgeFile file = _files.GetValueOrDefault(request.Path, AnyFile ? EdgeFile.Served : EdgeFile.NotThere);
        state.Log.Add(request);

        // In progress until just before the answer: the next request of the client can arrive before this task continues.
        state.Enter();
        bool isClientThere = await connection.WaitAsync(TimeSpan.FromMilliseconds(state.LatencyMs), stop).ConfigureAwait(false);
        state.Leave();
        if (!isClientThere)
        {
            return false;
        }

        HttpAnswer answer = file.AnswerTo(request);
        bool isHead = request.Method == "HEAD";
        FaultKind? fault = file.FaultOf(request);
        request.StatusSent = FaultyWire.SendsStatus(fault) ? answer.Status : 0;
        if (await FaultyWire.SendAsync(fault, connection, request, answer, state.Now, stop).ConfigureAwait(false))
        {
            return false;
        }

        byte[] head = answer.Head(state.Now, request.KeepAlive, answer.Body.Length);
        await connection.WriteAsync(isHead ? head : [.. head, .. answer.Body], stop).ConfigureAwait(false);
        return request.KeepAlive;
    }
}

using VodPreheat.TestServer.Faults;
using VodPreheat.TestServer.Services;
using VodPreheat.TestServer.State;
using VodPreheat.TestServer.Wire;

namespace VodPreheat.TestServer;

/// <summary>
/// A server on the loopback address that simulates VOD, IAM, and the metadata service of an ECS, distinguished
/// by path. It verifies each signature with its own code, records the requests, and causes the specified faults.
/// </summary>
public sealed partial class LoopbackServer : IDisposable
{
    /// <summary>The default access key.</summary>
    public const string DefaultAccessKey = "TESTAK0000000000001X";

    /// <summary>Its secret key.</summary>
    public const string DefaultSecretKey = "test+Secret/Key=0000000000000000000001";

    /// <summary>The ID of the default project.</summary>
    public const string DefaultProjectId = "0123456789abcdef0123456789abcdef";

    /// <summary>Its name, which is that of a region.</summary>
    public const string DefaultProjectName = "cn-north-4";

    private const int TargetLimit = 32 * 1024;
    private readonly ConnectionHost _host;
    private ServerState _state = new(TimeProvider.System);

    private LoopbackServer(int port, TlsFault? fault)
    {
        _host = new ConnectionHost(port, fault is { } tls ? Certificates.Make(tls) : null, ServeAsync, fault);
        string scheme = fault is null ? "http" : "https";
        Endpoint = new Uri($"{scheme}://127.0.0.1:{_host.Port}");
    }

    /// <summary>The address that it listens on.</summary>
    public Uri Endpoint { get; }

    /// <summary>All requests in the order of arrival.</summary>
    public RecordedRequest[] Requests => _state.Log.Snapshot();

    /// <summary>The number of requests.</summary>
    public int RequestCount => _state.Log.Count;

    /// <summary>Whether requests are kept in Requests (true) or only counted, for measurements.</summary>
    public bool KeepRequests
    {
        get => _state.Log.Keep;
        set => _state.Log.Keep = value;
    }

    /// <summary>The number of connections accepted.</summary>
    public int ConnectionCount => _host.Accepted;

    /// <summary>The number of connections open now.</summary>
    public int OpenConnections => _host.Open;

    /// <summary>The maximum number of concurrent VOD requests.</summary>
    public int MaxInFlight => _state.MaxInFlight;

    /// <summary>A delay before each VOD answer. It ends early when the client disconnects.</summary>
    public int LatencyMs
    {
        get => _state.LatencyMs;
        set => _state.LatencyMs = value;
    }

    /// <summary>The offset of the clock of the server: for the check of X-Sdk-Date, the Date header, and every expiry.</summary>
    public TimeSpan ClockOffset
    {
        get => _state.ClockOffset;
        set => _state.ClockOffset = value;
    }

    /// <summary>Starts a server on a free port.</summary>
    public static LoopbackServer Start() => StartOn(0);

    /// <summary>Starts a server on a given port.</summary>
    public static LoopbackServer StartOn(int port) => new(port, null);

    /// <summary>Starts a TLS server with an invalid certificate, or another fault.</summary>
    public static LoopbackServer StartTls(TlsFault fault) => new(0, fault);

    /// <summary>Resets everything: accounts, tasks, faults, settings, requests, and counters. Connections remain open.</summary>
    public void Reset() => Reset(TimeProvider.System);

    /// <summary>Resets everything, and has another clock from then on. Latencies remain in real time.</summary>
    public void Reset(TimeProvider clock)
    {
        _state = new ServerState(clock);
        _host.ResetCount();
    }

    /// <summary>Stops listening and closes every connection.</summary>
    public void Dispose() => _host.Dispose();

    private async Task ServeAsync(HttpConnection connection, CancellationToken stop)
    {
        try
        {
            for (bool isFirst = true; await connection.ReadRequestAsync(stop).ConfigureAwait(false) is { } request; isFirst = false)
            {
                if (_state.ResetsReusedConnections && !isFirst)
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
        catch (Exception e) when (!ConnectionHost.IsEndOfConnection(e))
        {
            // Invalid HTTP of the client, or a bug of this server: both must be visible.
            HttpAnswer answer = HttpAnswer.Text(e is InvalidDataException ? 400 : 500, $"VodPreheat.TestServer: {e}", "text/plain");
            await connection.SendAsync(answer, _state.Now, keepAlive: false, stop).ConfigureAwait(false);
        }
    }

    // True if the connection stays open.
    private static async Task<bool> AnswerAsync(
        HttpConnection connection, RecordedRequest request, ServerState state, CancellationToken stop)
    {
        bool isVod = request.Area == "Vod";
        if (isVod)
        {
            state.Enter();
        }

        bool inFlight = isVod;
        try
        {
            state.Log.Add(request);
            (HttpAnswer answer, FaultKind? fault) = Decide(state, request);
            answer = request.Area == "Iam"
                ? answer.With("X-IAM-Trace-Id", $"token_{DefaultProjectName}_null_{request.RequestId}")
                : answer.With("X-Request-Id", request.RequestId);
            if (isVod && state.LatencyMs > 0 && !await connection.WaitAsync(TimeSpan.FromMilliseconds(state.LatencyMs), stop).ConfigureAwait(false))
            {
                return false;
            }

            // Before sending: when the client has its answer, the record must have the status.
            request.StatusSent = FaultyWire.SendsStatus(fault) ? answer.Status : 0;
            if (await FaultyWire.SendAsync(fault, connection, request, answer, state.Now, stop).ConfigureAwait(false))
            {
                return false;
            }

            // Also before sending: the next request of the client can arrive before this task continues.
            if (inFlight)
            {
                inFlight = false;
                state.Leave();
            }

            await connection.SendAsync(answer, state.Now, request.KeepAlive, stop).ConfigureAwait(false);
            return request.KeepAlive;
        }
        finally
        {
            if (inFlight)
            {
                state.Leave();
            }
        }
    }

    private static (HttpAnswer Answer, FaultKind? Fault) Decide(ServerState state, RecordedRequest request) => request.Area switch
    {
        _ when request.Target.Length > TargetLimit => (Errors.Gateway(request, 414, "APIGW.0201", "Request URI too large."), null),
        "Vod" => DecideVod(state, request),
        "Iam" => Apply(state.IamFaults.Take(null), request, () => IamService.Answer(state, request)),
        "Metadata" when state.MetadataMode == MetadataMode.Hang => (HttpAnswer.Empty(200), FaultKind.Stall),
        "Metadata" => Apply(state.MetadataFaults.Take(null), request, () => MetadataService.Answer(state, request)),
        _ when request.Path == "/elsewhere" => (FaultAnswers.Redirected(), null),
        _ => (Errors.NoSuchApi(request), null),
    };

    private static (HttpAnswer Answer, FaultKind? Fault) DecideVod(ServerState state, RecordedRequest request)
    {
        if (Gateway.Refuse(state, request, projectService: true, out string[] projectIds) is { } refusal)
        {
            return (refusal, null);
        }

        return request.Method != "POST" || state.Submissions.Admits()
            ? Apply(state.VodFaults.Take(request.TaskId), request, () => VodService.Answer(state, request, projectIds))
            : (Throttled(state.Submissions, request), null);
    }

    private static HttpAnswer Throttled(Throttle throttle, RecordedRequest request)
    {
        HttpAnswer answer = Errors.Throttled(request);
        return throttle.RetryAfter.Length == 0 ? answer : answer.With("Retry-After", throttle.RetryAfter);
    }

    private static (HttpAnswer Answer, FaultKind? Fault) Apply(Fault? fault, RecordedRequest request, Func<HttpAnswer> answer) => fault switch
    {
        null => (answer(), null),
        { Answer: { } given } => (given, null),
        { Kind: { } kind } => (FaultAnswers.Refusal(kind, request) ?? FaultAnswers.Bend(kind, answer()), kind),
        _ => throw new InvalidOperationException("A fault has a kind or an answer."),
    };
}

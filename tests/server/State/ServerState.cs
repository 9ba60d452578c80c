using VodPreheat.TestServer.Faults;

namespace VodPreheat.TestServer.State;

/// <summary>
/// All data and settings of the server, with their defaults. A reset replaces the complete object,
/// and a request uses the one that it began with.
/// </summary>
internal sealed class ServerState
{
    private int _inFlight;
    private int _maxInFlight;

    public ServerState(TimeProvider clock)
    {
        Clock = clock;
        Accounts = new AccountBook(() => Now);
        Submissions = new Throttle(clock);
    }

    public RequestLog Log { get; } = new();

    public AccountBook Accounts { get; }

    public TaskBook Tasks { get; } = new();

    public FaultPlan VodFaults { get; } = new();

    public FaultPlan IamFaults { get; } = new();

    public FaultPlan MetadataFaults { get; } = new();

    public Throttle Submissions { get; }

    public RenewalFaults RenewalFaults { get; } = new();

    public bool ResetsReusedConnections { get; set; }

    public int LatencyMs { get; set; }

    public TimeSpan ClockOffset { get; set; }

    public TimeProvider Clock { get; }

    public DateTimeOffset Now => Clock.GetUtcNow() + ClockOffset;

    public TimeSpan TokenLife { get; set; } = TimeSpan.FromHours(24);

    public bool IamForbidden { get; set; }

    public MetadataMode MetadataMode { get; set; }

    public TimeSpan MetadataKeyLife { get; set; } = TimeSpan.FromHours(1);

    public int MaxInFlight => Volatile.Read(ref _maxInFlight);

    public void Enter()
    {
        int now = Interlocked.Increment(ref _inFlight);
        int seen;
        while (now > (seen = Volatile.Read(ref _maxInFlight)))
        {
            Interlocked.CompareExchange(ref _maxInFlight, now, seen);
        }
    }

    public void Leave() => Interlocked.Decrement(ref _inFlight);
}

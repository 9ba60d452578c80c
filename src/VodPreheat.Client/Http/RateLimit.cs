using System.Globalization;
using System.Threading.RateLimiting;
using VodPreheat.Client.Concurrency;

namespace VodPreheat.Client.Http;

/// <summary>
/// The pace of one connection: queries share its limit a minute, and a 429 holds back all of its requests, not only the one
/// that met it.
/// </summary>
internal sealed class RateLimit(RateLimiter? queries, TimeProvider clock) : IDisposable
{
    // 5, 15 and 45 s: three holds outlast the minute that the service's limits count in.
    // Sources: vod_04_0243 (calls per minute), no Retry-After is documented.
    private static readonly TimeSpan s_firstHold = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestHold = TimeSpan.FromSeconds(60);

    private readonly object _lock = new();
    private DateTimeOffset _heldUntil;
    private TimeSpan _nextHold = s_firstHold;

    /// <summary>At most so many queries in any minute, all at once if need be.</summary>
    public static RateLimiter? PerMinute(int queries) => queries == 0 ? null : new SlidingWindowRateLimiter(new()
    {
        PermitLimit = queries,
        Window = TimeSpan.FromMinutes(1),
        SegmentsPerWindow = 60,
        QueueLimit = int.MaxValue,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Waits for the request's turn.</summary>
    public async Task WaitAsync(bool isQuery, CancellationToken cancellation)
    {
        if (isQuery && queries is not null)
        {
            using RateLimitLease lease = await queries.AcquireAsync(1, cancellation).ConfigureAwait(false);
        }

        while (Remaining() is { Ticks: > 0 } wait)
        {
            await TaskWaiter.DelayAsync(wait, clock, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Holds all requests back after a 429: as long as the service asks, else three times longer each time.</summary>
    public void Hold(TimeSpan? retryAfter, InvocationContext scope)
    {
        if (retryAfter > RetryHandler.LongestRetryAfter)
        {
            // The failure is told at once; the connection must not freeze without a word.
            return;
        }

        TimeSpan hold;
        lock (_lock)
        {
            DateTimeOffset now = clock.GetUtcNow();
            bool alreadyHeld = _heldUntil > now;
            if (alreadyHeld && retryAfter is null)
            {
                // Others that were in flight at the first 429 met the same limit.
                return;
            }

            hold = retryAfter ?? _nextHold * (0.9 + (Random.Shared.NextDouble() * 0.2));
            if (now + hold > _heldUntil)
            {
                _heldUntil = now + hold;
            }

            _nextHold = TimeSpan.FromTicks(Math.Min(_nextHold.Ticks * 3, s_longestHold.Ticks));
            if (alreadyHeld)
            {
                return;
            }
        }

        scope.Trace(string.Create(
            CultureInfo.InvariantCulture, $"Throttled: all requests of this connection wait {hold.TotalSeconds:0.#} s."));
    }

    /// <summary>An answer that was not throttled: the next hold starts small again.</summary>
    public void Relax()
    {
        lock (_lock)
        {
            _nextHold = s_firstHold;
        }
    }

    public void Dispose() => queries?.Dispose();

    private TimeSpan Remaining()
    {
        lock (_lock)
        {
            return _heldUntil - clock.GetUtcNow();
        }
    }
}

using System.Globalization;
using VodPreheat.Client.Invocation;

namespace VodPreheat.Client.Http;

/// <summary>
/// The rate limit of one kind of requests of a connection: a maximum in any minute, fewer after the service has throttled one, and
/// none at all during the hold that follows. Requests are sent in the order in which they came.
/// </summary>
/// <remarks>
/// The service counts per minute and documents no Retry-After (vod_04_0243). A request counts from its answer on, which is
/// later than when the service counted it: so a minute here is never shorter than the service's, whatever the latency. The minute slides:
/// a bucket of tokens would permit twice the maximum in its first minute.
/// </remarks>
/// <param name="kind">The kind of requests, in the plural, for the trace.</param>
/// <param name="perMinute">The maximum in any minute; 0 for no limit.</param>
/// <param name="clock">The clock; only its monotonic time counts.</param>
internal sealed class RateLimit(string kind, int perMinute, TimeProvider clock)
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    // A request that is throttled again right after a hold waits a minute from then on, and this much longer each time: in step
    // with the service's minute it would be throttled every time.
    private static readonly TimeSpan s_moreEachTime = TimeSpan.FromSeconds(5);

    private readonly object _lock = new();
    private readonly long _start = clock.GetTimestamp();

    // The times at which requests ended in the last minute that were sent and not throttled.
    private readonly Queue<TimeSpan> _sent = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private long _tickets;
    private int _inFlight;

    private TimeSpan _heldUntil;
    private int _holds;
    private int _holdsInARow;

    // Whether the one request is in flight that is sent alone after a hold.
    private bool _isProbeInFlight;

    // What the service accepted in the minute before a hold, 0 if unknown, and from when on each minute adds one to it.
    private int _learned;
    private int _learnedFrom;
    private TimeSpan _learnedAt;

    // Exists only while a request waits for a certain time.
    private ITimer? _timer;
    private TimeSpan _timerAt;

    /// <summary>How long requests are held now.</summary>
    public RateLimitStatus Status
    {
        get
        {
            lock (_lock)
            {
                TimeSpan now = Now;
                int limit = LimitAt(now);
                return new RateLimitStatus(NextTurn(now) is { } at && at > now ? at - now : TimeSpan.Zero, _learned > 0 ? limit : null) { PerMinute = limit, IsThrottled = IsProbing };
            }
        }
    }

    private TimeSpan Now => clock.GetElapsedTime(_start);

    // After a hold, requests are sent one at a time until an answer shows that the service accepts them.
    private bool IsProbing => _holdsInARow > 0;

    /// <summary>Waits for a request's turn, which ends with <see cref="Leave"/> or <see cref="Throttle"/>.</summary>
    /// <param name="ticket">The ticket of the request's previous turn, so that it keeps its place; 0 at first.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public ValueTask<Turn> EnterAsync(long ticket, CancellationToken cancellation)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (ticket == 0)
            {
                ticket = ++_tickets;
            }

            TimeSpan now = Now;
            if (_waiters.Count == 0 && CanStart(now))
            {
                return new(Start(ticket));
            }

            waiter = new Waiter(this, ticket);
            Enqueue(waiter);
            StartWaiting(now);
        }

        return waiter.WaitAsync(cancellation);
    }

    /// <summary>Ends a turn whose request was not throttled.</summary>
    public void Leave(Turn turn, Outcome outcome)
    {
        lock (_lock)
        {
            TimeSpan now = Now;
            End(turn);
            if (outcome != Outcome.NotSent)
            {
                _sent.Enqueue(now);
            }

            if (outcome == Outcome.Accepted && turn.Hold == _holds)
            {
                _holdsInARow = 0;
            }
            else if (outcome == Outcome.Accepted && _learned > 0 && turn.Hold == _learnedFrom)
            {
                // It was in flight when another one was throttled, and belongs to what was accepted before.
                _learned++;
            }

            StartWaiting(now);
        }
    }

    /// <summary>Ends a turn whose request was throttled: all requests of the kind are held.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="retryAfter">How long the service asks to wait, if that is not too long; null if it does not say.</param>
    /// <param name="context">Receives a trace line for each hold.</param>
    /// <returns>How long requests are held from now on.</returns>
    public TimeSpan Throttle(Turn turn, TimeSpan? retryAfter, InvocationContext context)
    {
        lock (_lock)
        {
            TimeSpan now = Now;
            End(turn);
            if (turn.Hold == _holds)
            {
                Hold(now, retryAfter, context);
            }
            else if (retryAfter is { } asked && now + asked > _heldUntil)
            {
                // Others that were in flight were throttled by the same limit; only a longer Retry-After is new information.
                _heldUntil = now + asked;
            }

            StartWaiting(now);
            return _heldUntil > now ? _heldUntil - now : TimeSpan.Zero;
        }
    }

    private void Hold(TimeSpan now, TimeSpan? retryAfter, InvocationContext context)
    {
        RemoveExpired(now);
        TimeSpan hold = (retryAfter, _holdsInARow) switch
        {
            ({ } asked, 0) => asked,

            // A service that asks for no wait at all must not cause an endless loop.
            ({ } asked, _) => TimeSpan.FromSeconds(Math.Max(asked.TotalSeconds, Math.Min(Math.Pow(2, _holdsInARow - 1), 60))),
            (null, 0) => _sent.TryPeek(out TimeSpan oldest) ? oldest + s_minute - now : s_minute,
            (null, _) => s_minute + (_holdsInARow * s_moreEachTime),
        };

        // A service that sends Retry-After may not count per minute; and a minute in which nothing
        // could be sent says nothing about a limit.
        if (retryAfter is null && _holdsInARow == 0 && _sent.Count > 0)
        {
            _learned = _sent.Count;
            _learnedFrom = _holds;
        }
        else if (_learned > 0)
        {
            _learned = LimitAt(now);
        }

        if (now + hold > _heldUntil)
        {
            _heldUntil = now + hold;
        }

        _learnedAt = _heldUntil;
        _holds++;
        _holdsInARow++;
        _isProbeInFlight = false;
        string then = _learned > 0 ? string.Create(CultureInfo.InvariantCulture, $", then at most {_learned} per minute") : string.Empty;
        context.Trace(string.Create(CultureInfo.InvariantCulture, $"Throttled: {kind} wait {(_heldUntil - now).TotalSeconds:0.#} s{then}."));
    }

    private Turn Start(long ticket)
    {
        _inFlight++;
        _isProbeInFlight = IsProbing;
        return new Turn(ticket, _holds);
    }

    private void End(Turn turn)
    {
        _inFlight--;
        if (turn.Hold == _holds)
        {
            _isProbeInFlight = false;
        }
    }

    private bool CanStart(TimeSpan now)
    {
        if (now < _heldUntil || _isProbeInFlight)
        {
            return false;
        }

        int limit = LimitAt(now);
        RemoveExpired(now);
        return limit == 0 || _sent.Count + _inFlight < limit;
    }

    /// <summary>The limit in force: what was learned, and one more for each minute since; 0 for none.</summary>
    private int LimitAt(TimeSpan now)
    {
        if (_learned == 0)
        {
            return perMinute;
        }

        int limit = _learned + (now > _learnedAt ? (int)((now - _learnedAt) / s_minute) : 0);
        if (perMinute > 0 && limit >= perMinute)
        {
            _learned = 0;
            return perMinute;
        }

        return limit;
    }

    /// <summary>When the next request can be sent; null if that depends on an answer.</summary>
    private TimeSpan? NextTurn(TimeSpan now)
    {
        RemoveExpired(now);
        int tooMany = LimitAt(now) is > 0 and int limit ? _sent.Count + _inFlight - limit : -1;
        TimeSpan? free = tooMany < 0 ? TimeSpan.Zero : tooMany < _sent.Count ? _sent.ElementAt(tooMany) + s_minute : null;
        return _isProbeInFlight || free is null ? null : free > _heldUntil ? free : _heldUntil;
    }

    private void RemoveExpired(TimeSpan now)
    {
        while (_sent.TryPeek(out TimeSpan oldest) && now - oldest >= s_minute)
        {
            _sent.Dequeue();
        }
    }

    /// <summary>Starts the waiting requests whose turn it is, and sets the timer for the next.</summary>
    private void StartWaiting(TimeSpan now)
    {
        while (_waiters.First is { } first && CanStart(now))
        {
            _waiters.RemoveFirst();
            first.Value.SetResult(Start(first.Value.Ticket));
        }

        TimeSpan? next = _waiters.Count > 0 ? NextTurn(now) : null;
        if (_timer is not null && next != _timerAt)
        {
            _timer.Dispose();
            _timer = null;
        }

        if (_timer is null && next is { } at)
        {
            // In whole milliseconds, rounded up: the rest would be spent in a busy loop.
            _timerAt = at;
            _timer = clock.CreateTimer(
                static limit => ((RateLimit)limit!).OnTimer(),
                this,
                TimeSpan.FromMilliseconds(Math.Ceiling((at - now).TotalMilliseconds)),
                Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            _timer?.Dispose();
            _timer = null;
            StartWaiting(Now);
        }
    }

    // New ones are last; one that was throttled keeps the place of its ticket.
    private void Enqueue(Waiter waiter)
    {
        LinkedListNode<Waiter>? before = _waiters.Last;
        while (before is not null && before.Value.Ticket > waiter.Ticket)
        {
            before = before.Previous;
        }

        if (before is null)
        {
            _waiters.AddFirst(waiter.Node);
        }
        else
        {
            _waiters.AddAfter(before, waiter.Node);
        }
    }

    private void Cancel(Waiter waiter, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (waiter.Node.List is null)
            {
                return;
            }

            _waiters.Remove(waiter.Node);
            waiter.SetCanceled(cancellation);
            StartWaiting(Now);
        }
    }

    /// <summary>The outcome of a request that was not throttled.</summary>
    internal enum Outcome
    {
        /// <summary>It did not reach the service, and does not count.</summary>
        NotSent,

        /// <summary>It was sent, and there was no answer.</summary>
        Unanswered,

        /// <summary>The service answered it, with success or an error.</summary>
        Accepted,
    }

    /// <summary>Permission to send a request once.</summary>
    /// <param name="Ticket">The place of the request among all of its kind.</param>
    /// <param name="Hold">How many holds there had been when it was sent.</param>
    internal readonly record struct Turn(long Ticket, int Hold);

    private sealed class Waiter : TaskCompletionSource<Turn>
    {
        private readonly RateLimit _limit;

        public Waiter(RateLimit limit, long ticket)
            : base(TaskCreationOptions.RunContinuationsAsynchronously)
        {
            _limit = limit;
            Ticket = ticket;
            Node = new LinkedListNode<Waiter>(this);
        }

        public long Ticket { get; }

        public LinkedListNode<Waiter> Node { get; }

        public async ValueTask<Turn> WaitAsync(CancellationToken cancellation)
        {
            using CancellationTokenRegistration stop = cancellation.UnsafeRegister(
                static (waiter, token) => ((Waiter)waiter!)._limit.Cancel((Waiter)waiter, token), this);
            return await Task.ConfigureAwait(false);
        }
    }
}

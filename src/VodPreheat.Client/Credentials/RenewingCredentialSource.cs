using System.Globalization;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Secrets;

namespace VodPreheat.Client.Credentials;

/// <summary>
/// A credential that expires and is renewed: before it expires, while requests continue to use the current one, and when the service
/// refuses it. There is one renewal at a time, however many requests wait for it. A renewal that fails is tried again after a pause; what
/// IAM has refused, such as a password that was changed, is not sent again, because repeated refusals lock the user.
/// </summary>
internal sealed class RenewingCredentialSource(
    AuthenticationType authenticationType,
    string? accountName,
    Func<InvocationContext, Task<FetchedCredential>> fetch,
    IDisposable fetcher,
    Secret? fetchSecret,
    TimeProvider clock) : CredentialSource
{
    private static readonly TimeSpan s_longestMargin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(1);

    private readonly object _lock = new();
    private volatile Holding? _current;

    // The previous one: requests that were in flight at the renewal still carry it, and an error text may still echo it.
    private Credential? _previous;
    private Renewal? _renewal;
    private VodClientException? _refusal;

    // From a failed renewal to the next, in monotonic time; requests without a valid credential do not wait for it.
    private long _pausedAt;
    private TimeSpan _pause;
    private bool _disposed;

    public override AuthenticationType AuthenticationType => authenticationType;

    public override string? AccountName => accountName ?? (_current?.Credential as AccessKeyCredential)?.AccessKey;

    public override DateTimeOffset? ExpiresAt => _current?.Credential.ExpiresAt;

    internal override bool IsRenewable => true;

    internal override IEnumerable<Secret> Secrets =>
        (fetchSecret is null ? [] : new[] { fetchSecret })
        .Concat(_current?.Credential.Secrets ?? [])
        .Concat(_previous?.Secrets ?? []);

    internal override ValueTask<Credential> GetAsync(InvocationContext context)
    {
        Credential? inHand = null;
        Renewal? renewal;
        bool starts;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            DateTimeOffset now = clock.GetUtcNow();
            if (_current is { IsRejected: false } current && now < current.EndsAt)
            {
                inHand = current.Credential;
                bool isDue = now >= current.RenewAt && _refusal is null && clock.GetElapsedTime(_pausedAt) >= _pause;
                if (!isDue || _renewal is not null)
                {
                    return new(inHand);
                }
            }
            else if (_refusal is not null)
            {
                throw _refusal;
            }

            starts = _renewal is null;
            renewal = _renewal ??= new Renewal(new CancellationTokenSource());
            renewal.Waiting += inHand is null ? 1 : 0;
        }

        if (starts)
        {
            _ = RenewAsync(renewal, context);
        }

        return inHand is null ? new(WaitAsync(renewal, context.Cancellation)) : new(inHand);
    }

    internal override void Reject(Credential credential)
    {
        lock (_lock)
        {
            if (_current is { } current && current.Credential == credential)
            {
                _current = current with { IsRejected = true };
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        Renewal? renewal;
        lock (_lock)
        {
            _disposed = true;
            renewal = _renewal;
            _renewal = null;
        }

        renewal?.Stop.Cancel();
        _current?.Credential.Dispose();
        _previous?.Dispose();
        fetchSecret?.Dispose();
        fetcher.Dispose();
    }

    /// <summary>Waits for a renewal, which is canceled with the last request that waits for it.</summary>
    private async Task<Credential> WaitAsync(Renewal renewal, CancellationToken cancellation)
    {
        try
        {
            return await renewal.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            bool isLast;
            lock (_lock)
            {
                isLast = --renewal.Waiting == 0;
                if (isLast && _renewal == renewal)
                {
                    _renewal = null;
                }
            }

            if (isLast && !renewal.Task.IsCompleted)
            {
                await renewal.Stop.CancelAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task RenewAsync(Renewal renewal, InvocationContext context)
    {
        // There may be no request that waits for it.
        BackgroundWork.IgnoreFailure(renewal.Task);
        try
        {
            // The lifetime counts from here, so that it is never overestimated.
            DateTimeOffset start = clock.GetUtcNow();
            FetchedCredential fetched = await fetch(context.With(renewal.Stop.Token)).ConfigureAwait(false);
            Take(renewal, fetched, start + fetched.Life);
            renewal.SetResult(fetched.Credential);
        }
        catch (Exception error)
        {
            Fail(renewal, error as VodClientException, context);
            renewal.SetException(error);
        }
    }

    private void Take(Renewal renewal, FetchedCredential fetched, DateTimeOffset end)
    {
        lock (_lock)
        {
            if (_renewal == renewal)
            {
                // Wiped only when no text can contain it any more.
                using Credential? oldest = _previous;
                _previous = _current?.Credential;
                _current = new Holding(fetched.Credential, end - TimeSpan.FromTicks(Math.Min(fetched.Life.Ticks / 5, s_longestMargin.Ticks)), end);
                _renewal = null;
                _pause = TimeSpan.Zero;
                return;
            }
        }

        // It was disposed meanwhile, or all requests that waited were canceled.
        fetched.Credential.Dispose();
        throw new OperationCanceledException(renewal.Stop.Token);
    }

    private void Fail(Renewal renewal, VodClientException? failure, InvocationContext context)
    {
        lock (_lock)
        {
            if (failure is { IsRefusal: true })
            {
                _refusal = failure.Remembered();
            }

            if (_renewal != renewal)
            {
                return;
            }

            _renewal = null;
            _pausedAt = clock.GetTimestamp();
            TimeSpan pause = _pause == TimeSpan.Zero ? s_firstPause : _pause * 2;
            _pause = pause < s_longestPause ? pause : s_longestPause;
            if (failure is not null && _current is { IsRejected: false } current && clock.GetUtcNow() < current.EndsAt)
            {
                context.Trace(string.Create(
                    CultureInfo.InvariantCulture, $"The credentials could not be renewed and are used until {current.EndsAt:u}: {failure.What}"));
            }
        }
    }

    private sealed record Holding(Credential Credential, DateTimeOffset RenewAt, DateTimeOffset EndsAt)
    {
        /// <summary>Whether the service refused it, so that it is not sent again.</summary>
        public bool IsRejected { get; init; }
    }

    /// <summary>A renewal in progress.</summary>
    private sealed class Renewal(CancellationTokenSource stop) : TaskCompletionSource<Credential>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        /// <summary>Cancels it.</summary>
        public CancellationTokenSource Stop => stop;

        /// <summary>How many requests wait for it; none while the current credential is valid.</summary>
        public int Waiting { get; set; }
    }
}

using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;

namespace VodPreheat.Client.Credentials;

/// <summary>A credential that was just fetched, and how long it lives by its issuer's clock.</summary>
internal readonly record struct Fetched(Credential Credential, TimeSpan Life);

/// <summary>
/// A credential that ends and is fetched anew: shortly before it ends, or when the service refuses it; by one request at a
/// time, however many are waiting for it.
/// </summary>
internal sealed class RenewingCredentialSource(
    string authenticationType,
    string? accountName,
    Func<InvocationContext, CancellationToken, Task<Fetched>> fetch,
    IDisposable fetcher,
    Secret? fetchSecret,
    TimeProvider clock) : CredentialSource
{
    private static readonly TimeSpan s_longestMargin = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private volatile State? _current;

    // The one before: requests that were under way at the renewal still carry it, and an error text may still echo it.
    private Credential? _previous;

    // Counts failed fetches, so that those who waited for one get its failure instead of trying (and failing) once more each:
    // a wrong password locks the user.
    private volatile int _failures;
    private VodClientException? _lastFailure;
    private InvocationContext? _refusedScope;
    private volatile bool _disposed;

    public override string AuthenticationType => authenticationType;

    public override string? AccountName => accountName ?? (_current?.Credential as AccessKeyCredential)?.AccessKey;

    public override DateTimeOffset? ExpiresAt => _current?.Credential.ExpiresAt;

    internal override IEnumerable<Secret> Secrets =>
        (fetchSecret is null ? [] : new[] { fetchSecret })
        .Concat(_current?.Credential.Secrets ?? [])
        .Concat(_previous?.Secrets ?? []);

    internal override async ValueTask<Credential> GetAsync(InvocationContext scope, CancellationToken cancellation)
    {
        State? current = _current;
        return current is not null && clock.GetUtcNow() < current.RenewAt
            ? current.Credential
            : await FetchInPlaceOfAsync(current?.Credential, scope, cancellation).ConfigureAwait(false);
    }

    internal override async ValueTask<Credential?> RenewAsync(Credential refused, InvocationContext scope, CancellationToken cancellation) =>
        await FetchInPlaceOfAsync(refused, scope, cancellation).ConfigureAwait(false);

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        _current?.Credential.Dispose();
        _previous?.Dispose();
        fetchSecret?.Dispose();
        fetcher.Dispose();
    }

    private async Task<Credential> FetchInPlaceOfAsync(Credential? stale, InvocationContext scope, CancellationToken cancellation)
    {
        int failuresBefore = _failures;
        await _oneAtATime.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_current is { } current && current.Credential != stale)
            {
                return current.Credential;
            }

            if ((_failures != failuresBefore || _refusedScope == scope) && _lastFailure is { } failure)
            {
                throw failure;
            }

            Fetched fetched = await fetch(scope, cancellation).ConfigureAwait(false);
            if (_disposed)
            {
                fetched.Credential.Dispose();
                throw new ObjectDisposedException(nameof(RenewingCredentialSource));
            }

            TimeSpan margin = TimeSpan.FromTicks(Math.Min(fetched.Life.Ticks / 5, s_longestMargin.Ticks));
            _previous?.Dispose();
            _previous = _current?.Credential;
            _current = new State(fetched.Credential, clock.GetUtcNow() + fetched.Life - margin);
            return fetched.Credential;
        }
        catch (VodClientException failure)
        {
            _lastFailure = failure;
            _failures++;

            // A query that was under way may come back with a 401 later: its invocation has had its try.
            _refusedScope = failure.Kind == FailureKind.Authentication ? scope : null;
            throw;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private sealed record State(Credential Credential, DateTimeOffset RenewAt);
}

namespace VodPreheat.Client.Http;

/// <summary>
/// A request that may be the one which tries the credentials of its connection: see <see cref="AuthenticationBreaker"/>. While it waits,
/// for its turn or for a retry, another one can try them: throttled queries do not hold submissions back.
/// </summary>
/// <param name="breaker">The breaker of the connection.</param>
internal sealed class AuthenticationTrial(AuthenticationBreaker breaker)
{
    private static readonly HttpRequestOptionsKey<AuthenticationTrial> s_key = new(nameof(AuthenticationTrial));

    private bool _isPaused;

    /// <summary>The era of the credentials that the request is sent with.</summary>
    public int Era { get; set; }

    /// <summary>Ends when the request does; null if it is not the one that tries the credentials.</summary>
    public TaskCompletionSource? Running { get; set; }

    /// <summary>Makes this the trial of a request.</summary>
    public void Set(HttpRequestMessage request) => request.Options.Set(s_key, this);

    /// <summary>The request is going to wait.</summary>
    public static void Pause(HttpRequestMessage request)
    {
        if (request.Options.TryGetValue(s_key, out AuthenticationTrial? trial) && trial.Running is not null)
        {
            trial._isPaused = true;
            trial.End(accepted: false);
        }
    }

    /// <summary>The request has waited: now it may have to wait for another one that tries the credentials.</summary>
    /// <exception cref="Errors.VodClientException">The service has refused the credentials meanwhile.</exception>
    public static ValueTask ContinueAsync(HttpRequestMessage request, CancellationToken cancellation) =>
        request.Options.TryGetValue(s_key, out AuthenticationTrial? trial) && trial._isPaused ? trial.StartAsync(cancellation) : default;

    /// <summary>Waits until the credentials are accepted, or for the turn to try them.</summary>
    /// <exception cref="Errors.VodClientException">The service has refused the credentials.</exception>
    public ValueTask StartAsync(CancellationToken cancellation)
    {
        _isPaused = false;
        return breaker.EnterAsync(this, cancellation);
    }

    /// <summary>Lets the next request try them.</summary>
    public void End(bool accepted)
    {
        breaker.Leave(this, accepted);
        Running = null;
    }
}

using VodPreheat.Client.Secrets;

namespace VodPreheat.Client.Http;

/// <summary>The handlers between the client of a service and the network, in their order. A service has those that it needs.</summary>
internal sealed class HandlerChain(TransportSettings settings, Redactor redactor, FailureFactory failures)
{
    /// <summary>Outermost: repeats what failed. Each repetition waits for its turn again.</summary>
    public RetryHandler? Retry { get; init; }

    /// <summary>Waits for the turn of a request, and repeats what was throttled.</summary>
    public RateLimitHandler? RateLimit { get; init; }

    /// <summary>Chooses the credential, as late as possible. Outside the timeout of the attempt: to sign in again takes time, with timeouts of its own.</summary>
    public CredentialHandler? Credential { get; init; }

    /// <summary>Records a submission: inside the waiting, so that one that is stopped while it waits leaves no line.</summary>
    public JournalHandler? Journal { get; init; }

    /// <summary>Builds the chain on a socket pool of its own.</summary>
    public HttpTransport Connect(bool mayUseProxy)
    {
        DelegatingHandler?[] outermostFirst =
        [
            Retry,
            RateLimit,
            Credential,
            Journal,

            // Inside the retries: one line per attempt.
            new TraceHandler(redactor, failures),
            new AttemptHandler(settings.Timeout, settings.Clock, failures),

            // Innermost, so that each attempt has its own X-Sdk-Date.
            new SignHandler(settings.Clock),
        ];
        return HttpTransport.Create(settings, mayUseProxy, [.. outermostFirst.OfType<DelegatingHandler>()]);
    }
}

namespace VodPreheat.Client.Http;

/// <summary>Reads Retry-After, in seconds or as a date. The API's pages do not promise one; gateways and proxies send it.</summary>
internal static class RetryAfter
{
    /// <summary>A longer wait is not waited for: the failure is told instead.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>How long the service asks to wait; null if it does not say.</summary>
    public static TimeSpan? Read(HttpResponseMessage response, TimeProvider clock)
    {
        TimeSpan? asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - clock.GetUtcNow(),
            _ => null,
        };
        return asked < TimeSpan.Zero ? TimeSpan.Zero : asked;
    }
}

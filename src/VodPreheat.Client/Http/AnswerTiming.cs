namespace VodPreheat.Client.Http;

/// <summary>When a request was answered, and what time it was at the service then; an option of the request.</summary>
internal sealed class AnswerTiming
{
    public static readonly HttpRequestOptionsKey<AnswerTiming> Key = new(nameof(AnswerTiming));

    // The Date header is truncated to seconds.
    private static readonly TimeSpan s_truncated = TimeSpan.FromSeconds(0.5);

    /// <summary>The time from sending the last attempt that was answered until the headers of its answer; null if none was answered.</summary>
    public TimeSpan? Latency { get; private set; }

    /// <summary>How far the clock of this machine is ahead of the clock of the service, in whole seconds; null if the answer has no Date header.</summary>
    public TimeSpan? ClockSkew { get; private set; }

    /// <summary>Records an answer, whatever it says.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="latency">The time since the request was sent.</param>
    /// <param name="now">The time on this machine.</param>
    public void Record(HttpResponseMessage response, TimeSpan latency, DateTimeOffset now)
    {
        Latency = latency;
        if (response.Headers.Date is { } theirs)
        {
            TimeSpan ahead = now - (latency / 2) - (theirs + s_truncated);
            ClockSkew = TimeSpan.FromSeconds(Math.Round(ahead.TotalSeconds, MidpointRounding.AwayFromZero));
        }
    }
}

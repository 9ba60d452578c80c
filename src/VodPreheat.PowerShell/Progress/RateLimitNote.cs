using VodPreheat.Client.Http;
using VodPreheat.Formatting;

namespace VodPreheat.Progress;

/// <summary>What a progress bar says of a rate limit.</summary>
internal static class RateLimitNote
{
    /// <summary>For how long the next request waits, and what limit was learned; nothing if it does not wait.</summary>
    public static string Of(RateLimitStatus limit)
    {
        if (limit.HeldFor <= TimeSpan.Zero)
        {
            return string.Empty;
        }

        string learned = limit.LearnedPerMinute is { } perMinute ? $" at {Quantity.Of(perMinute, "request")} a minute" : string.Empty;
        return $"; waiting {Quantity.Of((int)Math.Ceiling(limit.HeldFor.TotalSeconds), "second")} for the rate limit{learned}";
    }
}

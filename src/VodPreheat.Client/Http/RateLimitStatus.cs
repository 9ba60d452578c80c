namespace VodPreheat.Client.Http;

/// <summary>How long the requests of one kind are held.</summary>
/// <param name="HeldFor">How long the next request of the kind would wait; zero if it would be sent immediately, or as soon as another one is answered.</param>
/// <param name="LearnedPerMinute">The limit per minute that the connection has learned since the service throttled a request; null if it has not.</param>
public readonly record struct RateLimitStatus(TimeSpan HeldFor, int? LearnedPerMinute)
{
    /// <summary>The limit per minute that is in force; 0 for none.</summary>
    public int PerMinute { get; init; }

    /// <summary>Whether the service has throttled a request and accepted none since.</summary>
    public bool IsThrottled { get; init; }
}

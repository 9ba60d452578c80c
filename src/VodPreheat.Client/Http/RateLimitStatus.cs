namespace VodPreheat.Client.Http;

/// <summary>What holds the requests of one kind back.</summary>
/// <param name="HeldFor">How long the next request of the kind would wait; zero if it would go at once, or as soon as another is answered.</param>
/// <param name="LearnedPerMinute">How many requests a minute the connection keeps to since the service throttled one; null if it has not.</param>
public readonly record struct RateLimitStatus(TimeSpan HeldFor, int? LearnedPerMinute);

namespace VodPreheat.Client.Edge;

/// <summary>The result of one test of a URL.</summary>
/// <param name="StatusCode">The HTTP status; null when there was no answer.</param>
/// <param name="Cache">Whether the node that answered had the file in its cache.</param>
/// <param name="CacheControl">The Cache-Control header as sent, several joined by commas; null when there was none.</param>
/// <param name="Age">The Age header in seconds; null when there was none that is a number.</param>
/// <param name="CacheTtl">The cache time of the file at the node, X-CCDN-CacheTTL, in seconds; null when the node does not send it.</param>
/// <param name="Finding">The conclusion.</param>
/// <param name="Hint">What to check, safe to display.</param>
public sealed record EdgeTestResult(
    int? StatusCode, CacheState Cache, string? CacheControl, int? Age, int? CacheTtl, EdgeFinding Finding, string Hint);

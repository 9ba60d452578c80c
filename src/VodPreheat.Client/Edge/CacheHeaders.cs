using System.Globalization;
using System.Net.Http.Headers;

namespace VodPreheat.Client.Edge;

/// <summary>The headers of an edge node's answer that show the state of its cache, and whether the file can be cached.</summary>
/// <remarks>
/// Sources: cdn_faq/cdn_faq_0245 for the three headers of the state and their order, RFC 9111 and RFC 9213 for what forbids caching.
/// X-CCDN-CacheTTL is sent by the nodes and not documented. The values of X-Cache-Lookup are those that nodes and caches send.
/// </remarks>
internal sealed class CacheHeaders(HttpResponseMessage response)
{
    /// <summary>The header with the cache time that the node applies.</summary>
    public const string CacheTtlName = "X-CCDN-CacheTTL";

    // The general header, and those that are for a CDN only.
    private static readonly string[] s_cacheControls = ["Cache-Control", "CDN-Cache-Control", "Surrogate-Control"];

    /// <summary>Cache-Control as sent.</summary>
    public string? CacheControl => Text("Cache-Control");

    /// <summary>
    /// Age in seconds. Of several values the first counts, and a value that is too large counts as the largest number
    /// (RFC 9111, 5.1 and 1.2.2).
    /// </summary>
    public int? Age => Seconds("Age");

    /// <summary>The cache time of the file at the node, in seconds.</summary>
    public int? CacheTtl => Seconds(CacheTtlName);

    /// <summary>Whether the node had the file: the first of the three headers that shows it decides.</summary>
    // An age of 0 is that of a miss, and that of a hit in its first second.
    public CacheState State => NodeState ?? (Age > 0 ? CacheState.Hit : CacheState.Unknown);

    /// <summary>Whether only the age shows the state, which a server behind the node can also have sent.</summary>
    public bool IsStateFromAge => NodeState is null && Age > 0;

    private CacheState? NodeState => ProxyType ?? CacheLookup;

    // A node can consist of several layers, each with a value; a hit in any of them counts.
    private CacheState? ProxyType => FirstOf(Values("x-hcs-proxy-type"), "1", "0");

    private CacheState? CacheLookup => FirstOf(Values("X-Cache-Lookup").Select(FirstWord), "hit", "miss");

    /// <summary>What forbids caching, such as <c>Cache-Control: max-age=0</c>; null if nothing does.</summary>
    /// <param name="now">The current time, if the answer has no Date.</param>
    public string? FindForbidding(DateTimeOffset now)
    {
        foreach (string name in s_cacheControls)
        {
            if (CacheControlHeader.FindForbidding(Text(name)) is { } directive)
            {
                return $"{name}: {directive}";
            }
        }

        return HasExpired(now) ? $"Expires: {Text("Expires")}"
            : Values("Vary").Contains("*") ? "Vary: *"
            : CacheTtl == 0 ? $"{CacheTtlName}: 0"
            : null;
    }

    // A lifetime in Cache-Control is instead of it (RFC 9111, 5.3). The framework reads a date that is invalid, such as 0, as one in the
    // distant past. The node can have sent the date of its own answer, with an age, or that of the origin's answer.
    private bool HasExpired(DateTimeOffset now) =>
        Text("Expires") is not null
        && !s_cacheControls.Any(name => CacheControlHeader.HasLifetime(Text(name)))
        && (response.Content.Headers.Expires ?? DateTimeOffset.MinValue) <= (response.Headers.Date ?? now) - TimeSpan.FromSeconds(Age ?? 0);

    private static CacheState? FirstOf(IEnumerable<string> values, string hit, string miss) =>
        values.Contains(hit, StringComparer.OrdinalIgnoreCase) ? CacheState.Hit
        : values.Contains(miss, StringComparer.OrdinalIgnoreCase) ? CacheState.Miss
        : null;

    // "HIT from edge:3128", "Hit From Disktank3", and, after a word that says nothing, "Cache Hit".
    private static string FirstWord(string text) =>
        text.Split(' ').FirstOrDefault(word => !word.Equals("cache", StringComparison.OrdinalIgnoreCase)) ?? string.Empty;

    private int? Seconds(string name)
    {
        string text = Values(name) is [var first, ..] ? first : string.Empty;
        return text.Length == 0 || !text.All(char.IsAsciiDigit) ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) ? seconds : int.MaxValue;
    }

    private string[] Values(string name) => Text(name)?.Split(',', StringSplitOptions.TrimEntries) ?? [];

    // The framework counts Expires to the headers of the content.
    private string? Text(string name) =>
        response.Headers.NonValidated.TryGetValues(name, out HeaderStringValues values)
        || response.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;
}

using System.Globalization;
using System.Net.Http.Headers;

namespace VodPreheat.Client.Edge;

/// <summary>The headers of an edge node's answer that show the state of its cache.</summary>
/// <remarks>Source of the three headers and their order: cdn_faq/cdn_faq_0245.</remarks>
internal sealed class CacheHeaders(HttpResponseHeaders headers)
{
    private static readonly string[] s_hits = ["Hit From MemCache", "Hit From Disktank", "Hit From Upstream"];

    /// <summary>Cache-Control as sent.</summary>
    public string? CacheControl => Text("Cache-Control");

    /// <summary>
    /// Age in seconds. Of several values the first counts, and a value that is too large counts as the largest number
    /// (RFC 9111, 5.1 and 1.2.2).
    /// </summary>
    public int? Age
    {
        get
        {
            string text = Text("Age")?.Split(',')[0].Trim() ?? string.Empty;
            return text.Length == 0 || !text.All(char.IsAsciiDigit) ? null
                : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int age) ? age : int.MaxValue;
        }
    }

    /// <summary>Whether the node had the file: the first of the three headers that is present decides.</summary>
    public CacheState State => ProxyType() ?? CacheLookup() ?? Age switch
    {
        null => CacheState.Unknown,
        0 => CacheState.Miss,
        _ => CacheState.Hit,
    };

    private CacheState? ProxyType() => Text("x-hcs-proxy-type")?.Trim() switch
    {
        "1" => CacheState.Hit,
        "0" => CacheState.Miss,
        _ => null,
    };

    // Each of several nodes on the way may add a value; a hit in any of them counts.
    private CacheState? CacheLookup() => Text("X-Cache-Lookup") is not { } text ? null
        : text.Split(',', StringSplitOptions.TrimEntries).Intersect(s_hits, StringComparer.OrdinalIgnoreCase).Any() ? CacheState.Hit
        : CacheState.Miss;

    private string? Text(string name) => headers.NonValidated.TryGetValues(name, out HeaderStringValues values)
        ? string.Join(", ", values)
        : null;
}

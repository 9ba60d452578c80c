using System.Text.RegularExpressions;

namespace VodPreheat.Client.Edge;

/// <summary>Reads a Cache-Control header, or one of those for a CDN with the same directives, as a shared cache does.</summary>
/// <remarks>
/// Source: RFC 9111, 5.2 and 4.2.1. A directive with field names, such as private="Set-Cookie", counts as one without: most caches
/// handle it so (5.2.2.4, 5.2.2.7). RFC 9213 permits parameters after a value, and Surrogate-Control a second lifetime:
/// <c>max-age=60;x</c>, <c>max-age=60+30</c>.
/// </remarks>
internal static partial class CacheControlHeader
{
    /// <summary>The directive that forbids a shared cache to store the answer, such as <c>max-age=0</c>; null if there is none.</summary>
    public static string? FindForbidding(string? header)
    {
        Match[] directives = Read(header);
        if ((First(directives, "no-store") ?? First(directives, "no-cache") ?? First(directives, "private")) is { } forbidding)
        {
            return forbidding.Groups["name"].Value;
        }

        return Lifetime(directives) is { } lifetime && !IsPositive(lifetime.Groups["value"].Value.Split(';', '+')[0])
            ? $"{lifetime.Groups["name"].Value}={lifetime.Groups["value"].Value}"
            : null;
    }

    /// <summary>Whether the header says for how long the answer can be stored.</summary>
    public static bool HasLifetime(string? header) => Lifetime(Read(header)) is not null;

    private static Match[] Read(string? header) => Directive().Matches(header ?? string.Empty).ToArray<Match>();

    // For a shared cache, s-maxage replaces max-age, wherever it is in the header.
    private static Match? Lifetime(Match[] directives) => First(directives, "s-maxage") ?? First(directives, "max-age");

    private static Match? First(Match[] directives, string name) =>
        Array.Find(directives, directive => directive.Groups["name"].ValueSpan.Equals(name, StringComparison.OrdinalIgnoreCase));

    // A lifetime that is not a number counts as zero (4.2.1).
    private static bool IsPositive(ReadOnlySpan<char> seconds) =>
        seconds.IndexOfAnyExceptInRange('0', '9') < 0 && seconds.IndexOfAnyInRange('1', '9') >= 0;

    // A comma inside quotes is part of the value; the quotes are not.
    [GeneratedRegex("""(?<name>[^\s,="]+)(?:\s*=\s*(?:"(?<value>(?:[^"\\]|\\.)*)"?|(?<value>[^\s,"]*)))?[^,]*""", RegexOptions.CultureInvariant)]
    private static partial Regex Directive();
}

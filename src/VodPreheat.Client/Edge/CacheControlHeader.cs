using System.Text.RegularExpressions;

namespace VodPreheat.Client.Edge;

/// <summary>Reads a Cache-Control header as a shared cache does.</summary>
/// <remarks>
/// Source: RFC 9111, 5.2 and 4.2.1. A directive with field names, such as private="Set-Cookie", counts as one without: most caches
/// handle it so (5.2.2.4, 5.2.2.7).
/// </remarks>
internal static partial class CacheControlHeader
{
    /// <summary>The directive that forbids a shared cache to store the answer, such as <c>max-age=0</c>; null if there is none.</summary>
    public static string? FindForbidding(string? header)
    {
        Match[] directives = Directive().Matches(header ?? string.Empty).ToArray<Match>();
        if ((First("no-store") ?? First("no-cache") ?? First("private")) is { } forbidding)
        {
            return forbidding.Groups["name"].Value;
        }

        // For a shared cache, s-maxage replaces max-age, wherever it is in the header.
        return (First("s-maxage") ?? First("max-age")) is { } lifetime && !IsPositive(lifetime.Groups["value"].ValueSpan)
            ? $"{lifetime.Groups["name"].Value}={lifetime.Groups["value"].Value}"
            : null;

        Match? First(string name) =>
            Array.Find(directives, directive => directive.Groups["name"].ValueSpan.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    // A lifetime that is not a number counts as zero (4.2.1).
    private static bool IsPositive(ReadOnlySpan<char> seconds) =>
        seconds.IndexOfAnyExceptInRange('0', '9') < 0 && seconds.IndexOfAnyInRange('1', '9') >= 0;

    // A comma inside quotes is part of the value; the quotes are not.
    [GeneratedRegex("""(?<name>[^\s,="]+)(?:\s*=\s*(?:"(?<value>(?:[^"\\]|\\.)*)"?|(?<value>[^\s,"]*)))?[^,]*""", RegexOptions.CultureInvariant)]
    private static partial Regex Directive();
}

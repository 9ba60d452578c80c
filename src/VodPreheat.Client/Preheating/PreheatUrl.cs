using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;

namespace VodPreheat.Client.Preheating;

/// <summary>
/// Which texts are URLs that can be submitted. They are sent byte for byte: signed URLs must not be re-encoded. What a person would not call
/// one URL is not sent: a strict service refuses the other URLs of the request with it, and another one loads something else.
/// </summary>
public static partial class PreheatUrl
{
    private const string OneUrl = "Specify one URL a line, without quotation marks or other columns.";

    private static readonly InputFault s_notAbsolute = new(
        "It is not an absolute HTTP or HTTPS URL.",
        "Specify the playback URLs of published assets as absolute HTTP or HTTPS URLs, and assets with {AssetId}.");

    private static readonly InputFault s_path = new("It is the path of a file.", "Pipe what is in the file: {ReadFile}.");

    private static readonly SearchValues<char> s_lineEnds = SearchValues.Create("\r\n\u0085\u2028\u2029");

    // Not in any URL (RFC 3986, appendix A). Brackets are not either, outside of a host, but are used.
    private static readonly SearchValues<char> s_forbidden = SearchValues.Create(" \"<>\\^`{|}");

    /// <summary>Whether the text is a URL that can be submitted.</summary>
    public static bool IsValid(string url) => FaultOf(url) is null;

    /// <summary>Why the text is not a URL that can be submitted; null if it is one.</summary>
    public static InputFault? FaultOf(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (url.AsSpan().ContainsAny(s_lineEnds))
        {
            return new("It contains several lines.", "Specify one URL a line, and read a list line by line: {ReadLines}.");
        }

        if (FilePath().IsMatch(url))
        {
            return s_path;
        }

        if (NextUrl().Match(url) is { Success: true } next)
        {
            return new(At("It contains another URL", next.Groups["url"].Index), OneUrl);
        }

        if (InputText.FaultOf(url) is { } fault)
        {
            return fault;
        }

        if (url.AsSpan().IndexOfAny(s_forbidden) is >= 0 and var at)
        {
            return new(At(url[at] == ' ' ? "It contains a space" : $"It contains {url[at]}, which no URL contains,", at), $"{OneUrl} In a URL, these characters are encoded, such as %20.");
        }

        return !Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || !Start().IsMatch(url) || !HasHost(uri) ? s_notAbsolute
            : uri.Host is "http" or "https" ? new($"Its host is '{uri.Host}', because it starts twice.", "Specify the URL once.")
            : null;
    }

    private static string At(string what, int index) => string.Create(CultureInfo.InvariantCulture, $"{what} at position {index + 1}.");

    // Uri also accepts hosts that are invalid in DNS (RFC 1035: 253 characters) and HTTP.
    private static bool HasHost(Uri uri)
    {
        try
        {
            return uri.IdnHost.Length is > 0 and <= 253
                && (uri.HostNameType == UriHostNameType.IPv6 || uri.IdnHost.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_'));
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    // The name of a list that was not read, or any path on Windows.
    [GeneratedRegex(@"^(?!.*://)(?:[a-z]:[\\/]|\.{0,2}\\|.*\.(?:txt|csv|tsv|json|xlsx)\z)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FilePath();

    [GeneratedRegex("^https?://", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Start();

    // After a separator, also of Chinese punctuation: a URL in the query of another one comes after other characters.
    [GeneratedRegex(@"[\s,;|，；、｜][""']?(?<url>https?://)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NextUrl();
}

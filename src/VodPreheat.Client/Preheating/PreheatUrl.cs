namespace VodPreheat.Client.Preheating;

/// <summary>Which URLs can be submitted. They are sent byte for byte: signed URLs must not be re-encoded.</summary>
public static class PreheatUrl
{
    /// <summary>
    /// Whether it is an absolute HTTP or HTTPS URL that JSON does not change: no control characters, no lone surrogates.
    /// </summary>
    public static bool IsValid(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && HasHost(uri)
        && url.StartsWith("http", StringComparison.OrdinalIgnoreCase)
        && !url.Any(char.IsControl)
        && IsWellFormedUtf16(url);

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

    private static bool IsWellFormedUtf16(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                if (!char.IsSurrogatePair(text, i))
                {
                    return false;
                }

                i++;
            }
        }

        return true;
    }
}

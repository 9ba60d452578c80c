using System.Text;

namespace VodPreheat.Client.Edge;

/// <summary>The form in which a URL is sent: as written, except for what a request line cannot contain.</summary>
internal static class WireUrl
{
    /// <summary>
    /// Without user name and fragment, which clients do not send; with a path; and with everything that is not visible ASCII
    /// percent-encoded. The rest is not changed: a signature in the URL covers the path as it is written.
    /// </summary>
    /// <param name="url">An absolute http or https URL without control characters.</param>
    public static string Of(string url)
    {
        string written = url[(url.IndexOf("://", StringComparison.Ordinal) + "://".Length)..].Split('#')[0];
        int path = written.IndexOfAny(['/', '?']);
        written = path < 0 ? string.Empty : written[path..];
        var wire = new StringBuilder(new Uri(url).GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped));
        if (!written.StartsWith('/'))
        {
            wire.Append('/');
        }

        foreach (Rune rune in written.EnumerateRunes())
        {
            if (rune.Value is > ' ' and < '\x7f')
            {
                wire.Append((char)rune.Value);
            }
            else
            {
                wire.Append(Uri.EscapeDataString(rune.ToString()));
            }
        }

        return wire.ToString();
    }
}

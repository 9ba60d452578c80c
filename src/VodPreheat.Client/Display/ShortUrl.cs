namespace VodPreheat.Client.Display;

/// <summary>
/// A URL that fits a column. What tells URLs of a list apart is kept: of a URL that is too wide, the query is cut first, then the middle
/// of the path, then the scheme; the host and the file name are cut only if they do not fit.
/// </summary>
public static class ShortUrl
{
    private const string Cut = "…";

    /// <summary>The URL, cut to this width in cells, which is 3 or more.</summary>
    public static string Fit(string url, int cells)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (TerminalText.WidthOf(url) <= cells)
        {
            return url;
        }

        int query = url.IndexOfAny(['?', '#']);
        ReadOnlySpan<char> address = query < 0 ? url : url.AsSpan(0, query);
        if (TerminalText.WidthOf(address) < cells)
        {
            return $"{TerminalText.Start(url, cells - Cut.Length)}{Cut}";
        }

        int scheme = address.IndexOf("://");
        ReadOnlySpan<char> rest = scheme < 0 ? address : address[(scheme + 3)..];
        string end = query < 0 ? string.Empty : $"?{Cut}";
        return CutPath(address, address.Length - rest.Length, end, cells)
            ?? CutPath(rest, 0, end, cells)
            ?? CutMiddle($"{rest}{end}", cells);
    }

    // Null if the host, which is at this index, and the file name do not fit.
    private static string? CutPath(ReadOnlySpan<char> address, int host, string end, int cells)
    {
        int path = address[host..].IndexOf('/') + host;
        int file = address.TrimEnd('/').LastIndexOf('/');
        if (path < host || file <= path)
        {
            return null;
        }

        int width = cells - Cut.Length - TerminalText.WidthOf(address[file..]) - end.Length;
        return width > TerminalText.WidthOf(address[..path]) ? $"{TerminalText.Start(address, width)}{Cut}{address[file..]}{end}" : null;
    }

    // The host is kept if it leaves at least half of the width.
    private static string CutMiddle(ReadOnlySpan<char> text, int cells)
    {
        int host = TerminalText.WidthOf(text[..(text.IndexOf('/') + 1)]);
        int start = host > 0 && host <= cells / 2 ? host : (cells - Cut.Length) * 2 / 5;
        return $"{TerminalText.Start(text, start)}{Cut}{TerminalText.End(text, cells - Cut.Length - start)}";
    }
}

namespace VodPreheat.Client.Preheating;

/// <summary>Finds the results of URLs. The service can write a URL differently from how it was submitted.</summary>
public static class UrlMatch
{
    /// <summary>The result of a URL: that of the same text, one that has finished first.</summary>
    /// <param name="url">The URL, as it was submitted.</param>
    /// <param name="results">The results of its task.</param>
    public static UrlResult? Find(string url, IReadOnlyList<UrlResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        return Best(results.Where(result => result.Url == url));
    }

    /// <summary>
    /// The result of a URL that has none of the same text: that of an equivalent URL, which differs in the case of the host, in escaping,
    /// or in the fragment. There is none if equivalent URLs have different states.
    /// </summary>
    public static UrlResult? FindEquivalent(string url, IReadOnlyList<UrlResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        string wanted = Normalize(url);
        UrlResult[] equivalent = [.. results.Where(result => Normalize(result.Url) == wanted)];
        return equivalent.DistinctBy(static result => result.Status, StringComparer.OrdinalIgnoreCase).Count() == 1 ? equivalent[0] : null;
    }

    private static UrlResult? Best(IEnumerable<UrlResult> results)
    {
        UrlResult? best = null;
        foreach (UrlResult result in results)
        {
            if (PreheatStatus.IsFinal(result.Status))
            {
                return result;
            }

            best ??= result;
        }

        return best;
    }

    private static string Normalize(string url)
    {
        string text = Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) ? $"{uri.Scheme}://{HostOf(uri)}:{uri.Port}{uri.PathAndQuery}" : url;
        while (Uri.UnescapeDataString(text) is { } decoded && decoded != text)
        {
            text = decoded;
        }

        return text;
    }

    private static string HostOf(Uri uri)
    {
        try
        {
            return uri.IdnHost.ToLowerInvariant();
        }
        catch (UriFormatException)
        {
            return uri.Host;
        }
    }
}

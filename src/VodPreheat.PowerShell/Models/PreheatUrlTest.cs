using VodPreheat.Client.Edge;

namespace VodPreheat;

/// <summary>The result of one test of a URL: whether the CDN serves it, has it in its cache, and may cache it.</summary>
/// <remarks>Sources: cdn_faq/cdn_faq_0245 (hit or miss), cdn_faq/zh-cn_topic_0165310746 and vod_faq/vod_08_0201 (reasons).</remarks>
public sealed class PreheatUrlTest
{
    /// <summary>Makes an empty test, whose properties are set in an initializer.</summary>
    public PreheatUrlTest()
    {
    }

    /// <summary>Makes the test of a URL.</summary>
    internal PreheatUrlTest(string url, EdgeTestResult result)
    {
        Url = url;
        StatusCode = result.StatusCode;
        Cache = result.Cache.ToString();
        CacheControl = result.CacheControl;
        Age = result.Age;
        CacheTtl = result.CacheTtl;
        Finding = result.Finding.ToString();
        Hint = result.Hint;
    }

    /// <summary>The URL, as it was specified.</summary>
    public string Url { get; init; } = string.Empty;

    /// <summary>The HTTP status; null when there was no answer.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Whether the node that answered had the file in its cache: Hit, Miss or Unknown.</summary>
    public string Cache { get; init; } = string.Empty;

    /// <summary>The Cache-Control header as sent; null when there was none.</summary>
    public string? CacheControl { get; init => field = OptionalText.From(value); }

    /// <summary>How long the file has been in the cache, in seconds, according to the node; null if it does not say.</summary>
    public int? Age { get; init; }

    /// <summary>The cache time of the file at the node, in seconds; 0 if it does not cache it, null if it does not say.</summary>
    public int? CacheTtl { get; init; }

    /// <summary>
    /// The conclusion: Ok, AccessDenied, NotFound, NotCacheable, Redirected, ServerError, NameNotResolved, ConnectionFailed, TlsFailed,
    /// TimedOut or Unexpected.
    /// </summary>
    public string Finding { get; init; } = string.Empty;

    /// <summary>What to check, and what the test cannot determine.</summary>
    public string Hint { get; init; } = string.Empty;

    /// <summary>Finding and URL.</summary>
    public override string ToString() => $"{Finding} {Url}";
}

namespace VodPreheat;

/// <summary>The result of one test of a URL: whether the CDN serves it, has it in its cache, and may cache it.</summary>
/// <remarks>Sources: cdn_faq/cdn_faq_0245 (hit or miss), cdn_faq/zh-cn_topic_0165310746 and vod_faq/vod_08_0201 (reasons).</remarks>
public sealed class PreheatUrlTest(string url, int? statusCode, string cache, string? cacheControl, int? age, string finding, string hint)
{
    /// <summary>The URL, as it was specified.</summary>
    public string Url { get; } = url;

    /// <summary>The HTTP status; null when there was no answer.</summary>
    public int? StatusCode { get; } = statusCode;

    /// <summary>Whether the node that answered had the file in its cache: Hit, Miss or Unknown.</summary>
    public string Cache { get; } = cache;

    /// <summary>The Cache-Control header as sent; null when there was none.</summary>
    // PowerShell passes $null to a string parameter as an empty string.
    public string? CacheControl { get; } = string.IsNullOrEmpty(cacheControl) ? null : cacheControl;

    /// <summary>How long the file has been in the cache, in seconds, according to the node; null if it does not say.</summary>
    public int? Age { get; } = age;

    /// <summary>The cache time of the file at the node, in seconds; 0 if it does not cache it, null if it does not say.</summary>
    public int? CacheTtl { get; init; }

    /// <summary>
    /// The conclusion: Ok, AccessDenied, NotFound, NotCacheable, Redirected, ServerError, NameNotResolved, ConnectionFailed, TlsFailed,
    /// TimedOut or Unexpected.
    /// </summary>
    public string Finding { get; } = finding;

    /// <summary>What to check, and what the test cannot determine.</summary>
    public string Hint { get; } = hint;

    /// <summary>Finding and URL.</summary>
    public override string ToString() => $"{Finding} {Url}";
}

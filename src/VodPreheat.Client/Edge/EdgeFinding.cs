namespace VodPreheat.Client.Edge;

/// <summary>The conclusion from one request for a URL, as a word that scripts can filter on.</summary>
public enum EdgeFinding
{
    /// <summary>The file is served, and its headers allow caching.</summary>
    Ok,

    /// <summary>401 or 403: hotlink or referer protection, lists of IP addresses or user agents.</summary>
    AccessDenied,

    /// <summary>404 or 410.</summary>
    NotFound,

    /// <summary>The file is served with headers that forbid caching.</summary>
    NotCacheable,

    /// <summary>A redirect, which was not followed.</summary>
    Redirected,

    /// <summary>5xx.</summary>
    ServerError,

    /// <summary>The name of the host could not be resolved.</summary>
    NameNotResolved,

    /// <summary>The connection failed or was interrupted, or the proxy refused it.</summary>
    ConnectionFailed,

    /// <summary>No trusted TLS connection could be established.</summary>
    TlsFailed,

    /// <summary>The request timed out.</summary>
    TimedOut,

    /// <summary>Any other answer.</summary>
    Unexpected,
}

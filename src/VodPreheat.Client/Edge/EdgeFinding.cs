namespace VodPreheat.Client.Edge;

/// <summary>What one request for a URL showed, in a word that scripts filter on.</summary>
public enum EdgeFinding
{
    /// <summary>The file is served, and its headers allow caching.</summary>
    Ok,

    /// <summary>401 or 403: hotlink or referer protection, lists of addresses or user agents.</summary>
    AccessDenied,

    /// <summary>404 or 410.</summary>
    NotFound,

    /// <summary>The file is served with a Cache-Control that forbids caching.</summary>
    NotCacheable,

    /// <summary>A redirect, which was not followed.</summary>
    Redirected,

    /// <summary>5xx.</summary>
    ServerError,

    /// <summary>The name of the host could not be resolved.</summary>
    NameNotResolved,

    /// <summary>No connection, or one that broke; or the proxy refused it.</summary>
    ConnectionFailed,

    /// <summary>No trusted TLS connection.</summary>
    TlsFailed,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>Any other answer.</summary>
    Unexpected,
}

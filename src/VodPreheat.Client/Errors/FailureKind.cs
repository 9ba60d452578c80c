namespace VodPreheat.Client.Errors;

/// <summary>The kind of a failure: decides the error category, and whether anything else can succeed.</summary>
public enum FailureKind
{
    /// <summary>The credentials were refused, or there are none. Nothing else can succeed.</summary>
    Authentication,

    /// <summary>The credentials are valid but lack the permission, or the account is blocked.</summary>
    PermissionDenied,

    /// <summary>The request was invalid.</summary>
    InvalidArgument,

    /// <summary>The task or asset does not exist.</summary>
    NotFound,

    /// <summary>The address does not serve the API: nothing was said about a task or an asset.</summary>
    WrongAddress,

    /// <summary>The project does not exist or could not be determined. Nothing else can succeed.</summary>
    ProjectNotFound,

    /// <summary>The project is not one of the endpoint's region or of the credentials. Nothing else can succeed.</summary>
    ProjectMismatch,

    /// <summary>The state of the asset or domain does not allow it.</summary>
    InvalidOperation,

    /// <summary>The quota is used up. No submission can succeed today.</summary>
    QuotaExceeded,

    /// <summary>Too many requests in a short time.</summary>
    Throttled,

    /// <summary>The service failed (5xx).</summary>
    Unavailable,

    /// <summary>There is no live connection. Nothing else can succeed.</summary>
    NotConnected,

    /// <summary>The settings of the connection are invalid or contradict each other. Nothing else can succeed.</summary>
    InvalidSetting,

    /// <summary>Secrets would have been sent unencrypted. Nothing else can succeed.</summary>
    InsecureEndpoint,

    /// <summary>The journal cannot be written or read, and is required. Nothing more can be submitted.</summary>
    JournalUnavailable,

    /// <summary>No answer: DNS, refused, reset, TLS, proxy.</summary>
    ConnectionFailed,

    /// <summary>The proxy refused its login; repeated refusals could lock it.</summary>
    ProxyRefused,

    /// <summary>The request timed out.</summary>
    Timeout,

    /// <summary>An answer that is not as documented.</summary>
    UnexpectedResponse,

    /// <summary>The web page of something between, such as a firewall. The service did not receive the request.</summary>
    Intercepted,
}

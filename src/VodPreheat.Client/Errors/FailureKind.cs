namespace VodPreheat.Client.Errors;

/// <summary>What sort of failure it was: decides the error category, and whether anything further can work.</summary>
public enum FailureKind
{
    /// <summary>The credentials were refused, or there are none. Nothing further can work.</summary>
    Authentication,

    /// <summary>The credentials are right but lack the permission, or the account is barred.</summary>
    PermissionDenied,

    /// <summary>The request itself was wrong.</summary>
    InvalidArgument,

    /// <summary>The task, asset or API does not exist.</summary>
    NotFound,

    /// <summary>The project does not exist or could not be told. Nothing further can work.</summary>
    ProjectNotFound,

    /// <summary>The project is not one of the endpoint's region or of the credentials. Nothing further can work.</summary>
    ProjectMismatch,

    /// <summary>The state of the asset or domain does not allow it.</summary>
    InvalidOperation,

    /// <summary>The quota is used up. Nothing further can work today.</summary>
    QuotaExceeded,

    /// <summary>Too many requests in a short time.</summary>
    Throttled,

    /// <summary>The service failed (5xx).</summary>
    Unavailable,

    /// <summary>There is no live connection. Nothing further can work.</summary>
    NotConnected,

    /// <summary>Connect was called with settings that cannot work together. Nothing further can work.</summary>
    InvalidSetting,

    /// <summary>Secrets would have travelled unencrypted. Nothing further can work.</summary>
    InsecureEndpoint,

    /// <summary>The journal cannot be written or read, and may not be done without. Nothing further can work.</summary>
    JournalUnavailable,

    /// <summary>No answer: DNS, refused, reset, TLS, proxy.</summary>
    ConnectionFailed,

    /// <summary>The proxy did not accept its login; repeating that could lock it.</summary>
    ProxyRefused,

    /// <summary>No answer in time.</summary>
    Timeout,

    /// <summary>An answer that is not what the API promises.</summary>
    UnexpectedResponse,
}

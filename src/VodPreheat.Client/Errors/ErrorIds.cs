namespace VodPreheat.Client.Errors;

/// <summary>
/// The module's own error ids, for failures that have no error_code of the service. Scripts match on them: they never change.
/// </summary>
public static class ErrorIds
{
    /// <summary>No connection, or one that was disconnected.</summary>
    public const string NotConnected = "VodNotConnected";

    /// <summary>A deserialized connection, as a job or a remote session receives it.</summary>
    public const string ConnectionNotLive = "VodConnectionNotLive";

    /// <summary>No source of credentials had any.</summary>
    public const string NoCredential = "VodNoCredential";

    /// <summary>Half a key pair, an empty secret, a malformed credentials file.</summary>
    public const string CredentialInvalid = "VodCredentialInvalid";

    /// <summary>No project id was given and none could be found.</summary>
    public const string ProjectNotFound = "VodProjectNotFound";

    /// <summary>Neither region nor endpoint is known.</summary>
    public const string RegionRequired = "VodRegionRequired";

    /// <summary>An endpoint or proxy address that cannot be used.</summary>
    public const string InvalidEndpoint = "VodInvalidEndpoint";

    /// <summary>http to a host that is not loopback.</summary>
    public const string InsecureEndpoint = "VodInsecureEndpoint";

    /// <summary>DNS, refused, reset, TLS, proxy.</summary>
    public const string ConnectionFailed = "VodConnectionFailed";

    /// <summary>One attempt took longer than its timeout.</summary>
    public const string Timeout = "VodTimeout";

    /// <summary>Not the JSON that was promised, a redirect, a body over 16 MiB.</summary>
    public const string UnexpectedResponse = "VodUnexpectedResponse";

    /// <summary>An HTTP error status without an error_code; the status is in StatusCode.</summary>
    public const string HttpError = "VodHttpError";

    /// <summary>An empty or blank task id.</summary>
    public const string InvalidTaskId = "VodInvalidTaskId";

    /// <summary>Not an absolute http or https URL.</summary>
    public const string InvalidUrl = "VodInvalidUrl";

    /// <summary>An empty or blank asset id.</summary>
    public const string InvalidAssetId = "VodInvalidAssetId";

    /// <summary>The journal cannot be written or read, and may not be done without.</summary>
    public const string JournalUnavailable = "VodJournalUnavailable";

    /// <summary>The command was ended before everything that it was given was submitted.</summary>
    public const string SubmissionStopped = "VodSubmissionStopped";

    /// <summary>Tasks were still open when the wait's time was up.</summary>
    public const string WaitTimeout = "VodWaitTimeout";
}

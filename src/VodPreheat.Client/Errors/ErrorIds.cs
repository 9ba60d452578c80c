namespace VodPreheat.Client.Errors;

/// <summary>
/// The module's own error IDs, for failures without an error_code of the service. Scripts match on them: they never change.
/// </summary>
public static class ErrorIds
{
    /// <summary>No connection, or one that was disconnected.</summary>
    public const string NotConnected = "VodNotConnected";

    /// <summary>A deserialized connection, as a job or a remote session receives it.</summary>
    public const string ConnectionNotLive = "VodConnectionNotLive";

    /// <summary>No default connection of the runspace, and several of others.</summary>
    public const string ConnectionAmbiguous = "VodConnectionAmbiguous";

    /// <summary>No source has credentials.</summary>
    public const string NoCredential = "VodNoCredential";

    /// <summary>Half a key pair, an empty secret, a malformed credentials file.</summary>
    public const string CredentialInvalid = "VodCredentialInvalid";

    /// <summary>No project ID was specified and none could be found.</summary>
    public const string ProjectNotFound = "VodProjectNotFound";

    /// <summary>Neither region nor endpoint is known.</summary>
    public const string RegionRequired = "VodRegionRequired";

    /// <summary>An endpoint or proxy address that cannot be used.</summary>
    public const string InvalidEndpoint = "VodInvalidEndpoint";

    /// <summary>HTTP to a host that is not loopback.</summary>
    public const string InsecureEndpoint = "VodInsecureEndpoint";

    /// <summary>DNS, refused, reset, TLS, proxy.</summary>
    public const string ConnectionFailed = "VodConnectionFailed";

    /// <summary>One attempt took longer than its timeout.</summary>
    public const string Timeout = "VodTimeout";

    /// <summary>Not the JSON of the API, a redirect, a body over 16 MiB.</summary>
    public const string UnexpectedResponse = "VodUnexpectedResponse";

    /// <summary>An HTTP error status without an error_code; the status is in StatusCode.</summary>
    public const string HttpError = "VodHttpError";

    /// <summary>A task ID that is empty, or contains characters that cannot be sent or seen.</summary>
    public const string InvalidTaskId = "VodInvalidTaskId";

    /// <summary>Not one absolute HTTP or HTTPS URL.</summary>
    public const string InvalidUrl = "VodInvalidUrl";

    /// <summary>An asset ID that is empty, or contains characters that cannot be sent or seen.</summary>
    public const string InvalidAssetId = "VodInvalidAssetId";

    /// <summary>An object without a URL, task ID, or asset ID, where one is expected.</summary>
    public const string InvalidInput = "VodInvalidInput";

    /// <summary>The journal cannot be written or read, and is required.</summary>
    public const string JournalUnavailable = "VodJournalUnavailable";

    /// <summary>The command ended before its whole input was submitted.</summary>
    public const string SubmissionStopped = "VodSubmissionStopped";

    /// <summary>A wait or a job timed out.</summary>
    public const string WaitTimeout = "VodWaitTimeout";
}

using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Credentials;

/// <summary>Makes the error for credentials that exist but cannot be used.</summary>
internal static class InvalidCredential
{
    /// <summary>The fault is in what the user specified.</summary>
    public static VodClientException Given(string what, Hint hint) =>
        new(FailureKind.Authentication, ErrorIds.CredentialInvalid, what, hint);

    /// <summary>The fault is in a source that was found: the environment or a file.</summary>
    public static VodClientException InSource(string what) =>
        Given(what, $"Fix or remove that source: a faulty source is never skipped in favor of the next one.");
}

using VodPreheat.Client.Errors;
using VodPreheat.Client.Secrets;

namespace VodPreheat.Client.Credentials;

/// <summary>Credentials that exist but cannot be used, and their error.</summary>
public static class InvalidCredential
{
    /// <summary>The fault is in what the user specified.</summary>
    internal static VodClientException Given(string what, string hint) =>
        new(FailureKind.Authentication, ErrorIds.CredentialInvalid, what, hint);

    /// <summary>Its text was wiped by its owner.</summary>
    public static VodClientException Disposed() =>
        Given("A password, key, or token has been disposed, and its text was wiped.", "Create it again, and dispose it only afterwards.");

    /// <summary>Checks a key or token that a user specified and that will be sent in a header; what cannot be sent is wiped.</summary>
    /// <exception cref="VodClientException">VodCredentialInvalid, with the name of the secret, never its text.</exception>
    internal static Secret CheckedForHeader(this Secret secret, string name)
    {
        if (secret.CanBeHeader)
        {
            return secret;
        }

        bool isEmpty = secret.IsEmpty;
        secret.Dispose();
        throw Given(
            $"The {name} {(isEmpty ? "is empty" : "contains a space, a line break, or a character that is not ASCII")}.",
            "Copy all of it again, without spaces before or after it.");
    }

    /// <summary>The fault is in a source that was found: the environment or a file.</summary>
    internal static VodClientException InSource(string what) =>
        Given(what, "Fix or remove that source: a faulty source is never skipped in favor of the next one.");
}

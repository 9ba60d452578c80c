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
        if (ProblemOf(secret) is not { } problem)
        {
            return secret;
        }

        secret.Dispose();
        throw Given($"The {name} {problem}.", "Copy all of it again, without spaces before or after it.");
    }

    /// <summary>Why a text cannot be a key or token, as the end of a sentence; null if it can.</summary>
    // Docker, cron and CI systems do not remove quotation marks, and do not insert values everywhere; consoles copy what they mask.
    public static string? ProblemOf(Secret secret)
    {
        ReadOnlySpan<byte> text = secret.Bytes;
        return secret.IsEmpty ? "is empty"
            : !secret.CanBeHeader ? "contains a space, a line break, or a character that is not ASCII"
            : text.IndexOfAnyExcept((byte)'*') < 0 ? "consists of asterisks only"
            : text.Length > 1 && text[0] == text[^1] && text[0] is (byte)'"' or (byte)'\'' or (byte)'`' ? "is in quotation marks"
            : text[0] == (byte)'<' && text[^1] == (byte)'>' || text.StartsWith("${"u8) || text.StartsWith("$("u8) || text.StartsWith("{{"u8) || (text[0] == (byte)'%' && text.Length > 1 && text[^1] == (byte)'%')
                ? "is a placeholder, whose value was not inserted"
            : null;
    }

    /// <summary>The fault is in a source that was found: the environment or a file.</summary>
    internal static VodClientException InSource(string what) =>
        Given(what, "Fix or remove that source: a faulty source is never skipped in favor of the next one.");
}

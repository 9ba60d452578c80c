using System.Buffers;
using System.Text;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Secrets;

namespace VodPreheat.Client.Credentials;

/// <summary>
/// Identity tokens of an OpenID Connect provider, which IAM exchanges for its own: JWTs, that is, base64url and dots. Files with
/// a token often end with a line feed, or begin with a byte order mark.
/// </summary>
internal static class IdToken
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxFileBytes = 100 * 1024;

    private static readonly SearchValues<byte> s_characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."u8);

    /// <summary>Reads the token that a file contains now; its issuer replaces it long before it expires.</summary>
    /// <param name="path">The absolute path.</param>
    /// <exception cref="VodClientException">VodCredentialInvalid: no file, or not a token.</exception>
    public static Secret ReadFile(string path) =>
        SecretFile.Read(path, "identity token file", MaxFileBytes, bytes => Parse(bytes, $"The identity token file {path}"))
        ?? throw InvalidCredential.Given($"The identity token file {path} does not exist.", "Specify the path of the file that the issuer of identity tokens writes.");

    /// <summary>Reads the token from a text.</summary>
    /// <param name="utf8">The text; the caller wipes it.</param>
    /// <param name="origin">Where the text is from, for messages.</param>
    /// <exception cref="VodClientException">VodCredentialInvalid: empty, or not a token.</exception>
    public static Secret Parse(ReadOnlySpan<byte> utf8, string origin)
    {
        ReadOnlySpan<byte> byteOrderMark = Encoding.UTF8.Preamble;
        ReadOnlySpan<byte> token = (utf8.StartsWith(byteOrderMark) ? utf8[byteOrderMark.Length..] : utf8).Trim(" \t\r\n"u8);
        const string Hint = "A token consists of three parts of letters, digits, '-', and '_', separated by dots.";
        if (token.IsEmpty)
        {
            throw InvalidCredential.Given($"{origin} is empty.", Hint);
        }

        return token.IndexOfAnyExcept(s_characters) < 0
            ? new Secret(token)
            : throw InvalidCredential.Given($"{origin} is not an identity token.", Hint);
    }
}

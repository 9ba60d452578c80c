using System.Text.RegularExpressions;
using VodPreheat.Client.Credentials;

namespace VodPreheat.Client.Errors;

/// <summary>
/// Makes a text of the service fit to be shown. The gateway echoes canonical requests with every signed header,
/// so a security token can come back inside an error message.
/// </summary>
internal sealed partial class Redactor(Func<IEnumerable<Secret>> secrets)
{
    /// <summary>Longest text of the service that is shown, in characters.</summary>
    public const int MaxLength = 2000;

    private const string Hidden = "***";

    /// <summary>The text without secrets and control characters, and not longer than <see cref="MaxLength"/>.</summary>
    public string Clean(string text)
    {
        // Known secrets go first and from the whole text: a cut could leave half of one unrecognised.
        // Longer ones first: one may be the beginning of another.
        foreach (Secret secret in secrets().OrderByDescending(static secret => secret.Length))
        {
            text = secret.RemoveFrom(text, Hidden);
        }

        text = SecretHeader().Replace(text, match => match.Groups[1].Value + Hidden);

        // Control characters could drive the terminal that shows the text.
        text = ControlCharacters().Replace(text, " ");
        return text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength), "...");
    }

    // Also catches a truncated echo, in which the known secret is not whole.
    [GeneratedRegex("""((?:x-auth-token|x-security-token|x-subject-token|authorization|signature)["']?\s*[:=]\s*["']?(?:SDK-HMAC-SHA256\s+)?)[^\s|,"'}]+""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretHeader();

    [GeneratedRegex(@"[\p{Cc}\p{Cf}]+", RegexOptions.CultureInvariant)]
    private static partial Regex ControlCharacters();
}

using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using VodPreheat.Client.Display;

namespace VodPreheat.Client.Secrets;

/// <summary>
/// Makes a text from a service fit to be shown. The gateway echoes canonical requests with every signed header, so a security token
/// can be part of an error message; a proxy may echo its login. No copy of a known secret is made.
/// </summary>
internal sealed partial class Redactor(Func<IEnumerable<Secret>> secrets)
{
    private const string Hidden = "***";

    /// <summary>
    /// The text without secrets and control characters, and not longer than <see cref="DisplayText.MaxLength"/>. Nothing of it once
    /// a secret was wiped, which can no longer be recognized.
    /// </summary>
    public string Clean(ReadOnlySpan<char> text)
    {
        Secret[] known = [.. secrets()];

        // Known secrets are removed before the text is truncated, which could leave half of one. Twice what is shown, because a value that is
        // hidden by its name makes the text shorter once more.
        char[] buffer = GC.AllocateUninitializedArray<char>((DisplayText.MaxLength * 2) + Hidden.Length, pinned: true);
        try
        {
            int length = Hide(text, known, buffer);

            // Checked last: a secret may have been wiped while it was searched for.
            string shown = known.Any(static secret => secret.IsWiped) ? Hidden : HideByName(buffer.AsSpan(0, length));
            return DisplayText.Clean(shown, DisplayText.MaxLength);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(buffer.AsSpan()));
        }
    }

    private static int Hide(ReadOnlySpan<char> text, Secret[] known, Span<char> shown)
    {
        int length = 0;
        for (int at = 0; at < text.Length && length < shown.Length - Hidden.Length;)
        {
            int end = at + HiddenLength(text, at, known);
            if (end == at)
            {
                shown[length++] = text[at++];
                continue;
            }

            // Another secret may begin inside.
            for (int inside = at + 1; inside < end; inside++)
            {
                end = Math.Max(end, inside + HiddenLength(text, inside, known));
            }

            Hidden.CopyTo(shown[length..]);
            length += Hidden.Length;
            at = end;
        }

        return length;
    }

    private static int HiddenLength(ReadOnlySpan<char> text, int at, Secret[] known)
    {
        ReadOnlySpan<char> rest = text[at..];
        int longest = 0;
        foreach (Secret secret in known)
        {
            longest = Math.Max(longest, secret.LengthAtStart(rest));
        }

        // A run of base64 is examined where it begins, and hidden as a whole.
        if (at == 0 || SecretForms.Base64RunLength(text.Slice(at - 1, 1)) == 0)
        {
            ReadOnlySpan<char> run = rest[..SecretForms.Base64RunLength(rest)];
            foreach (Secret secret in known)
            {
                if (run.Length > longest && secret.IsInBase64(run))
                {
                    longest = rest.Length - rest[run.Length..].TrimStart('=').Length;
                }
            }
        }

        return longest;
    }

    /// <summary>Hides what is secret by its name: part of a token that was truncated, the login in a URL.</summary>
    private static string HideByName(ReadOnlySpan<char> text)
    {
        var shown = new StringBuilder(text.Length);
        int at = 0;
        foreach (ValueMatch match in NamedSecret().EnumerateMatches(text))
        {
            shown.Append(text[at..match.Index]).Append(Hidden);
            at = match.Index + match.Length;
        }

        return shown.Append(text[at..]).ToString();
    }

    [GeneratedRegex(
        """
        # The value of a header; that of Authorization begins with the name of the scheme.
        (?<=(?:x-auth-token|x-security-token|x-subject-token|x-metadata-token|signature)["']?\s*[:=]\s*["']?) [^\s|,"'}]+
        | (?<=authorization["']?\s*[:=]\s*["']?) [^\s|,"'}]+ (?:\s+[^\s|,"'}]+)?

        # The login in a URL.
        | (?<=[a-z]://) [^\s/]+ (?=@)
        """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex NamedSecret();
}

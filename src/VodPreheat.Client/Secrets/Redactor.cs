using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using VodPreheat.Client.Display;

namespace VodPreheat.Client.Secrets;

/// <summary>
/// Makes a text from a service safe to display. The gateway echoes canonical requests with every signed header, so a security token
/// can be part of an error message; a proxy may echo its login. Known secrets are hidden; a text that contains one in another notation
/// is not shown at all. What is decoded is overwritten.
/// </summary>
internal sealed partial class Redactor(Func<IEnumerable<Secret>> secrets)
{
    private const string Hidden = "***";

    // In bytes: more than can be shown of a text in UTF-8, and twice that, because what is hidden by its name becomes shorter once more.
    private const int MostShown = DisplayText.MaxLength * 6;

    // The most characters of an encoded secret for each of its bytes: \u0041 in JSON, twice.
    private const int LongestNotation = 12;

    /// <summary>
    /// The text without secrets and control characters, and not longer than <see cref="DisplayText.MaxLength"/>. Nothing of it once
    /// a secret was wiped, which can no longer be recognized.
    /// </summary>
    public string Clean(ReadOnlySpan<char> text)
    {
        Secret[] known = [.. secrets().Where(static secret => !secret.IsEmpty)];
        SecretMatcher[] matchers = [.. known.Select(static secret => secret.Matcher())];

        // What is not shown is examined, too, as far as a secret that begins in what is shown can reach.
        int examined = MostShown + (LongestNotation * known.Select(static secret => secret.Length).DefaultIfEmpty().Max());
        using var utf8 = new SecretBuffer(Encoding.UTF8.GetByteCount(text));
        utf8.Advance(Encoding.UTF8.GetBytes(text, utf8.GetSpan()));
        using var shown = new SecretBuffer(Math.Min(utf8.Written.Length * Hidden.Length, examined) + Hidden.Length);
        shown.Advance(Redact(utf8.Written.Span, matchers, shown.GetSpan()));
        bool isShown = !Notations.ContainsEncoded(shown.Written.Span, matchers);
        char[] start = GC.AllocateUninitializedArray<char>(MostShown, pinned: true);
        try
        {
            int length = Encoding.UTF8.GetChars(shown.Written.Span[..Math.Min(shown.Written.Length, MostShown)], start);

            // Checked last: a secret may have been wiped while it was searched for.
            string clean = isShown && !known.Any(static secret => secret.IsWiped) ? RedactByName(start.AsSpan(0, length)) : Hidden;
            return DisplayText.Clean(clean, DisplayText.MaxLength);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(start.AsSpan()));
        }
    }

    /// <summary>Copies a text with each secret replaced, until the buffer is full. Secrets that overlap are hidden together.</summary>
    /// <returns>How much was copied.</returns>
    private static int Redact(ReadOnlySpan<byte> text, SecretMatcher[] secrets, Span<byte> shown)
    {
        int length = 0;
        var hidden = new Stack<(int Start, int End, int Shown)>();
        for (int at = 0; at < text.Length && length < shown.Length - Hidden.Length; at++)
        {
            shown[length++] = text[at];
            int start = at + 1;
            for (int i = 0; i < secrets.Length; i++)
            {
                if (secrets[i].Next(text[at]))
                {
                    start = Math.Min(start, at + 1 - secrets[i].Length);
                }
            }

            if (start > at)
            {
                continue;
            }

            (int Start, int End, int Shown) last;
            while (hidden.TryPeek(out last) && last.End >= start)
            {
                start = Math.Min(start, last.Start);
                hidden.Pop();
            }

            length = hidden.TryPeek(out last) ? last.Shown + start - last.End : start;
            "***"u8.CopyTo(shown[length..]);
            length += Hidden.Length;
            hidden.Push((start, at + 1, length));
        }

        return length;
    }

    /// <summary>Hides what is secret by its name: part of a token that was truncated, the login in a URL.</summary>
    private static string RedactByName(ReadOnlySpan<char> text)
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

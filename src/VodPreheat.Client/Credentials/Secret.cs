using System.Security.Cryptography;
using System.Text;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Signing;

namespace VodPreheat.Client.Credentials;

/// <summary>
/// A secret key, token or password, kept as UTF-8 bytes in one pinned place so that it can be wiped.
/// It shows itself to nobody: ToString gives stars.
/// </summary>
public sealed class Secret : IDisposable
{
    private readonly byte[] _utf8;
    private volatile bool _wiped;

    /// <summary>Copies the characters; the caller wipes its own buffer.</summary>
    public Secret(ReadOnlySpan<char> text)
    {
        // Pinned: the collector would otherwise leave copies behind when it moves the array.
        _utf8 = GC.AllocateUninitializedArray<byte>(Encoding.UTF8.GetByteCount(text), pinned: true);
        Encoding.UTF8.GetBytes(text, _utf8);
    }

    /// <summary>Copies the UTF-8 bytes; the caller wipes its own buffer.</summary>
    internal Secret(ReadOnlySpan<byte> utf8)
    {
        _utf8 = GC.AllocateUninitializedArray<byte>(utf8.Length, pinned: true);
        utf8.CopyTo(_utf8);
    }

    /// <summary>Length in bytes.</summary>
    internal int Length => _utf8.Length;

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>Checks a key or token that will travel in a header: not empty, visible ASCII only.</summary>
    /// <exception cref="VodClientException">VodCredentialInvalid, with the secret's name, never its text.</exception>
    internal Secret CheckedForHeader(string name)
    {
        string? problem = IsEmpty ? "is empty"
            : _utf8.AsSpan().IndexOfAnyExceptInRange((byte)'!', (byte)'~') >= 0 ? "has a blank, a line break or a character outside ASCII in it"
            : null;
        return problem is null ? this : throw new VodClientException(
            FailureKind.Authentication, ErrorIds.CredentialInvalid, $"The {name} {problem}.", "Copy it again, whole and without blanks around it.");
    }

    /// <summary>The key bytes, for the signature.</summary>
    /// <exception cref="ObjectDisposedException">It was wiped.</exception>
    internal ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_wiped, this);
            return _utf8;
        }
    }

    /// <summary>The text, for a header or body of a request; the string lives until it is collected.</summary>
    /// <exception cref="ObjectDisposedException">It was wiped.</exception>
    internal string Reveal() => Encoding.UTF8.GetString(Bytes);

    /// <summary>Takes the secret out of a text: plain, percent-encoded, base64 and hex.</summary>
    internal string RemoveFrom(string text, string replacement)
    {
        if (IsEmpty || _wiped)
        {
            return text;
        }

        string plain = Encoding.UTF8.GetString(_utf8);
        return text
            .Replace(plain, replacement, StringComparison.Ordinal)
            .Replace(UriEncoding.Encode(plain), replacement, StringComparison.OrdinalIgnoreCase)
            .Replace(Convert.ToBase64String(_utf8), replacement, StringComparison.Ordinal)
            .Replace(Convert.ToHexString(_utf8), replacement, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Wipes the bytes.</summary>
    public void Dispose()
    {
        _wiped = true;
        CryptographicOperations.ZeroMemory(_utf8);
    }

    /// <summary>Stars.</summary>
    public override string ToString() => "***";
}

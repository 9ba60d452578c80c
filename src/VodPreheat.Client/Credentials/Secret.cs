using System.Security.Cryptography;
using System.Text;
using VodPreheat.Client.Display;
using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Credentials;

/// <summary>
/// A secret key, token or password, kept as UTF-8 bytes in one pinned place so that it can be wiped: by Dispose, at the latest
/// when nothing refers to it any more. It shows itself to nobody: ToString gives stars.
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

    /// <summary>Wipes a secret that was let go.</summary>
    ~Secret() => CryptographicOperations.ZeroMemory(_utf8);

    /// <summary>Length in bytes.</summary>
    internal int Length => _utf8.Length;

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>Whether it can travel in a header: not empty, visible ASCII only.</summary>
    internal bool CanBeHeader => !IsEmpty && _utf8.AsSpan().IndexOfAnyExceptInRange((byte)'!', (byte)'~') < 0;

    /// <summary>Checks a key or token that a person gave and that will travel in a header; what cannot be one is wiped.</summary>
    /// <exception cref="VodClientException">VodCredentialInvalid, with the secret's name, never its text.</exception>
    internal Secret CheckedForHeader(string name)
    {
        if (CanBeHeader)
        {
            return this;
        }

        Dispose();
        throw InvalidCredential.Given(
            $"The {name} {(IsEmpty ? "is empty" : "contains a space, a line break or a character that is not ASCII")}.",
            $"Copy all of it again, without spaces before or after it.");
    }

    /// <summary>The key bytes, for the signature; there as long as something refers to the secret.</summary>
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
    internal string Reveal()
    {
        string text = Encoding.UTF8.GetString(Bytes);
        GC.KeepAlive(this);
        return text;
    }

    /// <summary>Whether it was wiped, after which it is recognised in no text.</summary>
    internal bool IsWiped => _wiped;

    /// <summary>How many characters at the start of a text are the secret in some form; 0 if they are not.</summary>
    internal int LengthAtStart(ReadOnlySpan<char> text) => IsEmpty ? 0 : SecretForms.LengthAtStart(text, _utf8);

    /// <summary>Whether a run of base64 has the secret in it.</summary>
    internal bool IsInBase64(ReadOnlySpan<char> base64) => SecretForms.IsInBase64(base64, _utf8);

    /// <summary>Wipes the bytes.</summary>
    public void Dispose()
    {
        _wiped = true;
        CryptographicOperations.ZeroMemory(_utf8);
        GC.SuppressFinalize(this);
    }

    /// <summary>Stars.</summary>
    public override string ToString() => "***";
}

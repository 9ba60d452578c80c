using System.Security.Cryptography;
using System.Text;

namespace VodPreheat.Client.Secrets;

/// <summary>
/// A secret key, token or password, kept as UTF-8 bytes in one pinned array so that it can be wiped: by Dispose, at the latest
/// when it is collected. It never shows its text: ToString returns asterisks.
/// </summary>
public sealed class Secret : IDisposable
{
    private readonly byte[] _utf8;
    private int[]? _borders;
    private volatile bool _wiped;

    /// <summary>Copies the characters; the caller wipes its own buffer.</summary>
    public Secret(ReadOnlySpan<char> text)
    {
        // Pinned: the garbage collector would leave copies behind when it moves the array.
        _utf8 = GC.AllocateUninitializedArray<byte>(Encoding.UTF8.GetByteCount(text), pinned: true);
        Encoding.UTF8.GetBytes(text, _utf8);
    }

    /// <summary>Copies the UTF-8 bytes; the caller wipes its own buffer.</summary>
    internal Secret(ReadOnlySpan<byte> utf8)
    {
        _utf8 = GC.AllocateUninitializedArray<byte>(utf8.Length, pinned: true);
        utf8.CopyTo(_utf8);
    }

    /// <summary>Wipes a secret that was not disposed.</summary>
    ~Secret() => CryptographicOperations.ZeroMemory(_utf8);

    /// <summary>Length in bytes.</summary>
    internal int Length => _utf8.Length;

    /// <summary>Whether it is empty.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>Whether it can be sent in a header: not empty, visible ASCII only.</summary>
    internal bool CanBeHeader => !IsEmpty && _utf8.AsSpan().IndexOfAnyExceptInRange((byte)'!', (byte)'~') < 0;

    /// <summary>The bytes, for the signature; valid as long as the secret is referenced.</summary>
    /// <exception cref="ObjectDisposedException">It was wiped.</exception>
    internal ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_wiped, this);
            return _utf8;
        }
    }

    /// <summary>The text, for a header or body of a request; the string cannot be wiped, only collected.</summary>
    /// <exception cref="ObjectDisposedException">It was wiped.</exception>
    internal string Reveal()
    {
        string text = Encoding.UTF8.GetString(Bytes);
        GC.KeepAlive(this);
        return text;
    }

    /// <summary>Whether it was wiped, after which it is no longer recognized in texts.</summary>
    internal bool IsWiped => _wiped;

    /// <summary>Recognizes the secret, which is not empty, in a text.</summary>
    internal SecretMatcher Matcher() => new(_utf8, _borders ??= SecretMatcher.BordersOf(_utf8));

    /// <summary>Wipes the bytes.</summary>
    public void Dispose()
    {
        _wiped = true;
        CryptographicOperations.ZeroMemory(_utf8);
        GC.SuppressFinalize(this);
    }

    /// <summary>Asterisks.</summary>
    public override string ToString() => "***";
}

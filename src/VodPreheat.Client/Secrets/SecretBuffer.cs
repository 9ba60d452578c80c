using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace VodPreheat.Client.Secrets;

/// <summary>A request body that contains a secret: written into a pinned array, which is wiped when it is replaced by a larger one and when disposed.</summary>
internal sealed class SecretBuffer(int capacity) : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes = GC.AllocateArray<byte>(capacity, pinned: true);
    private int _length;

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Writes a secret as a JSON string, without the writer's escaping, whose buffer is not wiped.</summary>
    public static void WriteString(Utf8JsonWriter json, string name, Secret secret)
    {
        byte[] text = GC.AllocateArray<byte>(2 + (6 * secret.Length), pinned: true);
        try
        {
            text[0] = (byte)'"';
            JavaScriptEncoder.Default.EncodeUtf8(secret.Bytes, text.AsSpan(1), out _, out int length);
            text[1 + length] = (byte)'"';
            json.WritePropertyName(name);
            json.WriteRawValue(text.AsSpan(0, length + 2), skipInputValidation: true);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    /// <inheritdoc/>
    public void Advance(int count) => _length += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_bytes.Length - _length < Math.Max(sizeHint, 1))
        {
            byte[] full = _bytes;
            _bytes = GC.AllocateArray<byte>(Math.Max(2 * full.Length, _length + sizeHint), pinned: true);
            full.CopyTo(_bytes, 0);
            CryptographicOperations.ZeroMemory(full);
        }

        return _bytes.AsMemory(_length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Wipes it.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);
}

using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace VodPreheat.Client.Http;

/// <summary>A body that was read completely, accessible without a copy. It is wiped when disposed: it can be keys, or echo a secret.</summary>
internal sealed class BodyContent : ByteArrayContent
{
    private readonly byte[] _bytes;
    private readonly HttpContentHeaders _received;

    /// <summary>Takes ownership of a buffer.</summary>
    public BodyContent(byte[] bytes, int length, HttpContentHeaders received)
        : base(bytes, 0, length)
    {
        _bytes = bytes;
        _received = received;
        int start = bytes.AsSpan(0, length).StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        Body = bytes.AsMemory(start, length - start);
    }

    /// <summary>The body, without a byte order mark.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The body of an answer from <see cref="AttemptHandler"/>.</summary>
    public static ReadOnlyMemory<byte> Of(HttpResponseMessage response) => ((BodyContent)response.Content).Body;

    /// <summary>The media type of an answer, read or not; null if it has none.</summary>
    // Only messages contain it: the headers are not parsed and copied for each answer.
    public static string? MediaTypeOf(HttpResponseMessage response) =>
        (response.Content is BodyContent { _received: var received } ? received : response.Content.Headers).ContentType?.MediaType;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        CryptographicOperations.ZeroMemory(_bytes);
        base.Dispose(disposing);
    }
}

namespace VodPreheat.Client.Http;

/// <summary>A body that was read whole, at hand without a further copy.</summary>
internal sealed class BodyContent(byte[] bytes, int length) : ByteArrayContent(bytes, 0, length)
{
    /// <summary>The body, without a byte order mark.</summary>
    public ReadOnlyMemory<byte> Body { get; } =
        bytes.AsSpan(0, length).StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? bytes.AsMemory(3, length - 3) : bytes.AsMemory(0, length);

    /// <summary>The body of an answer that came through <see cref="AttemptHandler"/>.</summary>
    public static ReadOnlyMemory<byte> Of(HttpResponseMessage response) => ((BodyContent)response.Content).Body;
}

using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VodPreheat.TestServer.Wire;

/// <summary>An answer before it is sent. Immutable, so that it can be sent many times.</summary>
internal sealed record HttpAnswer(int Status, byte[] Body, string? ContentType)
{
    // The service writes its JSON without needless escapes.
    private static readonly JsonSerializerOptions s_json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public (string Name, string Value)[] Headers { get; init; } = [];

    public static HttpAnswer Json(int status, object body) =>
        new(status, JsonSerializer.SerializeToUtf8Bytes(body, s_json), "application/json;charset=utf-8");

    public static HttpAnswer Text(int status, string body, string contentType) =>
        new(status, Encoding.UTF8.GetBytes(body), contentType);

    public static HttpAnswer Empty(int status) => new(status, [], null);

    /// <summary>Adds a header.</summary>
    public HttpAnswer With(string name, string value) => this with { Headers = [.. Headers, (name, value)] };

    /// <summary>The status line and the headers with the blank line; the length as specified, -1 for chunked.</summary>
    public byte[] Head(DateTimeOffset date, bool keepAlive, long length)
    {
        StringBuilder head = new(384);
        CultureInfo invariant = CultureInfo.InvariantCulture;
        head.Append(invariant, $"HTTP/1.1 {Status} {(HttpStatusCode)Status}\r\n");
        head.Append(invariant, $"Date: {date.UtcDateTime:R}\r\n");
        if (ContentType is not null)
        {
            head.Append(invariant, $"Content-Type: {ContentType}\r\n");
        }

        if (length < 0)
        {
            head.Append("Transfer-Encoding: chunked\r\n");
        }
        else if (Status != 204)
        {
            head.Append(invariant, $"Content-Length: {length}\r\n");
        }

        foreach ((string name, string value) in Headers)
        {
            head.Append(invariant, $"{name}: {value}\r\n");
        }

        head.Append(keepAlive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
        return Encoding.Latin1.GetBytes(head.ToString());
    }
}

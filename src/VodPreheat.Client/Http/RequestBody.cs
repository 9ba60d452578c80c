using System.Net;
using System.Net.Http.Headers;

namespace VodPreheat.Client.Http;

/// <summary>
/// The body of a request, in JSON. It is written to the network only when the connection stands: before that, nothing of a submission
/// can have arrived.
/// </summary>
internal sealed class RequestBody : HttpContent
{
    private readonly PendingSubmission? _submission;

    public RequestBody(ReadOnlyMemory<byte> json, PendingSubmission? submission = null)
    {
        Json = json;
        _submission = submission;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    public ReadOnlyMemory<byte> Json { get; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _submission?.TryStartSending() == false
            ? Task.FromCanceled(new CancellationToken(canceled: true))
            : stream.WriteAsync(Json, cancellationToken).AsTask();

    protected override bool TryComputeLength(out long length)
    {
        length = Json.Length;
        return true;
    }
}

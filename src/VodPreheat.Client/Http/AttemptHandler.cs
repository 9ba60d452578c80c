using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Http;

/// <summary>
/// One attempt as a whole: sends, reads the body to its end, and bounds both in time and size. Everything but a 2xx comes out as
/// one <see cref="VodClientException"/>, classified here once: all handlers above look at its kind and at nothing else.
/// </summary>
internal sealed class AttemptHandler(TimeSpan timeout, TimeProvider clock, FailureFactory failures) : DelegatingHandler
{
    /// <summary>The largest body that is read, in bytes, after decompression.</summary>
    public const int MaxBodyBytes = 16 * 1024 * 1024;

    /// <summary>How long a submission that is under way may go on when its caller has stopped, so that its answer is not lost.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private const int FirstRead = 4096;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(timeout, clock);
        using CancellationTokenRegistration caller = cancellationToken.UnsafeRegister(
            request.Options.TryGetValue(PendingSubmission.Key, out _)
                ? static either => ((CancellationTokenSource)either!).CancelAfter(Grace)
                : static either => ((CancellationTokenSource)either!).Cancel(),
            timer);
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(request, timer.Token).ConfigureAwait(false);
            response.RequestMessage = request;
            await ReadBodyAsync(response, timer.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            VodClientException? failure = Translate(error, request.RequestUri!, response, timer.IsCancellationRequested);
            response?.Dispose();

            // Cancelling closes the socket, which may surface as an I/O error just as well.
            cancellationToken.ThrowIfCancellationRequested();
            if (failure is null)
            {
                throw;
            }

            throw failure;
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw failures.FromResponse(response, ErrorBody.Parse(BodyContent.Of(response)));
        }
    }

    private VodClientException? Translate(Exception error, Uri uri, HttpResponseMessage? response, bool timeIsUp) => error switch
    {
        // Cancelled by neither the caller nor the timer: the connection took too long (ConnectTimeout), so nothing was sent.
        OperationCanceledException => failures.Timeout(uri, timeout, error, timeIsUp ? Delivery.Unknown : Delivery.NotSent),
        HttpRequestException or IOException => failures.FromTransport(uri, error),
        InvalidDataException when response is not null => failures.Unexpected(response, "its compression is broken", error),
        _ => null,
    };

    private async Task ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        HttpContent content = response.Content;
        Stream stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        byte[] buffer = new byte[Math.Clamp(content.Headers.ContentLength + 1 ?? FirstRead, 1, FirstRead * 16)];
        int length = 0;
        while (true)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            length += read;
            if (length > MaxBodyBytes)
            {
                throw failures.Unexpected(response, "it is longer than 16 MiB");
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxBodyBytes + 1));
            }
        }

        var whole = new BodyContent(buffer, length);
        whole.Headers.ContentType = content.Headers.ContentType;
        response.Content = whole;
        content.Dispose();
    }
}

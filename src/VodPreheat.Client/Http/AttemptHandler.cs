using System.Security.Cryptography;
using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Http;

/// <summary>
/// One whole attempt: sends the request and reads the body, both limited in time and size. Everything but a 2xx becomes
/// one <see cref="VodClientException"/>, which is classified here, for all outer handlers.
/// </summary>
internal sealed class AttemptHandler(TimeSpan timeout, TimeProvider clock, FailureFactory failures) : DelegatingHandler
{
    /// <summary>The largest body that is read, in bytes. No compression is requested, so nothing becomes larger later.</summary>
    public const int MaxBodyBytes = 16 * 1024 * 1024;

    /// <summary>How long a submission in flight can continue after its caller has stopped, so that its answer is not lost.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private const int FirstRead = 4096;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(timeout, clock);
        request.Options.TryGetValue(PendingSubmission.Key, out PendingSubmission? pending);
        using CancellationTokenRegistration caller = cancellationToken.UnsafeRegister(
            _ =>
            {
                // One that has no connection yet has nothing to wait for.
                if (pending?.Stop() == true)
                {
                    timer.CancelAfter(Grace);
                }
                else
                {
                    timer.Cancel();
                }
            },
            state: null);
        long start = clock.GetTimestamp();
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(request, timer.Token).ConfigureAwait(false);
            response.RequestMessage = request;
            if (request.Options.TryGetValue(AnswerTiming.Key, out AnswerTiming? timing))
            {
                timing.Record(response, clock.GetElapsedTime(start), clock.GetUtcNow());
            }

            await ReadBodyAsync(response, timer.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            VodClientException? failure = Translate(error, request.RequestUri!, isUnsent: pending is { MayHaveArrived: false });
            response?.Dispose();

            // Cancellation closes the socket, which can also cause an I/O error. A submission that is still waited for has its own.
            if (timer.IsCancellationRequested)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

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
            throw failures.FromResponse(response);
        }
    }

    private VodClientException? Translate(Exception error, Uri uri, bool isUnsent) => error switch
    {
        // From this handler itself, or from a connection that was disposed meanwhile, which an outer handler reports.
        VodClientException or ObjectDisposedException => null,

        // ConnectTimeout is reported with a TimeoutException: nothing was sent. On a busy machine both times can be up by now.
        OperationCanceledException => failures.Timeout(
            uri, timeout, error, isUnsent || error.InnerException is TimeoutException ? Delivery.NotSent : Delivery.Unknown),
        _ => failures.FromTransport(uri, error, isUnsent),
    };

    private async Task ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        HttpContent content = response.Content;
        Stream stream = content.ReadAsStream(cancellation);
        byte[] buffer = new byte[Math.Clamp(content.Headers.ContentLength + 1 ?? FirstRead, 1, FirstRead * 16)];
        int length = 0;
        try
        {
            while (await stream.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false) is > 0 and int read)
            {
                length += read;
                if (length > MaxBodyBytes)
                {
                    throw failures.Unexpected(response, "it is longer than 16 MiB");
                }

                if (length == buffer.Length)
                {
                    byte[] full = buffer;
                    buffer = new byte[Math.Min(full.Length * 2, MaxBodyBytes + 1)];
                    full.CopyTo(buffer, 0);
                    CryptographicOperations.ZeroMemory(full);
                }
            }
        }
        catch
        {
            CryptographicOperations.ZeroMemory(buffer);
            throw;
        }

        response.Content = new BodyContent(buffer, length, content.Headers);
        content.Dispose();
    }
}

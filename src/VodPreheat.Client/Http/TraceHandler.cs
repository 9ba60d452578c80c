using System.Diagnostics;
using System.Globalization;
using System.Net;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Secrets;

namespace VodPreheat.Client.Http;

/// <summary>
/// Writes one trace line per attempt: method, URL, status, time, request ID. Headers and bodies are never traced; known secrets are
/// removed from the rest.
/// </summary>
internal sealed class TraceHandler(Redactor redactor, FailureFactory failures) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var context = InvocationContext.Of(request);
        return context.IsTraced ? SendTracedAsync(request, context, cancellationToken) : base.SendAsync(request, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendTracedAsync(HttpRequestMessage request, InvocationContext context, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        string outcome = "canceled";
        try
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            outcome = Answered(response.StatusCode, failures.RequestId(response));
            return response;
        }
        catch (VodClientException failure)
        {
            outcome = failure.StatusCode is { } status ? Answered(status, failure.RequestId) : failure.What;
            throw;
        }
        finally
        {
            double elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            string url = redactor.Clean(request.RequestUri!.ToString());
            context.Trace(string.Create(CultureInfo.InvariantCulture, $"{request.Method} {url} -> {outcome} ({elapsed:0} ms)"));
        }
    }

    private static string Answered(HttpStatusCode status, string? requestId)
    {
        string code = ((int)status).ToString(CultureInfo.InvariantCulture);
        return requestId is null ? code : $"{code}, request ID {requestId}";
    }
}

using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Http;

/// <summary>Makes each attempt wait for its turn, and tells the pace what the answer says about it.</summary>
internal sealed class RateLimitHandler(RateLimit pace) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await pace.WaitAsync(request.Method == HttpMethod.Get, cancellationToken).ConfigureAwait(false);
        try
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            pace.Relax();
            return response;
        }
        catch (VodClientException failure) when (failure.Kind == FailureKind.Throttled)
        {
            pace.Hold(failure.RetryAfter, InvocationContext.Of(request));
            throw;
        }
    }
}

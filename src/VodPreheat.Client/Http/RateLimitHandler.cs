using System.Net;

namespace VodPreheat.Client.Http;

/// <summary>Makes each attempt wait for its turn, and tells the pace what the answer says about it.</summary>
internal sealed class RateLimitHandler(RateLimit pace, TimeProvider clock) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await pace.WaitAsync(request.Method == HttpMethod.Get, cancellationToken).ConfigureAwait(false);
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.TooManyRequests)
        {
            pace.Hold(RetryAfter.Read(response, clock), InvocationContext.Of(request));
        }
        else if (response.IsSuccessStatusCode)
        {
            pace.Relax();
        }

        return response;
    }
}

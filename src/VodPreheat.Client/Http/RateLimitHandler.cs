using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;

namespace VodPreheat.Client.Http;

/// <summary>
/// Makes each attempt wait for its turn, with separate limits for queries and submissions. A throttled request has not failed: it is repeated
/// until it has waited five minutes in total, unless retries are turned off.
/// </summary>
/// <param name="service">The service whose limits apply; signing in on the way may be throttled by another one.</param>
/// <param name="queries">The limit of queries (GET).</param>
/// <param name="submissions">The limit of all other requests.</param>
/// <param name="isRepeating">Whether a throttled request is repeated.</param>
/// <param name="clock">The clock of the five minutes.</param>
internal sealed class RateLimitHandler(CloudService service, RateLimit queries, RateLimit submissions, bool isRepeating, TimeProvider clock)
    : DelegatingHandler
{
    private static readonly TimeSpan s_maxThrottledTime = TimeSpan.FromMinutes(5);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RateLimit limit = request.Method == HttpMethod.Get ? queries : submissions;
        RateLimit.Turn turn = default;
        long? firstThrottled = null;
        while (true)
        {
            ValueTask<RateLimit.Turn> entering = limit.EnterAsync(turn.Ticket, cancellationToken);
            if (!entering.IsCompleted)
            {
                AuthenticationTrial.Pause(request);
            }

            turn = await entering.ConfigureAwait(false);
            try
            {
                await AuthenticationTrial.ContinueAsync(request, cancellationToken).ConfigureAwait(false);
                HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
                limit.Leave(turn, RateLimit.Outcome.Accepted);
                return response;
            }
            catch (VodClientException failure) when (failure.Service == service && failure.IsThrottled && !failure.IsWaitTooLong)
            {
                TimeSpan hold = limit.Throttle(turn, failure.RetryAfter, InvocationContext.Of(request));
                TimeSpan waited = firstThrottled is { } first ? clock.GetElapsedTime(first) : TimeSpan.Zero;
                if (!isRepeating || waited + hold > s_maxThrottledTime)
                {
                    throw;
                }

                firstThrottled ??= clock.GetTimestamp();
            }
            catch (VodClientException failure)
            {
                limit.Leave(turn, OutcomeOf(failure));
                throw;
            }
            catch
            {
                limit.Leave(turn, RateLimit.Outcome.Unanswered);
                throw;
            }
        }
    }

    // One that is throttled for too long does not count either, and holds nothing: it is reported.
    private RateLimit.Outcome OutcomeOf(VodClientException failure) =>
        failure.Service != service || failure.Delivery == Delivery.NotSent || failure.IsThrottled ? RateLimit.Outcome.NotSent
        : failure.StatusCode is null ? RateLimit.Outcome.Unanswered
        : RateLimit.Outcome.Accepted;
}

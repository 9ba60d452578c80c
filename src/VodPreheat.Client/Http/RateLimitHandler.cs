using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Http;

/// <summary>
/// Makes each attempt wait for its turn, queries and submissions apart. A throttled request is not a failed one: it is repeated
/// until it has waited five minutes in all, unless nothing is to be repeated.
/// </summary>
/// <param name="service">The service whose limits are kept; signing in on the way may meet those of another.</param>
/// <param name="queries">The pace of queries (GET).</param>
/// <param name="submissions">The pace of everything else.</param>
/// <param name="isRepeating">Whether a throttled request is repeated.</param>
/// <param name="clock">The clock of the five minutes.</param>
internal sealed class RateLimitHandler(CloudService service, RateLimit queries, RateLimit submissions, bool isRepeating, TimeProvider clock)
    : DelegatingHandler
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RateLimit limit = request.Method == HttpMethod.Get ? queries : submissions;
        RateLimit.Turn turn = default;
        long? firstThrottled = null;
        while (true)
        {
            turn = await limit.EnterAsync(turn.Ticket, cancellationToken).ConfigureAwait(false);
            try
            {
                HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
                limit.Leave(turn, RateLimit.Outcome.Accepted);
                return response;
            }
            catch (VodClientException failure) when (failure.Service == service && failure.Kind == FailureKind.Throttled && !failure.IsWaitTooLong)
            {
                TimeSpan hold = limit.Throttle(turn, failure.RetryAfter, InvocationContext.Of(request));
                TimeSpan waited = firstThrottled is { } first ? clock.GetElapsedTime(first) : TimeSpan.Zero;
                if (!isRepeating || waited + hold > s_patience)
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

    // One that is throttled for longer than is waited for does not count either, and holds nothing back: it is reported.
    private RateLimit.Outcome OutcomeOf(VodClientException failure) =>
        failure.Service != service || failure.Delivery == Delivery.NotSent || failure.Kind == FailureKind.Throttled ? RateLimit.Outcome.NotSent
        : failure.StatusCode is null ? RateLimit.Outcome.Unanswered
        : RateLimit.Outcome.Accepted;
}

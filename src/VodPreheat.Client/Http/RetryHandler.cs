using Polly;
using Polly.Retry;
using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Http;

/// <summary>
/// Repeats what can be repeated, by the kind of the failure. A GET: without an answer, or if the service failed. A POST: after
/// failures before it was sent; never if its outcome is unknown, because each submission costs quota. What was throttled
/// is repeated by <see cref="RateLimitHandler"/>, further in.
/// </summary>
internal sealed class RetryHandler : DelegatingHandler
{
    private static readonly ResiliencePropertyKey<bool> s_isQuery = new("IsQuery");

    private readonly CloudService _service;
    private readonly int _maximumRetryCount;
    private readonly TimeProvider _clock;
    private readonly Lazy<ResiliencePipeline<HttpResponseMessage>> _pipeline;

    public RetryHandler(CloudService service, int maximumRetryCount, TimeProvider clock)
    {
        _service = service;
        _maximumRetryCount = maximumRetryCount;
        _clock = clock;
        _pipeline = new(BuildPipeline);
    }

    // The first attempt does not use Polly: most queries need no other, and loading and compiling it would be a
    // large part of the time of the first answer.
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool isQuery = request.Method == HttpMethod.Get;
        Task<HttpResponseMessage> first = base.SendAsync(request, cancellationToken);
        try
        {
            return await first.ConfigureAwait(false);
        }
        catch (VodClientException failure) when (_maximumRetryCount > 0 && ShouldRetry(isQuery, failure))
        {
            // Thrown again by the first attempt itself.
            AuthenticationTrial.Pause(request);
        }

        return await RetryAsync(request, isQuery, first, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All attempts, of which the first has been made.</summary>
    private async Task<HttpResponseMessage> RetryAsync(
        HttpRequestMessage request, bool isQuery, Task<HttpResponseMessage> first, CancellationToken cancellation)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellation);
        try
        {
            context.Properties.Set(s_isQuery, isQuery);
            Task<HttpResponseMessage>? made = first;
            return await _pipeline.Value.ExecuteAsync(
                async context => await (Interlocked.Exchange(ref made, null) ?? SendAgainAsync(request, isQuery, context.CancellationToken)).ConfigureAwait(false),
                context).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private ResiliencePipeline<HttpResponseMessage> BuildPipeline() =>
        new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = _clock }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = _maximumRetryCount,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(500),
                MaxDelay = TimeSpan.FromSeconds(10),
                UseJitter = true,
                ShouldHandle = args => new(args.Outcome.Exception is VodClientException failure
                    && ShouldRetry(args.Context.Properties.GetValue(s_isQuery, false), failure)),

                // Null is the back-off.
                DelayGenerator = static args => new((args.Outcome.Exception as VodClientException)?.RetryAfter),
            })
            .Build();

    private async Task<HttpResponseMessage> SendAgainAsync(HttpRequestMessage request, bool isQuery, CancellationToken cancellation)
    {
        NewConnectionHandler.Require(request);
        try
        {
            return await base.SendAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (VodClientException failure) when (ShouldRetry(isQuery, failure))
        {
            AuthenticationTrial.Pause(request);
            throw;
        }
    }

    // Signing in for this request has its own retries: repeating its failure would multiply them.
    private bool ShouldRetry(bool isQuery, VodClientException failure) =>
        failure.Service == _service
        && !failure.IsWaitTooLong
        && (isQuery ? failure.IsQueryRetried : failure.IsSubmissionRetried);
}

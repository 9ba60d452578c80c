using System.Net;
using Polly;
using Polly.Retry;
using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Http;

/// <summary>
/// Repeats what may be repeated. A GET: after connect failure, reset, time-out, 429, 500, 502, 503, 504. A POST: after 429, and
/// after failures known to come before sending; a POST whose outcome is unknown never, because each one costs quota.
/// </summary>
internal sealed class RetryHandler : DelegatingHandler
{
    private static readonly ResiliencePropertyKey<bool> s_isQuery = new("IsQuery");

    private readonly int _maximumRetryCount;
    private readonly TimeProvider _clock;
    private readonly Lazy<ResiliencePipeline<HttpResponseMessage>> _pipeline;

    public RetryHandler(int maximumRetryCount, TimeProvider clock)
    {
        _maximumRetryCount = maximumRetryCount;
        _clock = clock;
        _pipeline = new(BuildPipeline);
    }

    // The first attempt goes without the retry machinery: most queries need no other, and its loading and compiling would be a
    // good part of the first answer's time.
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool isQuery = request.Method == HttpMethod.Get;
        Task<HttpResponseMessage> first = base.SendAsync(request, cancellationToken);
        try
        {
            HttpResponseMessage response = await first.ConfigureAwait(false);
            if (_maximumRetryCount == 0 || !ShouldRetry(isQuery, response))
            {
                return response;
            }
        }
        catch (VodClientException failure) when (_maximumRetryCount > 0 && ShouldRetry(isQuery, failure))
        {
            // Told again by the task itself.
        }

        return await RetryAsync(request, isQuery, first, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The whole of the attempts, the first of which has been made.</summary>
    private async Task<HttpResponseMessage> RetryAsync(
        HttpRequestMessage request, bool isQuery, Task<HttpResponseMessage> first, CancellationToken cancellation)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellation);
        try
        {
            context.Properties.Set(s_isQuery, isQuery);
            Task<HttpResponseMessage>? made = first;
            return await _pipeline.Value.ExecuteAsync(
                async context => await (Interlocked.Exchange(ref made, null) ?? SendOnceAsync(request, context.CancellationToken)).ConfigureAwait(false),
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
                ShouldHandle = args => new(ShouldRetry(args.Context.Properties.GetValue(s_isQuery, false), args.Outcome)),
                DelayGenerator = args => new(Delay(args.Outcome.Result, _clock)),
                OnRetry = static args =>
                {
                    args.Outcome.Result?.Dispose();
                    return default;
                },
            })
            .Build();

    private Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellation) =>
        base.SendAsync(request, cancellation);

    private bool ShouldRetry(bool isQuery, Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: VodClientException failure } => ShouldRetry(isQuery, failure),
        { Result: { } response } => ShouldRetry(isQuery, response),
        _ => false,
    };

    private static bool ShouldRetry(bool isQuery, VodClientException failure) =>
        !failure.AlreadyRetried && (isQuery || failure.BeforeSending) && failure.Kind is FailureKind.ConnectionFailed or FailureKind.Timeout;

    private bool ShouldRetry(bool isQuery, HttpResponseMessage response) =>
        ShouldRetry(isQuery, response.StatusCode) && !(RetryAfter.Read(response, _clock) > RetryAfter.Longest);

    private static bool ShouldRetry(bool isQuery, HttpStatusCode status) => status == HttpStatusCode.TooManyRequests
        || (isQuery && status is HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout);

    // A throttled request waits further in, where the pace holds back all requests of the connection; null is the back-off.
    private static TimeSpan? Delay(HttpResponseMessage? response, TimeProvider clock) => response switch
    {
        null => null,
        { StatusCode: HttpStatusCode.TooManyRequests } => TimeSpan.Zero,
        _ => RetryAfter.Read(response, clock),
    };
}

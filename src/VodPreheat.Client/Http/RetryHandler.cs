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
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    public RetryHandler(int maximumRetryCount, TimeProvider clock)
    {
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock };
        if (maximumRetryCount > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = maximumRetryCount,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(500),
                MaxDelay = TimeSpan.FromSeconds(10),
                UseJitter = true,
                ShouldHandle = args => new(ShouldRetry(args.Context.Properties.GetValue(s_isQuery, false), args.Outcome, clock)),
                DelayGenerator = args => new(Delay(args.Outcome.Result, clock)),
                OnRetry = static args =>
                {
                    args.Outcome.Result?.Dispose();
                    return default;
                },
            });
        }

        _pipeline = builder.Build();
    }

    private static readonly ResiliencePropertyKey<bool> s_isQuery = new("IsQuery");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        try
        {
            context.Properties.Set(s_isQuery, request.Method == HttpMethod.Get);
            return await _pipeline.ExecuteAsync(
                static async (context, state) =>
                    await state.Handler.SendOnceAsync(state.Request, context.CancellationToken).ConfigureAwait(false),
                context,
                (Handler: this, Request: request)).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellation) =>
        base.SendAsync(request, cancellation);

    private static bool ShouldRetry(bool isQuery, Outcome<HttpResponseMessage> outcome, TimeProvider clock) => outcome switch
    {
        { Exception: VodClientException failure } =>
            !failure.AlreadyRetried && (isQuery || failure.BeforeSending) && failure.Kind is FailureKind.ConnectionFailed or FailureKind.Timeout,
        { Result: { } response } => ShouldRetry(isQuery, response.StatusCode) && !(RetryAfter.Read(response, clock) > RetryAfter.Longest),
        _ => false,
    };

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

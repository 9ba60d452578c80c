using VodPreheat.Client.Credentials;
using VodPreheat.Client.Edge;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Journal;
using VodPreheat.Client.Preheating;
using VodPreheat.Client.Secrets;
using VodPreheat.Client.Signing;

namespace VodPreheat.Client;

/// <summary>
/// A connection to the CDN pre-loading API of one project: queries and submissions. Safe to share between threads.
/// Disposing it cancels its requests and wipes its secrets.
/// </summary>
/// <remarks>Source: api-vod, "Querying CDN Pre-loading Results" (vod_04_0120) and "Pre-loading CDN Resources" (vod_04_0205).</remarks>
public sealed class VodClient : IDisposable
{
    /// <summary>The maximum number of URLs in one submission (vod_04_0205).</summary>
    public const int MaxUrlsPerRequest = 10;

    private readonly TransportSettings _settings;
    private readonly CredentialSource _source;
    private readonly ProxyLogin? _proxyLogin;
    private readonly AuthenticationBreaker _breaker;
    private readonly FailureFactory _failures;
    private readonly HttpTransport _transport;
    private readonly RateLimit _queries;
    private readonly RateLimit _submissions;
    private readonly string _root;
    private readonly string _resource;
    private int _disposed;

    /// <summary>Prepares a connection; nothing is sent.</summary>
    /// <param name="endpoint">The address of the service, already checked by <see cref="ServiceAddress"/>.</param>
    /// <param name="projectId">The project ID in the region of the endpoint.</param>
    /// <param name="source">The source of the credential; owned by the client from now on.</param>
    /// <param name="settings">Request settings.</param>
    /// <param name="journal">The journal of submissions.</param>
    public VodClient(Uri endpoint, string projectId, CredentialSource source, TransportSettings settings, SubmissionJournal journal)
    {
        Endpoint = endpoint;
        Clock = settings.Clock;
        _root = ServiceAddress.RootOf(endpoint);
        ProjectId = projectId;
        Journal = journal;
        _settings = settings;
        _source = source;
        _proxyLogin = settings.ProxyLogin;
        _breaker = new AuthenticationBreaker(source);
        var redactor = new Redactor(() => source.Secrets.Concat(settings.ProxySecrets(endpoint)));
        _failures = new FailureFactory(CloudService.Vod, redactor, settings);
        _queries = new RateLimit("queries", settings.RequestsPerMinute, settings.Clock);
        _submissions = new RateLimit("submissions", settings.SubmissionsPerMinute, settings.Clock);
        _transport = new HandlerChain(settings, redactor, _failures)
        {
            Retry = new RetryHandler(CloudService.Vod, settings.MaximumRetryCount, settings.Clock),
            RateLimit = new RateLimitHandler(CloudService.Vod, _queries, _submissions, settings.MaximumRetryCount > 0, settings.Clock),
            Credential = new CredentialHandler(source, _breaker),
            Journal = new JournalHandler(journal, settings.Clock),
        }.Connect(ServiceAddress.MayUseProxy(endpoint, settings.Proxy));
        _resource = $"{_root}/v1.0/{Uri.EscapeDataString(projectId)}/asset/preheating";
    }

    /// <summary>The address of the service.</summary>
    public Uri Endpoint { get; }

    /// <summary>The clock of the connection, and of what waits for its tasks.</summary>
    public TimeProvider Clock { get; }

    /// <summary>The region ID; null if only an endpoint was specified.</summary>
    public string? Region { get; init; }

    /// <summary>The journal of this connection's submissions.</summary>
    public SubmissionJournal Journal { get; }

    /// <summary>The project of all requests.</summary>
    public string ProjectId { get; }

    /// <summary>How the connection signs in.</summary>
    public AuthenticationType AuthenticationType => _source.AuthenticationType;

    /// <summary>The access key ID, user name or identity provider; null for a token that was obtained elsewhere.</summary>
    public string? AccountName => _source.AccountName;

    /// <summary>When the current credential expires; null if it does not.</summary>
    public DateTimeOffset? ExpiresAt => _source.ExpiresAt;

    /// <summary>The project and the region, or "the sandbox", in a sentence.</summary>
    public string DisplayName => AuthenticationType == AuthenticationType.Sandbox
        ? "the sandbox"
        : $"project {ProjectId} {(Region is { } region ? $"in {region}" : $"at {Endpoint.Host}")}";

    /// <summary>How long queries are held now.</summary>
    public RateLimitStatus QueryLimit => _queries.Status;

    /// <summary>How long submissions are held now.</summary>
    public RateLimitStatus SubmissionLimit => _submissions.Status;

    /// <summary>Whether the connection was disposed.</summary>
    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    /// <summary>Queries the results of a task, one per URL; there are none right after the submission.</summary>
    /// <exception cref="VodClientException">The query failed.</exception>
    /// <exception cref="OperationCanceledException">The invocation was canceled.</exception>
    public Task<IReadOnlyList<UrlResult>> GetPreheatingResultsAsync(string taskId, InvocationContext context) =>
        GetPreheatingResultsAsync(taskId, context, timing: null);

    /// <summary>The same, with the times of the answer.</summary>
    internal Task<IReadOnlyList<UrlResult>> GetPreheatingResultsAsync(string taskId, InvocationContext context, AnswerTiming? timing)
    {
        ArgumentNullException.ThrowIfNull(taskId);
        ArgumentNullException.ThrowIfNull(context);
        string url = $"{_resource}?task_id={Uri.EscapeDataString(taskId)}";
        return SendAsync(HttpMethod.Get, url, body: null, context, PreheatingJson.ReadResults, timing: timing);
    }

    /// <summary>Submits URLs, at most <see cref="MaxUrlsPerRequest"/>; returns the submission with its task ID.</summary>
    /// <remarks>
    /// It is in the journal before it is sent. If the invocation is canceled while it is in flight, its answer is still recorded, for
    /// as long as <see cref="AttemptHandler.Grace"/>.
    /// </remarks>
    /// <exception cref="VodClientException">The submission failed; see <see cref="VodClientException.OutcomeUnknown"/>.</exception>
    /// <exception cref="OperationCanceledException">The invocation was canceled.</exception>
    public Task<Submission> SubmitUrlsAsync(IReadOnlyList<string> urls, InvocationContext context) =>
        SubmitAsync(PreheatingJson.SubmitUrls(urls), urls, assetId: null, context);

    /// <summary>Submits all files of a published asset; returns the submission with its task ID.</summary>
    /// <inheritdoc cref="SubmitUrlsAsync"/>
    public Task<Submission> SubmitAssetAsync(string assetId, InvocationContext context) =>
        SubmitAsync(PreheatingJson.SubmitAsset(assetId), urls: [], assetId, context);

    /// <summary>Whether a submission was sent to this endpoint and project, so that its task can be queried here.</summary>
    public bool Owns(Submission submission)
    {
        ArgumentNullException.ThrowIfNull(submission);
        return string.Equals(submission.Endpoint, _root, StringComparison.Ordinal)
            && string.Equals(submission.ProjectId, ProjectId, StringComparison.Ordinal);
    }

    /// <summary>
    /// The number of URLs that were submitted to this endpoint and project since local midnight, according to the journal, without what
    /// was refused; null if the journal cannot be read. An asset counts as one: its files are not known.
    /// </summary>
    /// <exception cref="OperationCanceledException">The invocation was canceled.</exception>
    public int? CountSubmittedToday(InvocationContext context, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        DateTime midnight = clock.GetLocalNow().Date;
        try
        {
            return Journal.Since(new DateTimeOffset(midnight, clock.LocalTimeZone.GetUtcOffset(midnight)), context)
                .Where(submission => submission.Outcome != SubmissionOutcome.Refused && Owns(submission))
                .Sum(static submission => Math.Max(1, submission.Urls.Count));
        }
        catch (VodClientException)
        {
            return null;
        }
    }

    /// <summary>A client for files at the CDN, with the proxy of this connection, which must not be disposed before it, and without its credentials.</summary>
    /// <param name="timeout">The timeout of the test of one URL.</param>
    public EdgeClient CreateEdgeClient(TimeSpan timeout) => new(_settings with { Timeout = timeout }, ownsLogin: false);

    /// <summary>Cancels all requests and wipes the secrets.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _transport.Dispose();
        _source.Dispose();
        _proxyLogin?.Dispose();
    }

    private async Task<Submission> SubmitAsync(
        ReadOnlyMemory<byte> body, IReadOnlyList<string> urls, string? assetId, InvocationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var pending = new PendingSubmission(new Submission
        {
            Id = Guid.NewGuid().ToString("N"),
            SubmittedAt = default,
            Endpoint = _root,
            Region = Region,
            ProjectId = ProjectId,
            Urls = urls,
            AssetId = assetId,
        });
        try
        {
            string taskId = await SendAsync(HttpMethod.Post, _resource, body, context, PreheatingJson.ReadTaskId, pending).ConfigureAwait(false);
            return await ConcludeAsync(pending, taskId, errorCode: null, context).ConfigureAwait(false);
        }
        catch (VodClientException failure) when (!failure.OutcomeUnknown)
        {
            await ConcludeAsync(pending, taskId: null, failure.ErrorCode, context).ConfigureAwait(false);
            if (urls.Count > 1 && failure.IsDivided)
            {
                throw failure.WithHint($"{failure.Hint} The service refused all URLs of the request, perhaps because of one: {{WholeJob}} finds it.");
            }

            throw;
        }
        catch (OperationCanceledException) when (!pending.MayHaveArrived)
        {
            await ConcludeAsync(pending, taskId: null, pending.Failure?.ErrorCode ?? ErrorIds.SubmissionStopped, context).ConfigureAwait(false);
            throw;
        }
        catch (OperationCanceledException error)
        {
            // Canceled after it was sent: it may have been accepted, and must not look as if it had never been sent.
            throw _failures.Timeout(Endpoint, AttemptHandler.Grace, error, Delivery.Unknown);
        }
    }

    private async Task<Submission> ConcludeAsync(PendingSubmission pending, string? taskId, string? errorCode, InvocationContext context)
    {
        Submission submission = pending.Submission with { TaskId = taskId, ErrorCode = errorCode };
        if (pending.IsAnnounced is { } isAnnounced)
        {
            await Journal.ConcludeAsync(submission, isAnnounced, context).ConfigureAwait(false);
        }

        return submission;
    }

    private async Task<T> SendAsync<T>(
        HttpMethod method, string url, ReadOnlyMemory<byte>? body, InvocationContext context, Func<ReadOnlyMemory<byte>, T> read,
        PendingSubmission? pending = null, AnswerTiming? timing = null)
    {
        ThrowIfDisposed(Delivery.NotSent);
        try
        {
            T answer = await _breaker.SendAsync(trial => SendNowAsync(method, url, body, context, read, pending, timing, trial), context.Cancellation).ConfigureAwait(false);
            context.Service.Succeeded();
            return answer;
        }
        catch (VodClientException failure)
        {
            context.Service.Failed(failure, failure.What, failure.IsWithoutConnection);
            throw;
        }
        catch (Exception) when (IsDisposed && !context.Cancellation.IsCancellationRequested)
        {
            // Disconnected while the request was in flight, or waited for its turn.
            ThrowIfDisposed(pending is { MayHaveArrived: false } ? Delivery.NotSent : Delivery.Unknown);
            throw;
        }
    }

    private async Task<T> SendNowAsync<T>(
        HttpMethod method, string url, ReadOnlyMemory<byte>? body, InvocationContext context, Func<ReadOnlyMemory<byte>, T> read,
        PendingSubmission? pending, AnswerTiming? timing, AuthenticationTrial trial)
    {
        if (!context.IsPersistent && context.Service.Failure is VodClientException unreachable)
        {
            throw unreachable;
        }

        using HttpRequestMessage request = HttpRequests.Create(method, url, body, context);
        request.Headers.TryAddWithoutValidation(HeaderNames.ProjectId, ProjectId);
        trial.Set(request);
        if (pending is not null)
        {
            request.Options.Set(PendingSubmission.Key, pending);
        }

        if (timing is not null)
        {
            request.Options.Set(AnswerTiming.Key, timing);
        }

        using HttpResponseMessage response = await _transport.Client
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.Cancellation).ConfigureAwait(false);
        return _failures.Read(response, read);
    }

    private void ThrowIfDisposed(Delivery delivery)
    {
        if (IsDisposed)
        {
            throw new VodClientException(
                FailureKind.NotConnected,
                ErrorIds.NotConnected,
                "The connection was disconnected, and its secrets were wiped.",
                "To continue, {Reconnect}.")
            {
                Delivery = delivery,
            };
        }
    }
}

using System.Diagnostics;
using VodPreheat.Client;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Journal;
using VodPreheat.Client.Polling;
using VodPreheat.Client.Preheating;
using VodPreheat.TestServer;

namespace VodPreheat.HostTests;

/// <summary>Every call of the client, and its failures.</summary>
public sealed class CallTests : IDisposable
{
    private static readonly string[] s_urls = ["https://cdn.example.com/a.mp4", "https://cdn.example.com/b.mp4"];

    private readonly Cloud _cloud = new();

    [Fact]
    public async Task Query()
    {
        _cloud.Server.SetTask("a", "succeed https://cdn.example.com/a.mp4", "failed https://cdn.example.com/b.mp4");
        using VodClient client = await _cloud.ConnectAsync();
        IReadOnlyList<UrlResult> rows = await client.GetPreheatingResultsAsync("a", Cloud.Context());
        Assert.Equal(s_urls, rows.Select(row => row.Url));
        Assert.Equal(["succeed", "failed"], rows.Select(row => row.Status));
    }

    [Fact]
    public async Task A_task_ID_is_encoded_as_it_is_signed()
    {
        const string Odd = "a b+c/\u4e2d*'()!~%41\U0001F600\uD800";
        using VodClient client = await _cloud.ConnectAsync();
        Assert.Single(await client.GetPreheatingResultsAsync(Odd, Cloud.Context()));
        Assert.Equal(Odd.Replace('\uD800', '\uFFFD'), _cloud.Server.Requests[^1].TaskId);
    }

    [Fact]
    public async Task URLs_and_an_asset_are_submitted_and_recorded_in_the_journal()
    {
        using VodClient client = await _cloud.ConnectAsync();
        Submission urls = await client.SubmitUrlsAsync(s_urls, Cloud.Context());
        Submission asset = await client.SubmitAssetAsync("an-asset", Cloud.Context());
        Assert.Equal(s_urls, _cloud.Server.SubmittedUrls);
        Assert.Equal(["an-asset"], _cloud.Server.SubmittedAssets);
        Assert.Equal([asset.TaskId, urls.TaskId], _cloud.Journal.NewestFirst(Cloud.Context()).Select(submission => submission.TaskId));
    }

    [Fact]
    public async Task Wait()
    {
        _cloud.Server.PollsUntilDone = 2;
        using VodClient client = await _cloud.ConnectAsync();
        string taskId = (await client.SubmitUrlsAsync(s_urls, Cloud.Context())).TaskId!;
        var poller = new PreheatTaskPoller(
            client, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1), Cloud.Context(), TimeProvider.System);
        poller.Add(taskId);
        PollAnswer? end = await poller.NextEndAsync();
        Assert.Equal(taskId, end?.TaskId);
        Assert.All(end!.Value.Results, row => Assert.Equal("succeed", row.Status));
        Assert.Null(await poller.NextEndAsync());
    }

    [Theory]
    [InlineData(FaultKind.Error503)]
    [InlineData(FaultKind.ResetBeforeHeaders)]
    [InlineData(FaultKind.TruncatedBody)]
    [InlineData(FaultKind.Throttled429RetryNow)]
    public async Task Retry(FaultKind fault)
    {
        _cloud.Server.AddFault(fault, times: 2);
        using VodClient client = await _cloud.ConnectAsync();
        Assert.Single(await client.GetPreheatingResultsAsync("a", Cloud.Context()));
        Assert.Equal(3, _cloud.Server.RequestCount);
    }

    [Fact]
    public async Task An_error_follows_the_last_retry()
    {
        _cloud.Server.AddFault(FaultKind.Error500, times: -1);
        using VodClient client = await _cloud.ConnectAsync(new TransportSettings { MaximumRetryCount = 1 });
        VodClientException failure = await FailureAsync(client);
        Assert.Equal(("VOD.10051", FailureKind.Unavailable, 2), (failure.ErrorCode, failure.Kind, _cloud.Server.RequestCount));
    }

    [Fact]
    public async Task Throttled_requests_wait_as_long_as_the_service_specifies()
    {
        _cloud.Server.AddFault(FaultKind.Throttled429RetryAfter);
        using VodClient client = await _cloud.ConnectAsync();
        long start = Stopwatch.GetTimestamp();
        await client.GetPreheatingResultsAsync("a", Cloud.Context());
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Queries_are_limited_per_minute()
    {
        using VodClient client = await _cloud.ConnectAsync(new TransportSettings { RequestsPerMinute = 2 });
        using var impatience = new CancellationTokenSource();
        var context = new InvocationContext(impatience.Token);
        await client.GetPreheatingResultsAsync("a", context);
        await client.GetPreheatingResultsAsync("b", context);
        Task third = client.GetPreheatingResultsAsync("c", context);
        Assert.NotSame(third, await Task.WhenAny(third, Task.Delay(300, TestContext.Current.CancellationToken)));
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        Assert.Equal(2, _cloud.Server.RequestCount);
    }

    [Fact]
    public async Task A_refused_access_key_is_an_authentication_error()
    {
        _cloud.Server.RemoveAccessKey(LoopbackServer.DefaultAccessKey);
        using VodClient client = await _cloud.ConnectAsync();
        Assert.Equal(FailureKind.Authentication, (await FailureAsync(client)).Kind);
        Assert.Equal(1, _cloud.Server.RequestCount);
    }

    [Fact]
    public async Task The_activity_of_the_process_is_not_sent()
    {
        using var listener = new ActivityListener { ShouldListenTo = _ => true, Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        using Activity ambient = new Activity("the host's own").AddBaggage("tenant", "secret").Start();
        ambient.TraceStateString = "vendor=1";
        using VodClient client = await _cloud.ConnectAsync();
        await client.GetPreheatingResultsAsync("a", Cloud.Context());
        Assert.Same(ambient, Activity.Current);
        Assert.DoesNotContain(
            Assert.Single(_cloud.Server.Requests).Headers.Keys,
            name => name.ToLowerInvariant() is "traceparent" or "tracestate" or "request-id" or "correlation-context" or "baggage");
    }

    public void Dispose() => _cloud.Dispose();

    private static Task<VodClientException> FailureAsync(VodClient client) =>
        Assert.ThrowsAsync<VodClientException>(() => client.GetPreheatingResultsAsync("a", Cloud.Context()));
}

using Microsoft.Extensions.Time.Testing;
using VodPreheat.Client;
using VodPreheat.Client.Connections;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Preheating;
using VodPreheat.Client.Sandbox;

namespace VodPreheat.UnitTests.Sandbox;

/// <summary>The tasks of the sandbox: over time, at the quota, and at the limit of a request.</summary>
public sealed class SandboxTasksTests
{
    private const string Url = "https://cdn.example.com/a.mp4";

    private readonly FakeTimeProvider _clock = new();
    private readonly SandboxTasks _tasks;
    private string? _quota;

    public SandboxTasksTests() => _tasks = new SandboxTasks(_clock, name => name == "VODPREHEAT_SANDBOX_QUOTA" ? _quota : null);

    [Fact]
    public void A_task_is_processing_first_and_its_URLs_finish_one_after_the_other()
    {
        string[] urls = ["https://cdn.example.com/1.mp4", "https://cdn.example.com/2.mp4", "https://cdn.example.com/3.mp4"];
        string taskId = Submit(urls);

        List<int> done = [];
        for (int i = 0; i < 40; i++)
        {
            Assert.Equal(urls, Rows(taskId).Select(row => row.Url));
            done.Add(Rows(taskId).Count(row => row.Status == "succeed"));
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.All(done.Take(20), count => Assert.Equal(0, count));
        Assert.Equal([0, 1, 2, 3], done.Distinct());
        Assert.Equal(done.Order(), done);
        Assert.All(Rows(taskId), row => Assert.Equal("succeed", row.Status));
    }

    [Fact]
    public void A_finished_task_does_not_change()
    {
        string taskId = Submit(Url);
        _clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal([new UrlResult(Url, "succeed")], Rows(taskId));
    }

    [Theory]
    [InlineData("https://cdn.example.com/part2-fail.mp4", "failed")]
    [InlineData("https://cdn.example.com/FAILURES/a.mp4", "failed")]
    [InlineData("https://cdn.example.com/a.mp4?auth_key=fail", "succeed")]
    [InlineData("https://fail.example.com/a.mp4", "succeed")]
    public void The_path_of_a_URL_determines_whether_it_fails(string url, string status)
    {
        string taskId = Submit(url);
        Assert.Equal("processing", Assert.Single(Rows(taskId)).Status);
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal([new UrlResult(url, status)], Rows(taskId));
    }

    [Fact]
    public void Each_submission_is_a_separate_task()
    {
        string first = Submit(Url);
        _clock.Advance(TimeSpan.FromSeconds(10));
        string second = Submit(Url);

        Assert.NotEqual(first, second);
        Assert.Equal("succeed", Assert.Single(Rows(first)).Status);
        Assert.Equal("processing", Assert.Single(Rows(second)).Status);
    }

    [Fact]
    public void An_unknown_task_has_no_results() => Assert.Null(_tasks.Find("unknown"));

    [Fact]
    public void The_example_has_a_result_of_each_status() =>
        Assert.Equal(["processing", "succeed", "failed"], Rows("example").Select(row => row.Status));

    [Fact]
    public void The_quota_is_enforced_and_a_refused_submission_uses_none()
    {
        string[] ten = [.. Enumerable.Repeat(Url, VodClient.MaxUrlsPerRequest)];
        for (int i = 0; i < (SandboxTasks.DailyQuota / ten.Length) - 1; i++)
        {
            Submit(ten);
        }

        Submit([.. ten.Skip(1)]);
        Assert.False(_tasks.TryCreate([Url, Url], out _));
        Assert.True(_tasks.TryCreate([Url], out _));
        Assert.False(_tasks.TryCreate([Url], out _));
    }

    [Fact]
    public void A_quota_of_the_environment_applies_to_each_submission()
    {
        _quota = "2";
        Submit(Url);
        Assert.False(_tasks.TryCreate([Url, Url], out _));
        _quota = "3";
        Assert.True(_tasks.TryCreate([Url, Url], out _));
        _quota = "no number";
        Assert.Equal(SandboxTasks.DailyQuota, _tasks.Quota);
    }

    [Fact]
    public void A_URL_with_fail_once_in_its_path_fails_the_first_time_only()
    {
        string[] urls = ["https://cdn.example.com/1-fail-once.mp4", "https://cdn.example.com/2-Fail-Once.mp4"];
        string first = Submit(urls);
        string second = Submit(urls[0]);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.All(Rows(first), row => Assert.Equal("failed", row.Status));
        Assert.Equal("succeed", Assert.Single(Rows(second)).Status);
    }

    [Fact]
    public async Task A_request_has_at_most_10_URLs()
    {
        VodClientException failure = await Assert.ThrowsAsync<VodClientException>(
            () => ConnectedAsync(static (client, context) => client.SubmitUrlsAsync([.. Enumerable.Repeat(Url, 11)], context)));

        Assert.Equal("VOD.10109", failure.ErrorCode);
        Assert.Equal(FailureKind.InvalidArgument, failure.Kind);
    }

    [Fact]
    public async Task A_used_up_quota_is_the_error_of_the_service()
    {
        VodClientException failure = await Assert.ThrowsAsync<VodClientException>(() => ConnectedAsync(static async (client, context) =>
        {
            string[] ten = [.. Enumerable.Repeat(Url, VodClient.MaxUrlsPerRequest)];
            for (int i = 0; i <= SandboxTasks.DailyQuota / ten.Length; i++)
            {
                await client.SubmitUrlsAsync(ten, context);
            }
        }));

        Assert.Equal("VOD.10086", failure.ErrorCode);
        Assert.Equal(FailureKind.QuotaExceeded, failure.Kind);
    }

    [Fact]
    public async Task An_asset_has_the_original_and_a_transcoded_file() => await ConnectedAsync(static async (client, context) =>
    {
        string taskId = (await client.SubmitAssetAsync("asset1", context)).TaskId!;
        IReadOnlyList<UrlResult> rows = await client.GetPreheatingResultsAsync(taskId, context);

        Assert.Equal(2, rows.Count);
        Assert.All(rows, row => Assert.Contains("/asset1/", row.Url, StringComparison.Ordinal));
    });

    [Fact]
    public async Task A_task_of_another_sandbox_is_unknown()
    {
        string taskId = string.Empty;
        await ConnectedAsync(async (client, context) => taskId = (await client.SubmitUrlsAsync([Url], context)).TaskId!);
        VodClientException failure = await Assert.ThrowsAsync<VodClientException>(
            () => ConnectedAsync((client, context) => client.GetPreheatingResultsAsync(taskId, context)));

        Assert.Equal("VOD.10062", failure.ErrorCode);
        Assert.Equal(FailureKind.NotFound, failure.Kind);
    }

    private static async Task ConnectedAsync(Func<VodClient, InvocationContext, Task> use)
    {
        using VodClient client = ConnectionFactory.ConnectSandbox(new TransportSettings { SubmissionsPerMinute = 0 });
        await use(client, new InvocationContext(CancellationToken.None));
    }

    private string Submit(params string[] urls)
    {
        Assert.True(_tasks.TryCreate(urls, out string taskId));
        return taskId;
    }

    private List<UrlResult> Rows(string taskId) => _tasks.Find(taskId) ?? throw new InvalidOperationException($"No task {taskId}.");
}

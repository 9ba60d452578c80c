using Microsoft.Extensions.Time.Testing;
using VodPreheat.Client;
using VodPreheat.Client.Connections;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Preheating;
using VodPreheat.Client.Sandbox;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Sandbox;

public sealed class SandboxTests
{
    private const string Signature = "Authorization X-Sdk-Date";

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task The_example_has_a_result_of_each_status()
    {
        using VodClient client = ConnectionFactory.ConnectSandbox(new TransportSettings());
        Assert.Equal(AuthenticationType.Sandbox, client.AuthenticationType);
        IReadOnlyList<UrlResult> rows = await client.QueryAsync("example");
        Assert.Equal(["processing", "succeed", "failed"], rows.Select(row => row.Status));
        Assert.All(rows, row => Assert.StartsWith("https://", row.Url, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("no such task", "VOD.10062", FailureKind.NotFound)]
    [InlineData("", "VOD.10053", FailureKind.InvalidArgument)]
    public async Task Other_IDs_fail_as_in_the_service(string taskId, string code, FailureKind kind)
    {
        using VodClient client = ConnectionFactory.ConnectSandbox(new TransportSettings());
        VodClientException failure = await TestClient.FailureAsync(() => client.QueryAsync(taskId));
        Assert.Equal((code, kind), (failure.ErrorCode, failure.Kind));
        Assert.NotNull(failure.RequestId);
    }

    [Fact]
    public async Task Submitted_URLs_and_assets_can_be_queried_in_that_sandbox_only()
    {
        using VodClient client = ConnectionFactory.ConnectSandbox(new TransportSettings());
        using VodClient other = ConnectionFactory.ConnectSandbox(new TransportSettings());
        string urls = (await client.SubmitUrlsAsync(["https://a/1", "https://a/2"], TestClient.Context())).TaskId!;
        string asset = (await client.SubmitAssetAsync("asset 1", TestClient.Context())).TaskId!;
        Assert.Equal(["https://a/1", "https://a/2"], (await client.QueryAsync(urls)).Select(row => row.Url));
        Assert.Equal(2, (await client.QueryAsync(asset)).Count);
        await TestClient.FailureAsync(() => other.QueryAsync(urls));
    }

    [Fact]
    public async Task A_task_ends_by_the_clock_of_its_connection()
    {
        using VodClient client = ConnectionFactory.ConnectSandbox(new TransportSettings { Clock = _clock });
        Assert.Same(_clock, client.Clock);
        string taskId = (await client.SubmitUrlsAsync(["https://a/1"], TestClient.Context())).TaskId!;
        Assert.Equal("processing", (await client.QueryAsync(taskId)).Single().Status);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("succeed", (await client.QueryAsync(taskId)).Single().Status);
    }

    [Fact]
    public async Task Invalid_submissions_fail_as_in_the_service()
    {
        using VodClient client = ConnectionFactory.ConnectSandbox(new TransportSettings());
        Assert.Equal("VOD.10053", (await TestClient.FailureAsync(() => client.SubmitUrlsAsync([], TestClient.Context()))).ErrorCode);
        Assert.Equal("VOD.10053", (await TestClient.FailureAsync(() => client.SubmitAssetAsync("", TestClient.Context()))).ErrorCode);
        VodClientException tooMany = await TestClient.FailureAsync(
            () => client.SubmitUrlsAsync([.. Enumerable.Repeat("https://a/1", 11)], TestClient.Context()));
        Assert.Equal(("VOD.10109", "The service answered: A maximum of 10 URLs can be preheated at a time."), (tooMany.ErrorCode, tooMany.What));
    }

    [Theory]
    [InlineData("GET", "/v1.0/other/asset/preheating?task_id=example", Signature, 404)]
    [InlineData("GET", "/v1.0/" + SandboxHandler.ProjectId + "/asset/preheating/?task_id=example", Signature, 404)]
    [InlineData("DELETE", "/v1.0/" + SandboxHandler.ProjectId + "/asset/preheating", Signature, 403)]
    [InlineData("GET", "/v1.0/" + SandboxHandler.ProjectId + "/asset/preheating?task_id=example", "", 401)]
    [InlineData("GET", "/v1.0/" + SandboxHandler.ProjectId + "/asset/preheating?task_id=example", "Authorization", 401)]
    [InlineData("GET", "/v1.0/" + SandboxHandler.ProjectId + "/asset/preheating?task_id=example", "X-Sdk-Date", 401)]
    [InlineData("GET", "/v1.0/" + SandboxHandler.ProjectId + "/asset/preheating", Signature, 400)]
    [InlineData("GET", "/v1.0/" + SandboxHandler.ProjectId + "/asset/preheating?task_id=example", Signature, 200)]
    public async Task Only_signed_requests_of_the_API_are_answered(string method, string target, string headers, int status)
    {
        using var invoker = new HttpMessageInvoker(new SandboxHandler(TimeProvider.System, static _ => null));
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(SandboxHandler.Endpoint, target));
        foreach (string header in headers.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            request.Headers.TryAddWithoutValidation(header, "x");
        }

        using HttpResponseMessage response = await invoker.SendAsync(request, CancellationToken.None);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_canceled_request_is_not_answered()
    {
        using var invoker = new HttpMessageInvoker(new SandboxHandler(TimeProvider.System, static _ => null));
        using var request = new HttpRequestMessage(HttpMethod.Get, SandboxHandler.Endpoint);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => invoker.SendAsync(request, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void The_URLs_of_a_task_finish_one_after_the_other_and_those_with_fail_in_their_path_fail()
    {
        var tasks = new SandboxTasks(_clock, static _ => null);
        Assert.True(tasks.TryCreate(["https://fail.example/a", "https://a.example/FAIL.mp4", "not a url"], out string taskId));
        AssertStatuses("processing", "processing", "processing");
        _clock.Advance(TimeSpan.FromSeconds(2));
        AssertStatuses("succeed", "processing", "processing");
        _clock.Advance(TimeSpan.FromSeconds(0.4));
        AssertStatuses("succeed", "failed", "processing");
        _clock.Advance(TimeSpan.FromSeconds(0.4));
        AssertStatuses("succeed", "failed", "succeed");

        void AssertStatuses(params string[] expected) => Assert.Equal(expected, tasks.Find(taskId)!.Select(row => row.Status));
    }

    [Fact]
    public void The_quota_of_a_day_can_be_used_up()
    {
        var tasks = new SandboxTasks(_clock, static _ => null);
        string[] ten = [.. Enumerable.Repeat("https://a/1", 10)];
        for (int i = 0; i < SandboxTasks.DailyQuota / 10; i++)
        {
            Assert.True(tasks.TryCreate(ten, out _));
        }

        Assert.False(tasks.TryCreate(["https://a/1"], out _));
    }
}

using VodPreheat.Client;
using VodPreheat.Client.Jobs;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Jobs;

public sealed class JobSummaryTests
{
    private const string Connection = $"project {TestClient.ProjectId} in cn-north-4, {TestClient.AccessKey}";

    [Theory]
    [InlineData("", null, "0 URLs in 0:04:12: ")]
    [InlineData("succeed", null, "1 URL in 0:04:12: 1 loaded")]
    [InlineData("failed", "1 of 1 URL was not loaded: 1 failed.", "1 URL in 0:04:12: 1 failed")]
    [InlineData("succeed succeed FAILED", "1 of 3 URLs was not loaded: 1 failed.", "3 URLs in 0:04:12: 2 loaded, 1 failed")]
    [InlineData(
        "unknown processing notSubmitted rejected failed succeed",
        "5 of 6 URLs were not loaded: 1 failed, 1 rejected, 1 not submitted, 1 not finished, 1 unknown.",
        "6 URLs in 0:04:12: 1 loaded, 1 failed, 1 rejected, 1 not submitted, 1 not finished, 1 unknown")]
    [InlineData("queued processing", "2 of 2 URLs were not loaded: 2 not finished.", "2 URLs in 0:04:12: 2 not finished")]
    public void The_end_of_a_job_is_one_line(string statuses, string? warning, string text)
    {
        var clock = new ManualClock();
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = TestClient.Create(TestClient.Endpoint, TestClient.Settings(network));
        var summary = new JobSummary(client, clock);
        foreach (string status in statuses.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            summary.Add(status);
        }

        clock.Advance(TimeSpan.FromSeconds(252));
        Assert.Equal((warning, $"{text}; {Connection}"), (summary.Warning, summary.ToString()));
    }

    [Fact]
    public void A_connection_is_named_by_its_project_and_region_or_host_and_the_sandbox_by_its_name()
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = TestClient.Create(new Client.Credentials.FixedCredentialSource(TestClient.Key(), Client.Credentials.AuthenticationType.AccessKey), TestClient.Settings(network));
        using VodClient sandbox = Client.Connections.ConnectionFactory.ConnectSandbox(TestClient.Settings());
        Assert.Equal(($"project {TestClient.ProjectId} at vod.test.invalid", "the sandbox"), (client.DisplayName, sandbox.DisplayName));
    }
}

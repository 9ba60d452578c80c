using VodPreheat.Client.Edge;
using VodPreheat.Client.Preheating;
using VodPreheat.Client.Sandbox;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Sandbox;

public sealed class SandboxEdgeTests
{
    [Theory]
    [InlineData("https://cdn.example.com/a.mp4", EdgeFinding.Ok, 200, CacheState.Hit)]
    [InlineData("http://cdn.example.com/a.mp4?auth_key=fail", EdgeFinding.Ok, 200, CacheState.Hit)]
    [InlineData("https://cdn.example.com/part2-fail.mp4", EdgeFinding.AccessDenied, 403, CacheState.Miss)]
    [InlineData("https://cdn.example.com/FAIL-once.mp4", EdgeFinding.AccessDenied, 403, CacheState.Miss)]
    public void URLs_that_fail_are_denied_and_others_are_cached(string url, EdgeFinding finding, int status, CacheState cache)
    {
        EdgeTestResult result = SandboxEdge.Test(url);
        Assert.Equal(new EdgeTestResult(status, cache, null, null, null, finding, result.Hint), result);
        Assert.StartsWith("The sandbox simulates the CDN; nothing was requested. ", result.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void The_URL_of_the_example_that_failed_is_denied()
    {
        var tasks = new SandboxTasks(new ManualClock(), _ => null);
        Assert.All(tasks.Find("example")!, static row => Assert.Equal(
            row.Status == PreheatStatus.Failed ? EdgeFinding.AccessDenied : EdgeFinding.Ok, SandboxEdge.Test(row.Url).Finding));
    }
}

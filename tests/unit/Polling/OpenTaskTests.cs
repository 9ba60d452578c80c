using VodPreheat.Client.Polling;
using VodPreheat.Client.Preheating;

namespace VodPreheat.UnitTests.Polling;

/// <summary>When the results of a task end it.</summary>
public sealed class OpenTaskTests
{
    // Results are the number of a URL and a status. Two URLs were submitted, and the task ends with these if they are specified.
    [Theory]
    [InlineData("", false, false)]
    [InlineData("1 succeed", true, false)]
    [InlineData("1 succeed, 2 failed", true, true)]
    [InlineData("1 succeed, 2 processing", false, false)]
    [InlineData("1 succeed, 2 failed, 3 processing", false, true)]
    [InlineData("1 succeed, 2 processing, 3 succeed", false, false)]
    [InlineData("1 processing, 1 succeed, 2 succeed", false, true)]
    [InlineData("3 succeed", true, false)]
    [InlineData("3 succeed, 4 failed", true, true)]
    [InlineData("3 succeed, 4 processing", false, false)]
    public void It_is_done(string results, bool isDone, bool isDoneWithItsUrls)
    {
        UrlResult[] list = [.. results.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(static result => new UrlResult(result.Split(' ')[0], result.Split(' ')[1]))];
        Assert.Equal(isDone, IsDone(urls: null, list));
        Assert.Equal(isDoneWithItsUrls, IsDone(["1", "2"], list));
    }

    private static bool IsDone(string[]? urls, UrlResult[] results)
    {
        var task = new OpenTask("t", number: 0, urls, urls?.Length ?? 0);
        task.SetResults(results);
        return task.IsDone;
    }
}

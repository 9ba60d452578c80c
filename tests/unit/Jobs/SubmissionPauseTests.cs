using VodPreheat.Client.Errors;
using VodPreheat.Client.Jobs;

namespace VodPreheat.UnitTests.Jobs;

public sealed class SubmissionPauseTests
{
    [Theory]
    [InlineData(10, 3600, new[] { 10, 20, 40, 60, 60 })]
    [InlineData(90, 3600, new[] { 90, 90, 90 })]
    [InlineData(10, 45, new[] { 10, 20, 5, 60 })] // The last try, an interval before the timeout; then there is no time for another.
    public void Each_failure_in_a_row_doubles_the_pause(int interval, int timeout, int[] pauses)
    {
        var pause = new SubmissionPause(TimeSpan.FromSeconds(interval), TimeSpan.FromSeconds(timeout));
        TimeSpan now = TimeSpan.Zero;
        foreach (int seconds in pauses)
        {
            pause.After(Failure(FailureKind.Unavailable), now);
            Assert.Equal(seconds, (pause.EndsAt - now).TotalSeconds);
            now = pause.EndsAt;
        }
    }

    [Fact]
    public void Any_other_end_of_a_submission_begins_again()
    {
        foreach (VodClientException? other in new[] { null, Failure(FailureKind.InvalidArgument) })
        {
            var pause = new SubmissionPause(TimeSpan.FromSeconds(10), TimeSpan.FromHours(1));
            pause.After(Failure(FailureKind.Unavailable), TimeSpan.Zero);
            pause.After(other, TimeSpan.FromSeconds(10));
            Assert.Equal(10, pause.EndsAt.TotalSeconds);
            pause.After(Failure(FailureKind.Unavailable), TimeSpan.FromSeconds(10));
            Assert.Equal(20, pause.EndsAt.TotalSeconds);
        }
    }

    [Theory]
    [InlineData(5, 10)]
    [InlineData(200, 200)]
    public void The_service_can_ask_for_a_longer_pause(int retryAfter, int seconds)
    {
        var pause = new SubmissionPause(TimeSpan.FromSeconds(10), TimeSpan.FromHours(1));
        pause.After(Failure(FailureKind.Unavailable, TimeSpan.FromSeconds(retryAfter)), TimeSpan.Zero);
        Assert.Equal(seconds, pause.EndsAt.TotalSeconds);
    }

    private static VodClientException Failure(FailureKind kind, TimeSpan? retryAfter = null) => new(kind, "E", "what", "hint") { RetryAfter = retryAfter };
}

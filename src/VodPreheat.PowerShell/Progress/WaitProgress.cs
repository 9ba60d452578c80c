using System.Globalization;
using System.Management.Automation;
using VodPreheat.Client.Polling;

namespace VodPreheat.Progress;

/// <summary>The one progress bar of a wait: not before two seconds, at most twice a second, always completed.</summary>
internal sealed class WaitProgress(Cmdlet cmdlet, PreheatTaskPoller poller)
{
    private const string Activity = "Waiting for pre-loading";

    private static readonly TimeSpan s_delay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    private DateTimeOffset _next = TimeProvider.System.GetUtcNow() + s_delay;
    private bool _shown;

    /// <summary>Shows how far the wait has come, if it is time to.</summary>
    public void Show()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        if (now < _next)
        {
            return;
        }

        _next = now + s_pause;
        _shown = true;
        PollProgress progress = poller.Progress;
        int urls = progress.UrlsSucceeded + progress.UrlsFailed + progress.UrlsOpen;
        string status = string.Create(
            CultureInfo.InvariantCulture,
            $"{progress.TasksEnded} of {progress.Tasks} tasks done; URLs: {progress.UrlsSucceeded} loaded, {progress.UrlsFailed} failed, {progress.UrlsOpen} open");
        cmdlet.WriteProgress(new ProgressRecord(0, Activity, status)
        {
            PercentComplete = urls == 0 ? 0 : 100 * (progress.UrlsSucceeded + progress.UrlsFailed) / urls,
            SecondsRemaining = Math.Max(0, (int)poller.Remaining.TotalSeconds),
        });
    }

    /// <summary>Takes the bar away.</summary>
    public void Complete()
    {
        if (_shown)
        {
            _shown = false;
            cmdlet.WriteProgress(new ProgressRecord(0, Activity, "done") { RecordType = ProgressRecordType.Completed });
        }
    }
}

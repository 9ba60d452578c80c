using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using VodPreheat.Client;
using VodPreheat.Client.Polling;

namespace VodPreheat.Progress;

/// <summary>The one progress bar of a wait: not before two seconds, at most twice a second, always completed.</summary>
internal sealed class WaitProgress(Cmdlet cmdlet, PreheatTaskPoller poller, VodClient client)
{
    private const string Activity = "Waiting for pre-loading";

    private static readonly TimeSpan s_delay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();
    private TimeSpan _next = s_delay;
    private bool _shown;

    /// <summary>Shows how far the wait has come, if it is time to.</summary>
    public void Show()
    {
        TimeSpan now = _sinceStart.Elapsed;
        if (now < _next)
        {
            return;
        }

        _next = now + s_pause;
        _shown = true;
        PollProgress progress = poller.Progress;
        int urls = progress.UrlsSucceeded + progress.UrlsFailed + progress.UrlsOpen;
        string held = client.QueryLimit.HeldFor is { TotalSeconds: >= 1 } time ? $"; next query in {Text(time)}" : string.Empty;

        // The time in the text: as SecondsRemaining it would be taken for how long the rest is expected to last.
        string status = string.Create(
            CultureInfo.InvariantCulture,
            $"{progress.TasksEnded} of {progress.Tasks} tasks done; URLs: {progress.UrlsSucceeded} loaded, {progress.UrlsFailed} failed, {progress.UrlsOpen} open{held}; times out in {Text(poller.Remaining)}");
        cmdlet.WriteProgress(new ProgressRecord(0, Activity, status)
        {
            PercentComplete = urls == 0 ? 0 : 100 * (progress.UrlsSucceeded + progress.UrlsFailed) / urls,
        });
    }

    /// <summary>Completes the bar.</summary>
    public void Complete()
    {
        if (_shown)
        {
            _shown = false;
            cmdlet.WriteProgress(new ProgressRecord(0, Activity, "done") { RecordType = ProgressRecordType.Completed });
        }
    }

    private static string Text(TimeSpan time) => time.ToString(time.TotalHours < 1 ? @"m\:ss" : @"h\:mm\:ss", CultureInfo.InvariantCulture);
}

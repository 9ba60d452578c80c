using System.Globalization;
using System.Management.Automation;
using VodPreheat.Client;
using VodPreheat.Client.Polling;

namespace VodPreheat.Progress;

/// <summary>The one progress bar of a wait.</summary>
internal sealed class WaitProgress(Cmdlet cmdlet, PreheatTaskPoller poller, VodClient client)
{
    private readonly DelayedProgress _bar = new(cmdlet, "Waiting for pre-loading");

    /// <summary>Shows how far the wait has come, if it is time to.</summary>
    public void Show() => _bar.Show(() =>
    {
        PollProgress progress = poller.Progress;
        int urls = progress.UrlsSucceeded + progress.UrlsFailed + progress.UrlsOpen;
        string held = client.QueryLimit.HeldFor is { TotalSeconds: >= 1 } time ? $"; next query in {Text(time)}" : string.Empty;

        // Not in SecondsRemaining, which hosts show as an estimate of the end: it is the longest that the wait can take.
        string status = string.Create(
            CultureInfo.InvariantCulture,
            $"{progress.TasksEnded} of {progress.Tasks} tasks done; URLs: {progress.UrlsSucceeded} loaded, {progress.UrlsFailed} failed, {progress.UrlsOpen} open{held}; times out in {Text(poller.Remaining)}");
        return (status, urls == 0 ? 0 : 100 * (progress.UrlsSucceeded + progress.UrlsFailed) / urls);
    });

    /// <summary>Removes the bar.</summary>
    public void Complete() => _bar.Complete();

    private static string Text(TimeSpan time) => time.ToString(time.TotalHours < 1 ? @"m\:ss" : @"h\:mm\:ss", CultureInfo.InvariantCulture);
}

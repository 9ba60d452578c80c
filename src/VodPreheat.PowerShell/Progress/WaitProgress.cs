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

        // Not in SecondsRemaining, which hosts show as an estimate of the end: it is the longest that the wait can take.
        string status = string.Create(
            CultureInfo.InvariantCulture,
            $"{progress.TasksEnded} of {progress.Tasks} tasks done; URLs: {progress.UrlsSucceeded} loaded, {progress.UrlsFailed} failed, {progress.UrlsOpen} open{RateLimitNote.Of(client.QueryLimit)}; timeout in {poller.Remaining.TotalSeconds:0} s");
        return (status, urls == 0 ? 0 : 100 * (progress.UrlsSucceeded + progress.UrlsFailed) / urls);
    });

    /// <summary>Removes the bar.</summary>
    public void Complete() => _bar.Complete();
}

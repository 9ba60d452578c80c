using System.Globalization;
using System.Management.Automation;
using VodPreheat.Client;
using VodPreheat.Client.Polling;

namespace VodPreheat.Progress;

/// <summary>The progress bar of Wait-VodPreheat.</summary>
internal sealed class WaitProgressBar(Cmdlet cmdlet, PreheatTaskPoller poller, VodClient client)
    : DelayedProgressBar(cmdlet, "Waiting for pre-loading", client.Clock)
{
    /// <inheritdoc/>
    protected override (string Status, int Percent) Read()
    {
        PollProgress progress = poller.Progress;
        int urls = progress.UrlsSucceeded + progress.UrlsFailed + progress.UrlsOpen;

        // Not in SecondsRemaining, which hosts show as an estimate of the end: it is the longest that the wait can take.
        string status = string.Create(
            CultureInfo.InvariantCulture,
            $"{progress.TasksEnded} of {progress.Tasks} tasks done; URLs: {progress.UrlsSucceeded} loaded, {progress.UrlsFailed} failed, {progress.UrlsOpen} open{NoteOf(client.QueryLimit)}; timeout in {poller.Remaining.TotalSeconds:0} s");
        return (status, urls == 0 ? 0 : 100 * (progress.UrlsSucceeded + progress.UrlsFailed) / urls);
    }
}

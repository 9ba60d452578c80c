using System.Globalization;
using System.Management.Automation;
using VodPreheat.Client;
using VodPreheat.Client.Display;
using VodPreheat.Client.Polling;

namespace VodPreheat.Progress;

/// <summary>The progress bar of Wait-VodPreheat.</summary>
internal sealed class WaitProgressBar(Cmdlet cmdlet, PreheatTaskPoller poller, VodClient client)
    : DelayedProgressBar(cmdlet, ActivityOf("Waiting for pre-loading", client), client.Clock)
{
    /// <inheritdoc/>
    protected override (string Status, int Percent) Read()
    {
        PollProgress progress = poller.Progress;
        string unknown = progress.TasksWithoutUrls > 0 ? $"; {Quantity.Of(progress.TasksWithoutUrls, "task")} without an answer yet" : string.Empty;
        int urls = progress.UrlsSucceeded + progress.UrlsFailed + progress.UrlsOpen;

        // Not in SecondsRemaining, which hosts show as an estimate of the end: it is the longest that the wait can take.
        string status = string.Create(
            CultureInfo.InvariantCulture,
            $"{progress.TasksEnded} of {Quantity.Of(progress.Tasks, "task")} done; URLs: {progress.UrlsSucceeded} loaded, {progress.UrlsFailed} failed, {progress.UrlsOpen} open{unknown}{NoteOf(client.QueryLimit, "queries wait")}; timeout in {poller.Remaining.TotalSeconds:0} s");

        // What is not known yet would make the bar go back.
        return (status, urls == 0 || progress.TasksWithoutUrls > 0 ? 100 * progress.TasksEnded / Math.Max(1, progress.Tasks) : 100 * (progress.UrlsSucceeded + progress.UrlsFailed) / urls);
    }
}

using System.Globalization;
using System.Management.Automation;
using VodPreheat.Client;
using VodPreheat.Client.Jobs;
using VodPreheat.Formatting;

namespace VodPreheat.Progress;

/// <summary>How far a job has come: a progress bar, and for unattended logs a line a minute on the information stream.</summary>
internal sealed class JobProgressReport(Cmdlet cmdlet, PreheatJob job, VodClient client)
{
    private static readonly TimeSpan s_betweenLines = TimeSpan.FromMinutes(1);
    private static readonly string[] s_tags = [nameof(VodPreheat)];

    private readonly DelayedProgress _bar = new(cmdlet, "Pre-loading");
    private long _lastLine = TimeProvider.System.GetTimestamp();

    /// <summary>Shows how far the job has come, where it is time to.</summary>
    public void Show()
    {
        _bar.Show(Read);
        if (TimeProvider.System.GetElapsedTime(_lastLine) >= s_betweenLines)
        {
            _lastLine = TimeProvider.System.GetTimestamp();
            cmdlet.WriteInformation(Read().Status, s_tags);
        }
    }

    /// <summary>Removes the bar.</summary>
    public void Complete() => _bar.Complete();

    private (string Status, int Percent) Read()
    {
        JobProgress progress = job.Progress;
        string status = string.Create(
            CultureInfo.InvariantCulture,
            $"{Quantity.Of(progress.Urls, "URL")}: {progress.Submitted} submitted, {progress.Loaded} loaded, {progress.Failed} failed, {progress.Open} open{RateLimitNote.Of(client.SubmissionLimit)}");
        return (status, 100 * (progress.Urls - progress.Open) / Math.Max(1, progress.Urls));
    }
}

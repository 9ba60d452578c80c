using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using VodPreheat.Client.Jobs;
using VodPreheat.Formatting;

namespace VodPreheat.Progress;

/// <summary>How far a job has come: a progress bar, and for unattended logs a line a minute on the information stream.</summary>
internal sealed class JobProgressReport(Cmdlet cmdlet, PreheatJob job) : IDisposable
{
    private static readonly TimeSpan s_betweenLines = TimeSpan.FromMinutes(1);
    private static readonly string[] s_tags = [nameof(VodPreheat)];

    private readonly ProgressBar _bar = new(cmdlet, "Pre-loading");
    private readonly long _start = Stopwatch.GetTimestamp();
    private TimeSpan _nextLine = s_betweenLines;

    /// <summary>Shows how far the job has come, where it is time to.</summary>
    public void Show()
    {
        _bar.Show(Read);
        TimeSpan now = Stopwatch.GetElapsedTime(_start);
        if (now >= _nextLine)
        {
            _nextLine = now + s_betweenLines;
            cmdlet.WriteInformation(Read().Status, s_tags);
        }
    }

    /// <summary>Removes the bar.</summary>
    public void Dispose() => _bar.Dispose();

    private (string Status, int Percent) Read()
    {
        JobProgress progress = job.Progress;
        string status = string.Create(
            CultureInfo.InvariantCulture,
            $"{Quantity.Of(progress.Urls, "URL")}: {progress.Submitted} submitted, {progress.Loaded} loaded, {progress.Failed} failed, {progress.Open} open");
        if (progress.HeldFor > TimeSpan.Zero)
        {
            status += string.Create(CultureInfo.InvariantCulture, $"; the service throttles: next submission in {Math.Ceiling(progress.HeldFor.TotalSeconds)} s");
        }

        return (status, 100 * (progress.Urls - progress.Open) / Math.Max(1, progress.Urls));
    }
}

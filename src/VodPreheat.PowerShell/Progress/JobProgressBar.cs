using System.Globalization;
using System.Management.Automation;
using VodPreheat.Client;
using VodPreheat.Client.Display;
using VodPreheat.Client.Jobs;

namespace VodPreheat.Progress;

/// <summary>The progress bar of Invoke-VodPreheat; for unattended logs also a line a minute on the information stream.</summary>
internal sealed class JobProgressBar(Cmdlet cmdlet, PreheatJob job, VodClient client) : DelayedProgressBar(cmdlet, ActivityOf("Pre-loading", client), client.Clock)
{
    private static readonly TimeSpan s_betweenLines = TimeSpan.FromMinutes(1);
    private static readonly string[] s_tags = [nameof(VodPreheat)];

    private readonly Cmdlet _cmdlet = cmdlet;
    private long _lastLine = client.Clock.GetTimestamp();

    /// <inheritdoc/>
    public override void Show()
    {
        base.Show();
        if (client.Clock.GetElapsedTime(_lastLine) >= s_betweenLines)
        {
            _lastLine = client.Clock.GetTimestamp();
            _cmdlet.WriteInformation(Read().Status, s_tags);
        }
    }

    /// <inheritdoc/>
    protected override (string Status, int Percent) Read()
    {
        JobProgress progress = job.Progress;
        string status = string.Create(
            CultureInfo.InvariantCulture,
            $"{Quantity.Of(progress.Urls, "URL")}: {progress.Submitted} submitted, {progress.Loaded} loaded, {progress.Failed} failed, {progress.Open} open{NoteOf(client.SubmissionLimit, "submissions wait")}{NoteOf(client.QueryLimit, "queries wait")}");
        return (status, 100 * (progress.Urls - progress.Open) / Math.Max(1, progress.Urls));
    }
}

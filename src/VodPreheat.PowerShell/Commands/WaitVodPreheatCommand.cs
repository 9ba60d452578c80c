using System.Management.Automation;
using VodPreheat.Client.Json;
using VodPreheat.Client.Polling;
using VodPreheat.Completion;
using VodPreheat.Errors;
using VodPreheat.Progress;

namespace VodPreheat.Commands;

/// <summary>Wait-VodPreheat: polls tasks until every URL is final, and writes each task's results when it ends.</summary>
[Cmdlet(VerbsLifecycle.Wait, "VodPreheat", HelpUri = HelpLinks.Root + "Wait-VodPreheat.md")]
[OutputType(typeof(PreheatingResult))]
public sealed class WaitVodPreheatCommand : VodConnectedCmdlet
{
    private readonly List<string> _taskIds = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>The task ids that Start-VodPreheat (or the API) gave; each is waited for once.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(TaskIdCompleter))]
    public string?[]? TaskId { get; set; }

    /// <summary>Seconds to wait in all; 15 minutes by default, as pre-loading takes 3 to 5 (vod_08_0085).</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 900;

    /// <summary>Seconds from a task's answer to its next query.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int PollIntervalSec { get; set; } = 10;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string? id in TaskId ?? [null])
        {
            if (string.IsNullOrWhiteSpace(id))
            {
                WriteError(ErrorRecords.InvalidTaskId(id));
            }
            else if (_known.Add(id))
            {
                _taskIds.Add(id);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var poller = new PreheatTaskPoller(
            Client, TimeSpan.FromSeconds(PollIntervalSec), TimeSpan.FromSeconds(TimeoutSec), Scope, TimeProvider.System);
        _taskIds.ForEach(id => poller.Add(id));
        var progress = new WaitProgress(this, poller);
        try
        {
            WriteEnds(poller, progress);
        }
        finally
        {
            // Also when a downstream command wants no more, or an error ends the wait.
            progress.Complete();
        }

        foreach (string taskId in poller.OpenTasks)
        {
            WriteError(ErrorRecords.WaitTimeout(taskId, TimeoutSec, ResultsOf(taskId, poller.LastRows(taskId))));
        }
    }

    private void WriteEnds(PreheatTaskPoller poller, WaitProgress progress)
    {
        while (WaitFor(poller.NextEndAsync(), progress.Show).GetAwaiter().GetResult() is { } end)
        {
            if (end.Failure is { } failure)
            {
                WriteFailure(failure, ErrorRecords.IsTerminating(failure) ? Unfinished(end, poller) : end.TaskId, $"Task {end.TaskId}");
                continue;
            }

            WriteObject(ResultsOf(end.TaskId, end.Rows), enumerateCollection: true);
        }
    }

    private static string[] Unfinished(PollAnswer end, PreheatTaskPoller poller) => [end.TaskId, .. poller.OpenTasks];

    private static PreheatingResult[] ResultsOf(string taskId, IReadOnlyList<PreheatingRow> rows) =>
        [.. rows.Select(row => new PreheatingResult(taskId, row.Url, row.Status))];
}

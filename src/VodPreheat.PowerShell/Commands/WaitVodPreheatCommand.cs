using System.Globalization;
using System.Management.Automation;
using VodPreheat.Client.Polling;
using VodPreheat.Client.Preheating;
using VodPreheat.Completion;
using VodPreheat.Errors;
using VodPreheat.Parameters;
using VodPreheat.Progress;

namespace VodPreheat.Commands;

/// <summary>Wait-VodPreheat: polls tasks until every URL has finished, and writes the results of each task when it ends.</summary>
[Cmdlet(VerbsLifecycle.Wait, "VodPreheat", HelpUri = VodCmdlet.HelpRoot + "Wait-VodPreheat.md")]
[OutputType(typeof(PreheatingResult))]
public sealed class WaitVodPreheatCommand : VodTaskCmdlet
{
    private readonly List<(string Id, DateTimeOffset? SubmittedAt)> _tasks = [];

    /// <summary>The task IDs that Start-VodPreheat (or the API) returned; each is waited for once.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "Specifies the IDs of the tasks, as returned by Start-VodPreheat and Get-VodPreheatTask.")]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [Alias("task_id")]
    [TextInput(nameof(TaskId))]
    [ArgumentCompleter(typeof(TaskIdCompleter))]
    public override string?[]? TaskId { get; set; }

    /// <summary>When the task was submitted: it is not queried before an interval has passed.</summary>
    // An object, because a value that is no time must not prevent the task from being bound.
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    [AllowNull]
    public object? SubmittedAt { get; set; }

    /// <summary>The timeout of the wait, in seconds; 15 minutes by default, because pre-loading takes 3 to 5 (vod_08_0085).</summary>
    [Parameter(HelpMessage = "Specifies the maximum time to wait for all tasks together, in seconds.")]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 900;

    /// <summary>Interval between queries of a task, in seconds.</summary>
    [Parameter(HelpMessage = "Specifies the interval between queries of a task, in seconds.")]
    [ValidateRange(1, 3600)]
    public int PollIntervalSec { get; set; } = 10;

    /// <inheritdoc/>
    private protected override void ProcessTask(string taskId) =>
        _tasks.Add((taskId, LanguagePrimitives.TryConvertTo(SubmittedAt, CultureInfo.InvariantCulture, out DateTimeOffset? at) ? at : null));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var poller = new PreheatTaskPoller(
            Client, TimeSpan.FromSeconds(PollIntervalSec), TimeSpan.FromSeconds(TimeoutSec), Context, Client.Clock);
        _tasks.ForEach(task => poller.Add(task.Id, task.SubmittedAt));
        WaitProgressBar progress = CompletedAtEnd(new WaitProgressBar(this, poller, Client));
        WriteEnds(poller, progress);
        progress.Complete();

        string[] open = [.. poller.OpenTasks];
        foreach (string[] taskIds in IsStoppedByErrors && open.Length > 0 ? [open] : open.Chunk(1))
        {
            PreheatingResult[] lastResults = [.. taskIds.SelectMany(id => ResultsOf(id, poller.LastResults(id)))];
            WriteError(ErrorRecords.WaitTimeout(taskIds, TimeoutSec, lastResults, Context.Service));
        }
    }

    private void WriteEnds(PreheatTaskPoller poller, WaitProgressBar progress)
    {
        while (WaitFor(poller.NextEndAsync(), progress.Show).GetAwaiter().GetResult() is { } end)
        {
            if (end.Failure is { } failure)
            {
                // An error that ends the wait names all open tasks.
                string[] unfinished = [end.TaskId, .. IsStoppedByErrors || failure.EndsQueries ? poller.OpenTasks : []];
                WriteFailure(failure, unfinished.Length == 1 ? end.TaskId : unfinished, $"Task {end.TaskId}");
                continue;
            }

            WriteObject(ResultsOf(end.TaskId, end.Results), enumerateCollection: true);
        }
    }

    private static PreheatingResult[] ResultsOf(string taskId, IReadOnlyList<UrlResult> results) =>
        [.. results.Select(result => new PreheatingResult(taskId, result))];
}

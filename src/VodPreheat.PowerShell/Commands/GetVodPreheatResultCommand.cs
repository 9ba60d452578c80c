using System.Management.Automation;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Preheating;
using VodPreheat.Completion;
using VodPreheat.Errors;
using VodPreheat.Parameters;
using VodPreheat.Progress;

namespace VodPreheat.Commands;

/// <summary>Get-VodPreheatResult: what is loaded and what failed, one object per URL, in the order of the task IDs.</summary>
[Cmdlet(VerbsCommon.Get, "VodPreheatResult", HelpUri = VodCmdlet.HelpRoot + "Get-VodPreheatResult.md")]
[OutputType(typeof(PreheatingResult))]
public sealed class GetVodPreheatResultCommand : VodTaskCmdlet
{
    private readonly List<string> _unasked = [];
    private VodClientException? _unreachable;
    private OrderedRequestBuffer<string, IReadOnlyList<UrlResult>>? _requests;
    private QueryProgressBar? _progress;

    /// <summary>The task IDs that Start-VodPreheat (or the API) returned.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "Specifies the IDs of the tasks, as returned by Start-VodPreheat and Get-VodPreheatTask.")]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [Alias("task_id")]
    [TextInput(nameof(TaskId))]
    [ArgumentCompleter(typeof(TaskIdCompleter))]
    public override string?[]? TaskId { get; set; }

    /// <summary>The maximum number of queries in flight.</summary>
    [Parameter(HelpMessage = "Specifies the maximum number of queries that run at the same time.")]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = 8;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _progress = CompletedAtEnd(new QueryProgressBar(this, Client));
        _requests = new(ThrottleLimit, id => Client.GetPreheatingResultsAsync(id, Context), WriteAnswer);
    }

    /// <inheritdoc/>
    private protected override void ProcessTask(string taskId) => _requests!.Add(taskId);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        _requests!.Complete();
        _progress!.Complete();
        if (_unreachable is not null)
        {
            ThrowTerminatingError(ErrorRecords.Unreachable(_unreachable, [.. _unasked]));
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _requests?.Dispose();
    }

    private void WriteAnswer(string taskId, Task<IReadOnlyList<UrlResult>> answer)
    {
        try
        {
            foreach (UrlResult result in WaitFor(answer, _progress!.Show).GetAwaiter().GetResult())
            {
                WriteObject(new PreheatingResult(taskId, result));
            }
        }
        catch (VodClientException failure) when (failure.IsWithoutConnection && Context.Service.IsUnreachable)
        {
            // One error for all of them, when the rest of the input is known. Nothing more is sent meanwhile.
            _unreachable = failure;
            _unasked.Add(taskId);
        }
        catch (VodClientException failure)
        {
            WriteFailure(failure, taskId, $"Task {taskId}");
        }

        _progress!.Queried++;
        _progress.Show();
    }
}

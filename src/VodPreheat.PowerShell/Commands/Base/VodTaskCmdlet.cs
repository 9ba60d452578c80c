using System.Management.Automation;
using VodPreheat.Completion;
using VodPreheat.Errors;

namespace VodPreheat.Commands;

/// <summary>A cmdlet that asks for tasks by their ids.</summary>
public abstract class VodTaskCmdlet : VodConnectedCmdlet
{
    /// <summary>The task ids that Start-VodPreheat (or the API) gave; blanks around an id are removed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(TaskIdCompleter))]
    public string?[]? TaskId { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string? given in TaskId ?? [null])
        {
            if (string.IsNullOrWhiteSpace(given))
            {
                WriteError(ErrorRecords.InvalidTaskId(given));
            }
            else
            {
                ProcessTask(given.Trim());
            }
        }
    }

    /// <summary>Takes the next task id.</summary>
    private protected abstract void ProcessTask(string taskId);
}

using VodPreheat.Errors;

namespace VodPreheat.Commands;

/// <summary>A cmdlet that asks for tasks by their ids.</summary>
public abstract class VodTaskCmdlet : VodConnectedCmdlet
{
    /// <summary>The task ids, each passed on without the blanks around it.</summary>
    // The parameter of the derived cmdlet: a syntax shows inherited parameters last.
    public abstract string?[]? TaskId { get; set; }

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

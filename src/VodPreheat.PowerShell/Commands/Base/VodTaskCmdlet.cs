using VodPreheat.Client.Preheating;
using VodPreheat.Parameters;

namespace VodPreheat.Commands;

/// <summary>A cmdlet that queries tasks by their IDs.</summary>
public abstract class VodTaskCmdlet : VodConnectedCmdlet
{
    /// <summary>The task IDs; spaces around an ID are removed.</summary>
    // Each cmdlet declares the parameter: a syntax shows inherited parameters last.
    public abstract string?[]? TaskId { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string? given in TaskId ?? [null])
        {
            string id = InputText.Trim(given ?? string.Empty);
            if (TextlessObject.Of(given) is null && InputText.IsId(id))
            {
                ProcessTask(id);
            }
            else
            {
                WriteErrorIfAny(ErrorOf(given, nameof(TaskId)));
            }
        }
    }

    /// <summary>Processes the next task ID.</summary>
    private protected abstract void ProcessTask(string taskId);
}

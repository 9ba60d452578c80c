using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using VodPreheat.Client.Errors;
using VodPreheat.Formatting;

namespace VodPreheat.Completion;

/// <summary>Completes -TaskId from the tasks that this process submitted, newest first. Never asks the service.</summary>
internal sealed class TaskIdCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = (wordToComplete ?? string.Empty).Trim('\'', '"');
        foreach (PreheatTask task in RecentTasks.All)
        {
            // An id that cannot be shown as it is cannot be typed either.
            if (task.TaskId.StartsWith(typed, StringComparison.OrdinalIgnoreCase) && DisplayText.IsClean(task.TaskId))
            {
                yield return new CompletionResult(Quote(task.TaskId), task.TaskId, CompletionResultType.ParameterValue, ViewFormatter.Describe(task));
            }
        }
    }

    // Ids are 32 hex digits so far; anything else could mean something to the parser.
    private static string Quote(string id) => id.All(char.IsAsciiLetterOrDigit) ? id : $"'{CodeGeneration.EscapeSingleQuotedStringContent(id)}'";
}

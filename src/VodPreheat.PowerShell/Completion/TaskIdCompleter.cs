using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using VodPreheat.Client;
using VodPreheat.Client.Display;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Journal;
using VodPreheat.Connections;
using VodPreheat.Formatting;

namespace VodPreheat.Completion;

/// <summary>Completes -TaskId from the end of the connection's journal, newest first. Sends nothing.</summary>
internal sealed class TaskIdCompleter : IArgumentCompleter
{
    private const int Most = 100;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = (wordToComplete ?? string.Empty).Trim('\'', '"');
        VodClient? client = (ConnectionCompleter.ConnectionIn(fakeBoundParameters?["Connection"]) ?? DefaultConnection.Current)?.Client;
        SubmissionJournal journal = client?.Journal ?? SubmissionJournal.OfThisMachine();
        try
        {
            return
            [
                .. journal.NewestFirst(new InvocationContext(CancellationToken.None))
                    .Where(static submission => submission.Outcome == SubmissionOutcome.Accepted)
                    .Where(submission => client?.Owns(submission) != false)
                    .Take(Most)

                    // An ID that cannot be shown unchanged cannot be typed either.
                    .Where(submission => submission.TaskId!.StartsWith(typed, StringComparison.OrdinalIgnoreCase) && DisplayText.IsClean(submission.TaskId))
                    .Select(static submission => Result(new PreheatTask(submission))),
            ];
        }
        catch (VodClientException)
        {
            // Without a journal there is no completion: an error for pressing Tab would be of no use.
            return [];
        }
    }

    private static CompletionResult Result(PreheatTask task) => new(
        Quote(task.TaskId),
        task.TaskId,
        CompletionResultType.ParameterValue,
        ViewFormatter.Describe(task) is { Length: > 0 } what ? what : task.TaskId);

    // IDs are 32 hex digits so far; anything else could have a meaning for the parser.
    private static string Quote(string id) => id.All(char.IsAsciiLetterOrDigit) ? id : $"'{CodeGeneration.EscapeSingleQuotedStringContent(id)}'";
}

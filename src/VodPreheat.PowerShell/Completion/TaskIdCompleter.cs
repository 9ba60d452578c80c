using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using VodPreheat.Client;
using VodPreheat.Client.Display;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Journal;
using VodPreheat.Connections;
using VodPreheat.Formatting;

namespace VodPreheat.Completion;

/// <summary>Completes -TaskId from the end of the connection's journal, newest first. Never asks the service.</summary>
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

                    // An id that cannot be shown as it is cannot be typed either.
                    .Where(submission => submission.TaskId!.StartsWith(typed, StringComparison.OrdinalIgnoreCase) && DisplayText.IsClean(submission.TaskId))
                    .Select(static submission => Result(new PreheatTask(submission))),
            ];
        }
        catch (VodClientException)
        {
            // No journal, no completion: nobody wants an error for pressing Tab.
            return [];
        }
    }

    private static CompletionResult Result(PreheatTask task) => new(
        Quote(task.TaskId),
        task.TaskId,
        CompletionResultType.ParameterValue,
        ViewFormatter.Describe(task) is { Length: > 0 } what ? what : task.TaskId);

    // Ids are 32 hex digits so far; anything else could mean something to the parser.
    private static string Quote(string id) => id.All(char.IsAsciiLetterOrDigit) ? id : $"'{CodeGeneration.EscapeSingleQuotedStringContent(id)}'";
}

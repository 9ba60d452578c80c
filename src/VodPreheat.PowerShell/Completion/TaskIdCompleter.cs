using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using VodPreheat.Client;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Journal;
using VodPreheat.Connections;
using VodPreheat.Formatting;

namespace VodPreheat.Completion;

/// <summary>Completes -TaskId from the end of the connection's journal, newest first. Never asks the service.</summary>
internal sealed partial class TaskIdCompleter : IArgumentCompleter
{
    private const int Most = 100;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = (wordToComplete ?? string.Empty).Trim('\'', '"');
        VodClient? client = (fakeBoundParameters?["Connection"] as VodConnection ?? DefaultConnection.Current)?.Client;
        SubmissionJournal journal = client?.Journal ?? SubmissionJournal.OfThisMachine();
        try
        {
            return
            [
                .. journal.NewestFirst(new InvocationContext(CancellationToken.None))
                    .Where(static submission => submission.Outcome == SubmissionOutcome.Accepted)
                    .Where(submission => client?.Owns(submission) != false)
                    .Take(Most)
                    .Where(submission => submission.TaskId!.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
                    .Select(static submission => Result(new PreheatTask(submission))),
            ];
        }
        catch (VodClientException)
        {
            // No journal, no completion: nobody wants an error for pressing Tab.
            return [];
        }
    }

    private static CompletionResult Result(PreheatTask task)
    {
        string id = Shown(task.TaskId);
        return new CompletionResult(
            Quote(task.TaskId), id, CompletionResultType.ParameterValue, Shown(ViewFormatter.Describe(task)) is { Length: > 0 } what ? what : id);
    }

    // Ids are 32 hex digits so far; anything else could mean something to the parser.
    private static string Quote(string id) => id.All(char.IsAsciiLetterOrDigit) ? id : $"'{CodeGeneration.EscapeSingleQuotedStringContent(id)}'";

    private static string Shown(string text) => ControlCharacters().Replace(text, " ");

    [GeneratedRegex(@"[\p{Cc}\p{Cf}]+", RegexOptions.CultureInvariant)]
    private static partial Regex ControlCharacters();
}

using System.Globalization;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;

namespace VodPreheat.Client.Journal;

/// <summary>Reads the submissions of a journal's folder for one command, month by month, so that a caller can stop early.</summary>
/// <param name="folder">The folder.</param>
/// <param name="context">Cancels the reading, and receives one warning about lines that are not lines of a journal.</param>
/// <param name="unavailable">The failure for a file that cannot be read.</param>
internal sealed class JournalReader(JournalFolder folder, InvocationContext context, Func<Exception, VodClientException> unavailable)
{
    private int _foreignLines;
    private string? _firstForeignLine;

    /// <summary>The submissions, from the newest to the oldest.</summary>
    public IEnumerable<Submission> NewestFirst()
    {
        try
        {
            var outcomes = new Dictionary<string, JournalLine>(StringComparer.Ordinal);
            foreach (Submission submission in Guard(folder.Months).SelectMany(file => Read(file, outcomes)))
            {
                yield return submission;
            }
        }
        finally
        {
            WarnOfForeignLines();
        }
    }

    /// <summary>The submissions, from the oldest to the newest. Two months at most are kept.</summary>
    public IEnumerable<Submission> OldestFirst()
    {
        try
        {
            List<Submission> month = [];
            foreach (string file in Guard(folder.Months).Reverse())
            {
                // The outcome of a submission at the end of a month can be in the file of the next one.
                var outcomes = new Dictionary<string, JournalLine>(StringComparer.Ordinal);
                List<Submission> next = [.. Read(file, outcomes)];
                foreach (Submission submission in Enumerable.Reverse(month))
                {
                    context.Cancellation.ThrowIfCancellationRequested();
                    yield return outcomes.TryGetValue(submission.Id, out JournalLine? outcome) && submission.Outcome == SubmissionOutcome.Unknown
                        ? submission with { TaskId = outcome.TaskId, ErrorCode = outcome.ErrorCode }
                        : submission;
                }

                month = next;
            }

            foreach (Submission submission in Enumerable.Reverse(month))
            {
                context.Cancellation.ThrowIfCancellationRequested();
                yield return submission;
            }
        }
        finally
        {
            WarnOfForeignLines();
        }
    }

    private IEnumerable<Submission> Read(string file, Dictionary<string, JournalLine> outcomes)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        JournalMonth month = Guard(() => new JournalMonth(file));
        try
        {
            foreach (Submission submission in month.NewestFirst(outcomes, folder.IsAtRest))
            {
                yield return submission;
                context.Cancellation.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            _foreignLines += month.ForeignLines;
            _firstForeignLine = month.ForeignLines > 0 ? month.FirstForeignLine : _firstForeignLine;
        }
    }

    private void WarnOfForeignLines()
    {
        if (_firstForeignLine is not null)
        {
            context.Warn(_foreignLines == 1
                ? $"{_firstForeignLine} is not a line of a journal and was skipped."
                : string.Create(CultureInfo.InvariantCulture, $"{_firstForeignLine} and {_foreignLines - 1} more are not lines of a journal and were skipped."));
        }
    }

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (JournalFolder.IsProblem(error))
        {
            throw unavailable(error);
        }
    }
}

using System.Globalization;

namespace VodPreheat.Client.Journal;

/// <summary>
/// Reads the submissions of a journal's file, newest first: what became of a submission stands behind it, so that it is known
/// already when the submission itself is met.
/// </summary>
/// <param name="scanner">The file's lines; owned by the reader from now on.</param>
/// <param name="isAtRest">Whether nobody is adding to the file of a given size.</param>
internal sealed class JournalReader(BackwardLineReader scanner, Func<long, bool> isAtRest) : IDisposable
{
    private readonly Dictionary<string, JournalLine> _outcomes = new(StringComparer.Ordinal);
    private long _firstForeign;
    private long _foreign;
    private JournalLine? _outcome;

    /// <summary>The submission in hand.</summary>
    public Submission Current { get; private set; } = null!;

    /// <summary>Where the submission in hand can be read again.</summary>
    public Position Place => new(scanner.LineStart, scanner.LineEnd, _outcome);

    /// <summary>Goes to the submission before; false when there is none.</summary>
    public bool MoveBack()
    {
        while (scanner.MoveBack())
        {
            switch (JournalLine.Parse(scanner.Line.Span))
            {
                case null when scanner.IsUnfinished && !isAtRest(scanner.Length):
                    break;
                case null:
                    _foreign++;
                    _firstForeign = scanner.LineStart;
                    break;
                case { Event: JournalLine.Sending } line:
                    _outcomes.Remove(line.Id!, out _outcome);
                    Current = line.ToSubmission(_outcome);
                    return true;
                case { Event: JournalLine.Accepted or JournalLine.Refused } line:
                    _outcomes.TryAdd(line.Id!, line);
                    break;
                default:
                    // An event of a later version.
                    break;
            }
        }

        return false;
    }

    /// <summary>Reads a submission again.</summary>
    public Submission Read(Position place) => JournalLine.Parse(scanner.Read(place.Start, place.End))!.ToSubmission(place.Outcome);

    /// <summary>What to say about lines that were met and are no lines of a journal; null if there were none.</summary>
    public string? Complaint()
    {
        if (_foreign == 0)
        {
            return null;
        }

        string line = string.Create(CultureInfo.InvariantCulture, $"Line {scanner.NumberOf(_firstForeign)}");
        return _foreign == 1
            ? $"{line} of the journal cannot be read and was skipped."
            : string.Create(CultureInfo.InvariantCulture, $"{line} and {_foreign - 1} more of the journal cannot be read and were skipped.");
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => scanner.Dispose();

    /// <summary>A line that announces a submission, and what became of it.</summary>
    public readonly record struct Position(long Start, long End, JournalLine? Outcome);
}

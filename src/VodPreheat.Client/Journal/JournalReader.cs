using System.Globalization;

namespace VodPreheat.Client.Journal;

/// <summary>
/// Reads the submissions of a journal's file, newest first: what became of a submission stands behind it, so that it is known
/// already when the submission itself is met.
/// </summary>
internal sealed class JournalReader(JournalScanner scanner) : IDisposable
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
    public string? Complaint(string path) => _foreign == 0
        ? null
        : string.Create(
            CultureInfo.InvariantCulture,
            $"Line {scanner.NumberOf(_firstForeign)}{(_foreign > 1 ? $" and {_foreign - 1} more" : string.Empty)} of the journal {path} cannot be read and {(_foreign > 1 ? "were" : "was")} skipped.");

    /// <summary>Closes the file.</summary>
    public void Dispose() => scanner.Dispose();

    /// <summary>A line that announces a submission, and what became of it.</summary>
    public readonly record struct Position(long Start, long End, JournalLine? Outcome);
}

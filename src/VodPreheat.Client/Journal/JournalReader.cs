using System.Globalization;

namespace VodPreheat.Client.Journal;

/// <summary>
/// Reads the submissions of a journal's file, newest first: the outcome of a submission is written after it, so that it is already
/// known when the submission itself is read.
/// </summary>
/// <param name="lines">The file's lines; owned by the reader from now on.</param>
/// <param name="isAtRest">Whether the file has a given size and nothing is being appended to it.</param>
internal sealed class JournalReader(BackwardLineReader lines, Func<long, bool> isAtRest) : IDisposable
{
    private readonly Dictionary<string, JournalLine> _outcomes = new(StringComparer.Ordinal);
    private long _firstForeign;
    private long _foreign;
    private JournalLine? _outcome;

    /// <summary>The current submission.</summary>
    public Submission Current { get; private set; } = null!;

    /// <summary>Where the current submission can be read again.</summary>
    public Position CurrentPosition => new(lines.LineStart, lines.LineEnd, _outcome);

    /// <summary>Moves to the previous submission; false if there is none.</summary>
    public bool MoveBack()
    {
        while (lines.MoveBack())
        {
            switch (JournalLine.Parse(lines.Line.Span))
            {
                case null when lines.IsUnfinished && !isAtRest(lines.Length):
                    break;
                case null:
                    _foreign++;
                    _firstForeign = lines.LineStart;
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
    public Submission Read(Position position) => JournalLine.Parse(lines.Read(position.Start, position.End))!.ToSubmission(position.Outcome);

    /// <summary>The warning about lines that were read and are not lines of a journal; null if there were none.</summary>
    public string? ForeignLines()
    {
        if (_foreign == 0)
        {
            return null;
        }

        string line = string.Create(CultureInfo.InvariantCulture, $"Line {lines.NumberOf(_firstForeign)}");
        return _foreign == 1
            ? $"{line} of the journal cannot be read and was skipped."
            : string.Create(CultureInfo.InvariantCulture, $"{line} and {_foreign - 1} more of the journal cannot be read and were skipped.");
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => lines.Dispose();

    /// <summary>A line that announces a submission, and the line with its outcome.</summary>
    public readonly record struct Position(long Start, long End, JournalLine? Outcome);
}

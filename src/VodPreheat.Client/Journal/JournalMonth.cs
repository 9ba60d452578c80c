namespace VodPreheat.Client.Journal;

/// <summary>
/// A file of a journal, as it was when it was read: the lines of a month, at most 6 MB at the daily quota of the service. It is read from
/// its end, because the outcome of a submission is written after it.
/// </summary>
internal sealed class JournalMonth
{
    private readonly string _file;
    private readonly byte[] _bytes;
    private readonly int _begin;
    private int? _firstForeign;

    /// <summary>Reads the file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public JournalMonth(string file)
    {
        _file = file;
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        _bytes = GC.AllocateUninitializedArray<byte>(checked((int)stream.Length));
        int length = stream.ReadAtLeast(_bytes, _bytes.Length, throwOnEndOfStream: false);
        Array.Resize(ref _bytes, length);

        // An editor may have put a byte order mark in front.
        _begin = _bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0;
    }

    /// <summary>The number of lines read so far that are not lines of a journal.</summary>
    public int ForeignLines { get; private set; }

    /// <summary>The place of the first of these lines, for a message.</summary>
    public string FirstForeignLine => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"Line {_bytes.AsSpan(0, _firstForeign ?? 0).Count((byte)'\n') + 1} of {_file}");

    /// <summary>The submissions, from the newest to the oldest. They are read one by one, so that a caller can stop early.</summary>
    /// <param name="outcomes">
    /// The outcomes whose submissions have not been read, by the ID of the submission: those of later months, then also those of this one.
    /// </param>
    /// <param name="isAtRest">Whether the file has a given size and nothing is being appended to it.</param>
    public IEnumerable<Submission> NewestFirst(Dictionary<string, JournalLine> outcomes, Func<string, long, bool> isAtRest)
    {
        for (int end = _bytes.Length; end > _begin;)
        {
            int start = Math.Max(_begin, _bytes.AsSpan(0, end).LastIndexOf((byte)'\n') + 1);
            ReadOnlySpan<byte> text = _bytes.AsSpan(start, end - start).Trim(" \t\r"u8);
            JournalLine? line = JournalLine.Parse(text);
            switch (line)
            {
                case null when text.IsEmpty || (end == _bytes.Length && !isAtRest(_file, _bytes.Length)):
                    break;
                case null:
                    ForeignLines++;
                    _firstForeign = start;
                    break;
                case { Event: JournalLine.Sending }:
                    outcomes.Remove(line.Id!, out JournalLine? outcome);
                    yield return line.ToSubmission(outcome);
                    break;
                case { Event: JournalLine.Accepted or JournalLine.Refused }:
                    outcomes.TryAdd(line.Id!, line);
                    break;
                default:
                    // An event of a later version.
                    break;
            }

            end = start - 1;
        }
    }
}

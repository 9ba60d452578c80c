using System.Globalization;

namespace VodPreheat.Client.Journal;

/// <summary>
/// Appends to the file of a journal. Many processes and threads do at once: each line is whole, and none is lost. The file is opened
/// for each line, because trimming puts another in its place.
/// </summary>
internal sealed class JournalFile(string path, TimeProvider clock)
{
    /// <summary>The size from which on old lines are dropped, in bytes.</summary>
    public const long TrimSize = 16 * 1024 * 1024;

    /// <summary>The age from which on a line is old.</summary>
    public static readonly TimeSpan OldAge = TimeSpan.FromDays(180);

    // A file that is large with young lines only must not be gone through for every line that is added.
    private static readonly TimeSpan s_betweenTrims = TimeSpan.FromDays(1);

    private const string Unfinished = ".new";

    // Others hold the lock for less than a millisecond, or for a second while they trim a large file on a slow disk.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_readersPatience = TimeSpan.FromSeconds(1);

    /// <summary>Adds whole lines; on return they are on the disk.</summary>
    /// <exception cref="IOException">They could not be added; nothing of them is in the file.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Append(ReadOnlySpan<byte> lines)
    {
        try
        {
            AppendNow(lines);
        }
        catch (DirectoryNotFoundException)
        {
            // At the first submission, or when the folder was deleted in the middle.
            CreateFolder(Path.GetDirectoryName(path)!);
            AppendNow(lines);
        }
    }

    /// <summary>Whether the file has this size and nobody is adding to it.</summary>
    public bool IsAtRest(long size)
    {
        try
        {
            using var hold = JournalLock.Acquire(path, s_readersPatience);
            return new FileInfo(path).Length == size;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>How a file of the journal is opened: for its owner only, and without a buffer, so that a line is one write.</summary>
    public static FileStreamOptions Options(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open)
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private void AppendNow(ReadOnlySpan<byte> lines)
    {
        FileStream file;
        DateTimeOffset? trim;
        using (var hold = JournalLock.Acquire(path, s_patience))
        {
            file = JournalLock.OpenPatiently(path, FileShare.ReadWrite | FileShare.Delete, s_patience);
            try
            {
                Write(file, lines);
                trim = file.Length > TrimSize ? BeginTrim(hold) : null;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }

        // Outside the lock, so that others go on meanwhile. A file that trimming has put in this one's place is on the disk already.
        using (file)
        {
            file.Flush(flushToDisk: true);
        }

        if (trim is { } begun)
        {
            Trim(begun);
        }
    }

    private static void Write(FileStream file, ReadOnlySpan<byte> lines)
    {
        long length = file.Length;
        try
        {
            // A writer that was killed may have left the beginning of a line: the next one starts on a line of its own.
            file.Position = length;
            file.Write(length > 0 && !EndsWithNewline(file, length) ? [(byte)'\n', .. lines] : lines);
        }
        catch
        {
            // The disk or the quota of the user is full: without this, half of a line could stay.
            file.SetLength(length);
            throw;
        }
    }

    private static bool EndsWithNewline(FileStream file, long length)
    {
        Span<byte> last = stackalloc byte[1];
        return RandomAccess.Read(file.SafeFileHandle, last, length - 1) == 1 && last[0] == '\n';
    }

    /// <summary>The time of a trim that is due; null if none is. Of many that ask, one gets it.</summary>
    private DateTimeOffset? BeginTrim(JournalLock hold)
    {
        try
        {
            DateTimeOffset now = clock.GetUtcNow();
            if (hold.LastTrim is { } last && (now - last).Duration() < s_betweenTrims)
            {
                return null;
            }

            hold.LastTrim = now;
            return now;
        }
        catch (IOException)
        {
            // The disk is full. The line has been written, and that is what counts.
            return null;
        }
    }

    private void Trim(DateTimeOffset begun)
    {
        try
        {
            // A link is followed: the file that it leads to is replaced, not the link.
            Trim(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path, begun);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nothing is lost: the disk may be full, or on Windows somebody may be reading. It is tried again another day.
        }
    }

    /// <summary>Puts a file without the old lines in the place of this one. What is no line of a journal stays: it may be somebody's.</summary>
    private void Trim(string target, DateTimeOffset begun)
    {
        DeleteLeftovers(target);

        // A name of its own: whoever opened a common one just before it is moved would have the journal in hand.
        string next = string.Create(CultureInfo.InvariantCulture, $"{target}.{begun.UtcTicks}{Unfinished}");
        try
        {
            using FileStream kept = new(next, Options(FileMode.CreateNew, FileShare.None));
            using BackwardLineReader scanner = BackwardLineReader.Open(target) ?? throw new FileNotFoundException(message: null, target);
            CopyYoungLines(scanner, begun - OldAge, kept);
            kept.Flush(flushToDisk: true);
            using var hold = JournalLock.Acquire(path, s_patience);

            // What others have added meanwhile; from here on nobody does.
            scanner.CopyRest(kept);
            kept.Flush(flushToDisk: true);

            // Closed before: Windows puts no open file in the place of another, nor any in the place of an open one.
            kept.Dispose();
            scanner.Dispose();

            // Another that has begun since may have put a file in place that has lines which this one lacks.
            if (hold.LastTrim == begun)
            {
                Replace(target, next);
            }
        }
        finally
        {
            File.Delete(next);
        }
    }

    /// <summary>Deletes what killed processes left. One that is still at work gives up, without harm.</summary>
    private static void DeleteLeftovers(string target)
    {
        foreach (string left in Directory.EnumerateFiles(Path.GetDirectoryName(target)!, $"{Path.GetFileName(target)}.*{Unfinished}"))
        {
            File.Delete(left);
        }
    }

    private static void CopyYoungLines(BackwardLineReader scanner, DateTimeOffset oldest, FileStream destination)
    {
        var parts = new Stack<(long Start, long End)>();
        while (scanner.MoveBack())
        {
            if (JournalLine.Parse(scanner.Line.Span) is { Time: { } time } && time < oldest)
            {
                continue;
            }

            // With its newline, unless somebody is just writing it.
            long end = Math.Min(scanner.LineEnd + 1, scanner.Length);
            if (parts.TryPeek(out (long Start, long End) next) && next.Start == end)
            {
                end = parts.Pop().End;
            }

            parts.Push((scanner.LineStart, end));
        }

        foreach ((long start, long end) in parts)
        {
            scanner.Copy(start, end, destination);
        }
    }

    private static void Replace(string target, string next)
    {
        if (!OperatingSystem.IsWindows())
        {
            // Its owner may have opened it to a group.
            File.SetUnixFileMode(next, File.GetUnixFileMode(target));
        }

        for (int attempt = 0; ; attempt++)
        {
            try
            {
                File.Move(next, target, overwrite: true);
                return;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException && attempt < 10)
            {
                // On Windows: another process that is just flushing its line has the file open.
                Thread.Sleep(10);
            }
        }
    }

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}

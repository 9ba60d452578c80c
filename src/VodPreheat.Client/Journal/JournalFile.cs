using System.Globalization;

namespace VodPreheat.Client.Journal;

/// <summary>
/// Appends to the file of a journal. Many processes and threads can append at once: each line is whole, and none is lost. The file is
/// opened for each line, because trimming replaces it.
/// </summary>
internal sealed class JournalFile(string path, TimeProvider clock)
{
    /// <summary>The size above which old lines are removed, in bytes.</summary>
    public const long TrimSize = 16 * 1024 * 1024;

    /// <summary>The age above which a line is old.</summary>
    public static readonly TimeSpan OldAge = TimeSpan.FromDays(180);

    // A large file with recent lines only must not be read for every line that is added.
    private static readonly TimeSpan s_betweenTrims = TimeSpan.FromDays(1);

    private const string Unfinished = ".new";

    // Others hold the lock until their lines are on the disk, which takes milliseconds, or a second while they trim a large file.
    private static readonly TimeSpan s_maxWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_maxReaderWait = TimeSpan.FromSeconds(1);

    /// <summary>Appends whole lines; on return they are on the disk.</summary>
    /// <exception cref="IOException">They could not be appended; no part of them is in the file.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Append(ReadOnlySpan<byte> lines)
    {
        try
        {
            AppendNow(lines);
        }
        catch (DirectoryNotFoundException)
        {
            // At the first submission, or if the folder was deleted meanwhile.
            CreateFolder(Path.GetDirectoryName(path)!);
            AppendNow(lines);
        }
    }

    /// <summary>Whether the file has this size and nothing is being appended to it.</summary>
    public bool IsAtRest(long size)
    {
        try
        {
            using var hold = JournalLock.Acquire(path, s_maxReaderWait);
            return new FileInfo(path).Length == size;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>How a file of the journal is opened: for its owner only, and without a buffer, so that lines are one write.</summary>
    public static FileStreamOptions Options(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private void AppendNow(ReadOnlySpan<byte> lines)
    {
        DateTimeOffset? trim;
        using (var hold = JournalLock.Acquire(path, s_maxWait))
        using (FileStream file = JournalLock.OpenWithRetry(path, FileShare.ReadWrite | FileShare.Delete, s_maxWait))
        {
            Write(file, lines);
            trim = file.Length > TrimSize ? BeginTrim(hold) : null;
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
            // A process that was killed may have left part of a line: the next one starts on a line of its own.
            file.Position = length;
            file.Write(length > 0 && !EndsWithNewline(file, length) ? [(byte)'\n', .. lines] : lines);

            // Inside the lock: until then, another machine sees the old end of a file on a network share, and would overwrite the lines.
            file.Flush(flushToDisk: true);
        }
        catch
        {
            // The disk or the user's quota is full, which a network share can report at the flush: otherwise part of a line could remain.
            file.SetLength(length);
            throw;
        }
    }

    private static bool EndsWithNewline(FileStream file, long length)
    {
        Span<byte> last = stackalloc byte[1];
        return RandomAccess.Read(file.SafeFileHandle, last, length - 1) == 1 && last[0] == '\n';
    }

    /// <summary>The start time of a trim that is due; null if none is. Only one of many callers gets it.</summary>
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
            // The disk is full. The line has been written, which is what matters.
            return null;
        }
    }

    private void Trim(DateTimeOffset begun)
    {
        try
        {
            // A link is followed: its target is replaced, not the link.
            Trim(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path, begun);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nothing is lost: the disk may be full, or on Windows another process may be reading. It is tried again another day.
        }
    }

    /// <summary>Replaces the file by one without old lines. What is not a line of a journal is kept: it may belong to the user.</summary>
    private void Trim(string target, DateTimeOffset begun)
    {
        DeleteLeftovers(target);

        // A unique name: a process that opened a common one just before it is moved would have the journal open.
        string next = string.Create(CultureInfo.InvariantCulture, $"{target}.{begun.UtcTicks}{Unfinished}");
        try
        {
            using FileStream kept = new(next, Options(FileMode.CreateNew, FileShare.None));
            using BackwardLineReader reader = BackwardLineReader.Open(target) ?? throw new FileNotFoundException(message: null, target);
            CopyYoungLines(reader, begun - OldAge, kept);
            kept.Flush(flushToDisk: true);
            using var hold = JournalLock.Acquire(path, s_maxWait);

            // What others have appended meanwhile; from here on nobody can.
            reader.CopyRest(kept);
            kept.Flush(flushToDisk: true);

            // Closed before: Windows neither moves an open file, nor replaces one.
            kept.Dispose();
            reader.Dispose();

            // Another trim that has begun since may have moved a file here that has lines which this one lacks.
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

    /// <summary>Deletes files that killed processes left. A process that is still trimming fails, without harm.</summary>
    private static void DeleteLeftovers(string target)
    {
        foreach (string left in Directory.EnumerateFiles(Path.GetDirectoryName(target)!, $"{Path.GetFileName(target)}.*{Unfinished}"))
        {
            File.Delete(left);
        }
    }

    private static void CopyYoungLines(BackwardLineReader reader, DateTimeOffset oldest, FileStream destination)
    {
        var parts = new Stack<(long Start, long End)>();
        while (reader.MoveBack())
        {
            if (JournalLine.Parse(reader.Line.Span) is { Time: { } time } && time < oldest)
            {
                continue;
            }

            // With its newline, unless it is just being written.
            long end = Math.Min(reader.LineEnd + 1, reader.Length);
            if (parts.TryPeek(out (long Start, long End) next) && next.Start == end)
            {
                end = parts.Pop().End;
            }

            parts.Push((reader.LineStart, end));
        }

        foreach ((long start, long end) in parts)
        {
            reader.Copy(start, end, destination);
        }
    }

    private static void Replace(string target, string next)
    {
        if (!OperatingSystem.IsWindows())
        {
            // Its owner may have changed its mode.
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
                // On Windows: another process that is reading has the file open.
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

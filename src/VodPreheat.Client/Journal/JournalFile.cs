using System.Buffers.Binary;

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

    // Others hold the lock for less than a millisecond, or for a second while they trim a large file on a slow disk.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

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
        using (var hold = JournalLock.Acquire(path, s_patience))
        {
            file = new FileStream(path, Options(FileMode.OpenOrCreate, FileShare.ReadWrite | FileShare.Delete));
            try
            {
                Write(file, lines);
                TrimIfDue(file, hold);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }

        // Outside the lock, so that others go on meanwhile. What trimming has put in this file's place is on the disk already.
        using (file)
        {
            file.Flush(flushToDisk: true);
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
        catch (IOException)
        {
            // The disk is full: without this, half of a line could stay.
            file.SetLength(length);
            throw;
        }
    }

    private static bool EndsWithNewline(FileStream file, long length)
    {
        Span<byte> last = stackalloc byte[1];
        return RandomAccess.Read(file.SafeFileHandle, last, length - 1) == 1 && last[0] == '\n';
    }

    private void TrimIfDue(FileStream file, JournalLock hold)
    {
        if (file.Length <= TrimSize)
        {
            return;
        }

        DateTimeOffset now = clock.GetUtcNow();
        Span<byte> note = stackalloc byte[sizeof(long)];
        if (hold.Note.ReadAtLeast(note, note.Length, throwOnEndOfStream: false) == note.Length
            && now.Ticks - BinaryPrimitives.ReadInt64LittleEndian(note) is >= 0 and var since && since < s_betweenTrims.Ticks)
        {
            return;
        }

        try
        {
            Trim(now - OldAge);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nothing is lost: the disk may be full, or on Windows somebody is reading. It is tried again after the pause.
        }

        BinaryPrimitives.WriteInt64LittleEndian(note, now.Ticks);
        hold.Note.Position = 0;
        hold.Note.Write(note);
    }

    /// <summary>Puts a file without the old lines in the place of this one. What is no line of a journal stays: it may be somebody's.</summary>
    private void Trim(DateTimeOffset oldest)
    {
        string target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        string next = target + ".new";
        try
        {
            using (var kept = new FileStream(next, Options(FileMode.Create, FileShare.None)))
            {
                CopyYoungLines(target, oldest, kept);
                kept.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows())
            {
                // Its owner may have opened it to a group.
                File.SetUnixFileMode(next, File.GetUnixFileMode(target));
            }

            File.Move(next, target, overwrite: true);
        }
        finally
        {
            File.Delete(next);
        }
    }

    private static void CopyYoungLines(string from, DateTimeOffset oldest, FileStream to)
    {
        using JournalScanner scanner = JournalScanner.Open(from) ?? throw new FileNotFoundException(message: null, from);
        var parts = new Stack<(long Start, long End)>();
        while (scanner.MoveBack())
        {
            if (JournalLine.Parse(scanner.Line.Span) is { Time: { } time } && time < oldest)
            {
                continue;
            }

            // With its newline, which is there: a whole line has just been added behind it.
            long end = scanner.LineEnd + 1;
            if (parts.TryPeek(out (long Start, long End) next) && next.Start == end)
            {
                end = parts.Pop().End;
            }

            parts.Push((scanner.LineStart, end));
        }

        foreach ((long start, long end) in parts)
        {
            scanner.Copy(start, end, to);
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

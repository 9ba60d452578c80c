using System.Globalization;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace VodPreheat.Client.Journal;

/// <summary>
/// The folder of a journal, with a file for each month. Many processes and threads can append at once: each line is whole, and none is
/// lost. Nothing is ever rewritten or removed.
/// </summary>
internal sealed class JournalFolder(string path)
{
    private const string Extension = ".jsonl";

    // Others hold the lock until their lines are on the disk, which takes milliseconds.
    private static readonly TimeSpan s_maxWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_maxReaderWait = TimeSpan.FromSeconds(1);

    /// <summary>Appends whole lines; on return they are on the disk.</summary>
    /// <param name="time">When they are written.</param>
    /// <param name="lines">The lines, with their ends.</param>
    /// <exception cref="IOException">They could not be appended; no part of them is in the file.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Append(DateTimeOffset time, ReadOnlySpan<byte> lines)
    {
        try
        {
            AppendNow(time, lines);
        }
        catch (Exception error) when (error is DirectoryNotFoundException or FileNotFoundException)
        {
            // At the first submission, or if the folder was deleted meanwhile. A file is not found if another process creates the folder
            // just now.
            CreateFolder();
            AppendNow(time, lines);
        }
    }

    /// <summary>The files of the months, from the newest to the oldest. Other files are ignored.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public IReadOnlyList<string> Months()
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(path, "*" + Extension).Where(IsMonth).OrderDescending(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Whether a file of the folder has this size and nothing is being appended to it.</summary>
    public bool IsAtRest(string file, long size)
    {
        try
        {
            using var held = JournalLock.Acquire(path, s_maxReaderWait);
            return new FileInfo(file).Length == size;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Whether an exception says that a file or folder cannot be used.</summary>
    public static bool IsProblem(Exception error) =>
        error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException or OverflowException;

    /// <summary>
    /// How a file of the journal is opened: for its owner only, without a buffer, so that lines are one write, and so that this write
    /// reports the errors of the disk: on Linux, .NET ignores those of fsync (seen with .NET 8.0.34 and 10.0.12), and a network share
    /// reports a full disk only there.
    /// </summary>
    public static FileStreamOptions Options(FileShare share)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = share,
            BufferSize = 0,
            Options = FileOptions.WriteThrough,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private void AppendNow(DateTimeOffset time, ReadOnlySpan<byte> lines)
    {
        using var held = JournalLock.Acquire(path, s_maxWait);

        // The clock of this machine can be behind that of another one which has begun the next month. The order of the lines is that in
        // which they were written.
        string next = FileOf(time.AddMonths(1));
        using var file = new FileStream(File.Exists(next) ? next : FileOf(time), Options(FileShare.ReadWrite | FileShare.Delete));
        Write(file, lines);
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
            // On macOS, writing through the cache of the system is not enough.
            file.Flush(flushToDisk: true);
        }
        catch
        {
            // The disk or the user's quota is full: otherwise part of a line could remain.
            file.SetLength(length);
            throw;
        }
    }

    private static bool EndsWithNewline(FileStream file, long length)
    {
        Span<byte> last = stackalloc byte[1];
        return RandomAccess.Read(file.SafeFileHandle, last, length - 1) == 1 && last[0] == '\n';
    }

    private string FileOf(DateTimeOffset time) =>
        Path.Combine(path, time.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture) + Extension);

    private static bool IsMonth(string file) =>
        DateTime.TryParseExact(Path.GetFileNameWithoutExtension(file), "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>Creates the folder for its owner only.</summary>
    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            CreateWindowsFolder();
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    // A folder inherits the permissions of the one that it is in, which can be anybody's.
    [SupportedOSPlatform("windows")]
    private void CreateWindowsFolder()
    {
        using var user = WindowsIdentity.GetCurrent();
        var security = new DirectorySecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        security.AddAccessRule(new FileSystemAccessRule(
            user.User!,
            FileSystemRights.FullControl,
            InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit,
            PropagationFlags.None,
            AccessControlType.Allow));
        new DirectoryInfo(path).Create(security);
    }
}

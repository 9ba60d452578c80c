using System.Diagnostics;

namespace VodPreheat.Client.Journal;

/// <summary>
/// The lock of a journal, which one process and thread holds at a time: an open file in its folder. The system closes it when its
/// holder ends, however it ends, so that no lock remains.
/// </summary>
/// <remarks>
/// Not a lock on the file of a month: <see cref="FileMode.Append"/> of .NET is not O_APPEND, and O_APPEND does not help on network shares.
/// </remarks>
internal sealed class JournalLock : IDisposable
{
    private const string FileName = "journal.lock";

    // Opened by another process: sharing and lock violation of Windows; EAGAIN of Linux and of macOS.
    private static readonly int[] s_held = [unchecked((int)0x80070020), unchecked((int)0x80070021), 11, 35];

    private readonly FileStream _file;

    private JournalLock(FileStream file) => _file = file;

    /// <summary>Waits for the lock.</summary>
    /// <exception cref="IOException">Others held it until the wait timed out, or the lock file cannot be opened.</exception>
    public static JournalLock Acquire(string folder, TimeSpan maxWait)
    {
        string path = Path.Combine(folder, FileName);
        long start = Stopwatch.GetTimestamp();
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return new JournalLock(new FileStream(path, JournalFolder.Options(FileShare.None)));
            }
            catch (IOException error) when (s_held.Contains(error.HResult))
            {
                if (Stopwatch.GetElapsedTime(start) > maxWait)
                {
                    throw new IOException("another process has it locked", error);
                }
            }

            // A lock is held for a few milliseconds. A random pause prevents two waiters from colliding again and again.
            Thread.Sleep(Random.Shared.Next(Math.Min(attempt, 20) + 1));
        }
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose() => _file.Dispose();
}

using System.Diagnostics;

namespace VodPreheat.Client.Journal;

/// <summary>
/// The right to change a journal, which one process and thread has at a time: an open file beside it. The system closes it when its
/// holder dies, however it dies, so that no lock outlives one.
/// </summary>
internal sealed class JournalLock : IDisposable
{
    // Opened by another: sharing and lock violation of Windows; EAGAIN of Linux and of macOS.
    private static readonly int[] s_held = [unchecked((int)0x80070020), unchecked((int)0x80070021), 11, 35];

    private readonly FileStream _file;

    private JournalLock(FileStream file) => _file = file;

    /// <summary>The bytes beside the journal: when it was last trimmed.</summary>
    public Stream Note => _file;

    /// <summary>Waits for the right.</summary>
    /// <exception cref="IOException">Others held it all the time.</exception>
    public static JournalLock Acquire(string journal, TimeSpan patience)
    {
        long start = Stopwatch.GetTimestamp();
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return new JournalLock(new FileStream(journal + ".lock", JournalFile.Options(FileMode.OpenOrCreate, FileShare.None)));
            }
            catch (IOException error) when (s_held.Contains(error.HResult))
            {
                if (Stopwatch.GetElapsedTime(start) > patience)
                {
                    throw new IOException("another process has it locked", error);
                }
            }

            // It is held for a fraction of a millisecond. A random pause keeps two who wait from meeting again and again.
            Thread.Sleep(Random.Shared.Next(Math.Min(attempt, 20) + 1));
        }
    }

    /// <summary>Gives the right back.</summary>
    public void Dispose() => _file.Dispose();
}

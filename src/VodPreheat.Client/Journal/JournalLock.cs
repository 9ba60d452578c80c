using System.Buffers.Binary;
using System.Diagnostics;

namespace VodPreheat.Client.Journal;

/// <summary>
/// The lock of a journal, which one process and thread holds at a time: an open file beside it. The system closes it when its
/// holder ends, however it ends, so that no lock remains.
/// </summary>
internal sealed class JournalLock : IDisposable
{
    // Opened by another process: sharing and lock violation of Windows; EAGAIN of Linux and of macOS.
    private static readonly int[] s_held = [unchecked((int)0x80070020), unchecked((int)0x80070021), 11, 35];

    private readonly FileStream _file;

    private JournalLock(FileStream file) => _file = file;

    /// <summary>When the journal was last trimmed, stored in the lock file; null if it never was.</summary>
    public DateTimeOffset? LastTrim
    {
        get
        {
            Span<byte> ticks = stackalloc byte[sizeof(long)];
            _file.Position = 0;
            return _file.ReadAtLeast(ticks, ticks.Length, throwOnEndOfStream: false) == ticks.Length
                && BinaryPrimitives.ReadInt64LittleEndian(ticks) is >= 0 and var value && value <= DateTimeOffset.MaxValue.Ticks
                ? new DateTimeOffset(value, TimeSpan.Zero)
                : null;
        }

        set
        {
            Span<byte> ticks = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(ticks, value?.UtcTicks ?? 0);
            _file.Position = 0;
            _file.Write(ticks);
        }
    }

    /// <summary>Waits for the lock.</summary>
    /// <exception cref="IOException">Others held it until the wait timed out.</exception>
    public static JournalLock Acquire(string journal, TimeSpan maxWait) => new(OpenWithRetry(journal + ".lock", FileShare.None, maxWait));

    /// <summary>Opens or creates a file, as soon as others that have it open allow it.</summary>
    /// <exception cref="IOException">They did not until the wait timed out.</exception>
    public static FileStream OpenWithRetry(string path, FileShare share, TimeSpan maxWait)
    {
        long start = Stopwatch.GetTimestamp();
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(path, JournalFile.Options(FileMode.OpenOrCreate, share));
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

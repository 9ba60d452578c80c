using System.Buffers.Binary;
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

    /// <summary>When the journal was last trimmed, as the file says; null if it does not. Its holder may change it.</summary>
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

    /// <summary>Waits for the right.</summary>
    /// <exception cref="IOException">Others held it all the time.</exception>
    public static JournalLock Acquire(string journal, TimeSpan patience) => new(OpenPatiently(journal + ".lock", FileShare.None, patience));

    /// <summary>Opens a file, or makes it, when others that have it open allow it.</summary>
    /// <exception cref="IOException">They did not all the time.</exception>
    public static FileStream OpenPatiently(string path, FileShare share, TimeSpan patience)
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
                if (Stopwatch.GetElapsedTime(start) > patience)
                {
                    throw new IOException("another process has it locked", error);
                }
            }

            // A lock is held for a fraction of a millisecond. A random pause keeps two who wait from meeting again and again.
            Thread.Sleep(Random.Shared.Next(Math.Min(attempt, 20) + 1));
        }
    }

    /// <summary>Gives the right back.</summary>
    public void Dispose() => _file.Dispose();
}

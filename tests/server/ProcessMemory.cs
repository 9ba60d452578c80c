using System.Globalization;

namespace VodPreheat.TestServer;

/// <summary>Searches the memory of another process of this user, on Linux.</summary>
public static class ProcessMemory
{
    private const int Step = 1024 * 1024;

    /// <summary>The number of occurrences of a text in the memory that the process can read.</summary>
    /// <param name="processId">A child of this process.</param>
    /// <param name="bytes">The text in the encoding that is looked for.</param>
    public static int Count(int processId, byte[] bytes)
    {
        int found = 0;
        using Microsoft.Win32.SafeHandles.SafeFileHandle memory = File.OpenHandle($"/proc/{processId}/mem");
        foreach (string line in File.ReadLines($"/proc/{processId}/maps"))
        {
            // Such as: 7f2c4c000000-7f2c4c021000 rw-p 00000000 00:00 0   [heap]
            string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts[1][0] == 'r' && parts.ElementAtOrDefault(5) is not ("[vvar]" or "[vsyscall]" or "[vvar_vclock]"))
            {
                long[] range = [.. parts[0].Split('-').Select(address => long.Parse(address, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
                found += CountIn(memory, range[0], range[1], bytes);
            }
        }

        return found;
    }

    private static int CountIn(Microsoft.Win32.SafeHandles.SafeFileHandle memory, long start, long end, ReadOnlySpan<byte> bytes)
    {
        int found = 0;
        byte[] buffer = new byte[Step + bytes.Length - 1];
        for (long at = start; at < end; at += Step)
        {
            int read;
            try
            {
                // With the beginning of the next piece, which a text may reach into.
                read = RandomAccess.Read(memory, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), at);
            }
            catch (IOException)
            {
                // Mapped, and yet not there: such as a guard page, or what a file has behind its end.
                continue;
            }

            ReadOnlySpan<byte> rest = buffer.AsSpan(0, read);
            while (rest.IndexOf(bytes) is >= 0 and int index)
            {
                found++;
                rest = rest[(index + 1)..];
            }
        }

        return found;
    }
}

using Microsoft.Win32.SafeHandles;

namespace VodPreheat.Client.Journal;

/// <summary>Reads the lines of a file from its end to its beginning, so that the newest are available immediately.</summary>
internal sealed class BackwardLineReader : IDisposable
{
    /// <summary>The longest line that is read, in bytes: more than a request can have. Source: devg-apig, a body of 12 MB.</summary>
    private const int LongestLine = 16 * 1024 * 1024;

    private const int Chunk = 64 * 1024;

    private readonly SafeFileHandle _file;

    // What is read and not yet returned: the last part of the buffer, up to _end. It begins at _offset of the file.
    private byte[] _buffer = new byte[2 * Chunk];
    private int _begin;
    private int _end;
    private long _offset;

    // How many of its first bytes have not been searched for a newline.
    private int _unsearched;

    // The end of the current line if it is too long to be read.
    private long? _longLineEnd;

    private BackwardLineReader(SafeFileHandle file)
    {
        _file = file;
        _offset = RandomAccess.GetLength(file);
        _begin = _end = _buffer.Length;
        Length = _offset;
    }

    /// <summary>The size of the file when it was opened; what is appended later is not read.</summary>
    public long Length { get; }

    /// <summary>The line without its newline; empty if it is longer than any line of a journal.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>Where the line begins.</summary>
    public long LineStart { get; private set; }

    /// <summary>Where the line ends: at a newline, or at the file's end.</summary>
    public long LineEnd { get; private set; }

    /// <summary>Whether the line has no newline: its writer was killed, or is still writing.</summary>
    public bool IsUnfinished => LineEnd == Length;

    /// <summary>Opens a file; null if there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static BackwardLineReader? Open(string path)
    {
        try
        {
            return new BackwardLineReader(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Moves to the previous line; false at the beginning of the file. Empty lines are skipped.</summary>
    public bool MoveBack()
    {
        while (true)
        {
            int newline = _buffer.AsSpan(_begin, _unsearched).LastIndexOf((byte)'\n');
            if (newline >= 0)
            {
                Take(_begin + newline + 1);
                _end = _begin + newline;
                _unsearched = newline;
            }
            else if (_offset > 0)
            {
                _unsearched = ReadBack();
                continue;
            }
            else if (_end > _begin || _longLineEnd is not null)
            {
                Take(_begin);
                _end = _begin;
                _unsearched = 0;
            }
            else
            {
                return false;
            }

            if (LineEnd > LineStart)
            {
                return true;
            }
        }
    }

    /// <summary>Reads a line again.</summary>
    public byte[] Read(long start, long end)
    {
        byte[] line = new byte[end - start];
        for (int read = 0; read < line.Length;)
        {
            int count = RandomAccess.Read(_file, line.AsSpan(read), start + read);
            read += count > 0 ? count : throw new EndOfStreamException("the file was truncated while it was read");
        }

        return line;
    }

    /// <summary>Copies a part of the file.</summary>
    public void Copy(long start, long end, Stream destination)
    {
        byte[] buffer = new byte[Chunk];
        while (start < end)
        {
            int count = RandomAccess.Read(_file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - start)), start);
            if (count == 0)
            {
                throw new EndOfStreamException("the file was truncated while it was read");
            }

            destination.Write(buffer, 0, count);
            start += count;
        }
    }

    /// <summary>Copies what has been appended to the file since it was opened.</summary>
    public void CopyRest(Stream destination) => Copy(Length, RandomAccess.GetLength(_file), destination);

    /// <summary>The number of the line that begins there, from 1 on.</summary>
    public long NumberOf(long start)
    {
        long number = 1;
        byte[] buffer = new byte[Chunk];
        for (long at = 0; at < start;)
        {
            int count = RandomAccess.Read(_file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, start - at)), at);
            if (count == 0)
            {
                break;
            }

            number += buffer.AsSpan(0, count).Count((byte)'\n');
            at += count;
        }

        return number;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private void Take(int start)
    {
        LineStart = _offset + (start - _begin);
        LineEnd = _longLineEnd ?? (_offset + (_end - _begin));
        Line = _longLineEnd is null ? _buffer.AsMemory(start, _end - start) : default;
        _longLineEnd = null;
    }

    /// <summary>Reads the bytes before those in the buffer; returns how many.</summary>
    private int ReadBack()
    {
        if (_end - _begin > LongestLine)
        {
            _longLineEnd ??= _offset + (_end - _begin);
            _begin = _end = _buffer.Length;
        }

        int count = (int)Math.Min(Chunk, _offset);
        if (_begin < count)
        {
            // Moves what is in the buffer to its end, or to that of a larger one.
            int held = _end - _begin;
            byte[] buffer = held + count <= _buffer.Length ? _buffer : new byte[_buffer.Length * 2];
            _buffer.AsSpan(_begin, held).CopyTo(buffer.AsSpan(buffer.Length - held));
            _buffer = buffer;
            _end = buffer.Length;
            _begin = _end - held;
        }

        int from = _begin - count;
        for (int read = 0; read < count;)
        {
            int more = RandomAccess.Read(_file, _buffer.AsSpan(from + read, count - read), _offset - count + read);
            read += more > 0 ? more : throw new EndOfStreamException("the file was truncated while it was read");
        }

        _begin = from;
        _offset -= count;
        return count;
    }
}

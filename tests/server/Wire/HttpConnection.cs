using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace VodPreheat.TestServer.Wire;

/// <summary>One accepted connection: reads requests and writes answers.</summary>
internal sealed class HttpConnection(Socket socket, Stream stream, int id) : IDisposable
{
    private const int HeadLimit = 256 * 1024;
    private byte[] _buffer = new byte[8 * 1024];
    private int _start;
    private int _end;
    private Task<int>? _fill;

    public int Id { get; } = id;

    public Stream Stream { get; } = stream;

    /// <summary>The next request; null when the client has closed. Malformed ones throw InvalidDataException.</summary>
    public async Task<RecordedRequest?> ReadRequestAsync(CancellationToken stop)
    {
        string? first = await ReadLineAsync(stop).ConfigureAwait(false);
        if (first is null)
        {
            return null;
        }

        string[] parts = first.Split(' ');
        if (parts.Length != 3 || !parts[2].StartsWith("HTTP/1.", StringComparison.Ordinal))
        {
            throw new InvalidDataException("The request line is malformed.");
        }

        Dictionary<string, string> headers = await ReadHeadersAsync(stop).ConfigureAwait(false);
        byte[] body = await ReadBodyAsync(headers, stop).ConfigureAwait(false);
        bool close = parts[2] == "HTTP/1.0"
            || string.Equals(headers.GetValueOrDefault("Connection"), "close", StringComparison.OrdinalIgnoreCase);
        return new RecordedRequest(parts[0], parts[1], headers, body, !close, Id);
    }

    /// <summary>Sends an answer in one piece.</summary>
    public async Task SendAsync(HttpAnswer answer, DateTimeOffset date, bool keepAlive, CancellationToken stop)
    {
        byte[] head = answer.Head(date, keepAlive, answer.Body.Length);
        await WriteAsync(answer.Status == 204 ? head : [.. head, .. answer.Body], stop).ConfigureAwait(false);
    }

    public Task WriteAsync(byte[] bytes, CancellationToken stop) => Stream.WriteAsync(bytes, stop).AsTask();

    /// <summary>Waits; false as soon as the client has disconnected.</summary>
    public async Task<bool> WaitAsync(TimeSpan time, CancellationToken stop)
    {
        using CancellationTokenSource timer = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task delay = Task.Delay(time, timer.Token);
        Task<int> fill = _fill ??= StartFill(stop);
        if (await Task.WhenAny(delay, fill).ConfigureAwait(false) == fill && (!fill.IsCompletedSuccessfully || fill.Result == 0))
        {
            await timer.CancelAsync().ConfigureAwait(false);
            return false;
        }

        await delay.ConfigureAwait(false);
        return true;
    }

    /// <summary>Waits until the client has disconnected.</summary>
    public Task StallAsync(CancellationToken stop) => WaitAsync(Timeout.InfiniteTimeSpan, stop);

    /// <summary>Closes with a TCP reset instead of a proper end.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    public void Dispose()
    {
        socket.Dispose();
        Stream.Dispose();
    }

    private async Task<Dictionary<string, string>> ReadHeadersAsync(CancellationToken stop)
    {
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        while (true)
        {
            string line = await ReadLineAsync(stop).ConfigureAwait(false) ?? throw new InvalidDataException("The headers end early.");
            if (line.Length == 0)
            {
                return headers;
            }

            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                throw new InvalidDataException("A header is malformed.");
            }

            string name = line[..colon];
            string value = line[(colon + 1)..].Trim(' ', '\t');
            headers[name] = headers.TryGetValue(name, out string? earlier) ? $"{earlier}, {value}" : value;
        }
    }

    private async Task<byte[]> ReadBodyAsync(Dictionary<string, string> headers, CancellationToken stop)
    {
        if (headers.TryGetValue("Transfer-Encoding", out string? coding) && coding.Contains("chunked", StringComparison.OrdinalIgnoreCase))
        {
            return await ReadChunksAsync(stop).ConfigureAwait(false);
        }

        if (!headers.TryGetValue("Content-Length", out string? text))
        {
            return [];
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            ? await ReadExactlyAsync(length, stop).ConfigureAwait(false)
            : throw new InvalidDataException("The Content-Length is malformed.");
    }

    private async Task<byte[]> ReadChunksAsync(CancellationToken stop)
    {
        using MemoryStream body = new();
        while (true)
        {
            string line = await ReadLineAsync(stop).ConfigureAwait(false) ?? throw new InvalidDataException("The body ends early.");
            if (!int.TryParse(line.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int size))
            {
                throw new InvalidDataException("A chunk is malformed.");
            }

            if (size == 0)
            {
                await ReadHeadersAsync(stop).ConfigureAwait(false);
                return body.ToArray();
            }

            body.Write(await ReadExactlyAsync(size, stop).ConfigureAwait(false));
            await ReadLineAsync(stop).ConfigureAwait(false);
        }
    }

    private async Task<string?> ReadLineAsync(CancellationToken stop)
    {
        int searched = 0;
        while (true)
        {
            int end = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (end >= 0)
            {
                string line = Encoding.Latin1.GetString(_buffer, _start, searched + end).TrimEnd('\r');
                _start += searched + end + 1;
                return line;
            }

            searched = _end - _start;
            if (searched > HeadLimit)
            {
                throw new InvalidDataException("A line is too long.");
            }

            if (!await FillAsync(stop).ConfigureAwait(false))
            {
                return null;
            }
        }
    }

    private async Task<byte[]> ReadExactlyAsync(int length, CancellationToken stop)
    {
        byte[] bytes = new byte[length];
        for (int done = 0; done < length;)
        {
            if (_start == _end && !await FillAsync(stop).ConfigureAwait(false))
            {
                throw new InvalidDataException("The body ends early.");
            }

            int part = Math.Min(length - done, _end - _start);
            _buffer.AsSpan(_start, part).CopyTo(bytes.AsSpan(done));
            _start += part;
            done += part;
        }

        return bytes;
    }

    private async Task<bool> FillAsync(CancellationToken stop)
    {
        int read = await (_fill ??= StartFill(stop)).ConfigureAwait(false);
        _fill = null;
        _end += read;
        return read > 0;
    }

    // WaitAsync leaves a read pending to detect the end of the connection. The next FillAsync uses it.
    private Task<int> StartFill(CancellationToken stop)
    {
        if (_end == _buffer.Length || _start == _end)
        {
            int kept = _end - _start;
            byte[] target = kept > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
            Buffer.BlockCopy(_buffer, _start, target, 0, kept);
            (_buffer, _start, _end) = (target, 0, kept);
        }

        return Stream.ReadAsync(_buffer.AsMemory(_end), stop).AsTask();
    }
}

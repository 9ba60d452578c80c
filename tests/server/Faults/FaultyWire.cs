using System.Text;
using VodPreheat.TestServer.Wire;

namespace VodPreheat.TestServer.Faults;

/// <summary>The faults in how an answer is sent.</summary>
internal static class FaultyWire
{
    // At a byte every 200 ms, this takes hours, and no client refuses it because of its size.
    private const int DripLength = 100_000;

    private static readonly byte[] s_endlessChunk = Chunk(Encoding.ASCII.GetBytes(string.Concat(
        Enumerable.Repeat("""{"url":"https://cdn.example.com/a.mp4","status":"succeed"},""", 200))));

    /// <summary>Whether the client receives the complete status line.</summary>
    public static bool SendsStatus(FaultKind? kind) =>
        kind is not (FaultKind.ResetBeforeHeaders or FaultKind.ResetInHeaders or FaultKind.CloseBeforeHeaders or FaultKind.Stall
            or FaultKind.EchoInStatusLine);

    /// <summary>Sends the answer with the fault; false if it is not a fault of sending, and nothing was sent.</summary>
    public static async Task<bool> SendAsync(
        FaultKind? kind, HttpConnection connection, RecordedRequest request, HttpAnswer answer, DateTimeOffset date, CancellationToken stop)
    {
        byte[] head = answer.Head(date, keepAlive: true, answer.Body.Length);
        byte[] half = [.. head, .. answer.Body.AsSpan(0, answer.Body.Length / 2)];
        switch (kind)
        {
            case FaultKind.ResetBeforeHeaders:
                connection.Reset();
                return true;

            case FaultKind.ResetInHeaders:
                await SendAndResetAsync(connection, head[..(head.Length / 2)], stop).ConfigureAwait(false);
                return true;

            case FaultKind.ResetInBody:
                await SendAndResetAsync(connection, half, stop).ConfigureAwait(false);
                return true;

            case FaultKind.CloseBeforeHeaders:
                return true;

            case FaultKind.TruncatedBody:
                await connection.WriteAsync(half, stop).ConfigureAwait(false);
                return true;

            case FaultKind.Stall:
                await connection.StallAsync(stop).ConfigureAwait(false);
                return true;

            case FaultKind.StallInBody:
                await connection.WriteAsync(half, stop).ConfigureAwait(false);
                await connection.StallAsync(stop).ConfigureAwait(false);
                return true;

            case FaultKind.DripBody:
                await DripAsync(connection, answer, date, stop).ConfigureAwait(false);
                return true;

            case FaultKind.EndlessBody:
                await SendEndlesslyAsync(connection, answer, date, stop).ConfigureAwait(false);
                return true;

            case FaultKind.EchoInStatusLine:
                await connection.WriteAsync(Encoding.Latin1.GetBytes($"{Credentials(request)}\r\n\r\n"), stop).ConfigureAwait(false);
                return true;

            case FaultKind.EchoInHeaderLine:
                await connection.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\n{Credentials(request)}\r\n\r\n"), stop).ConfigureAwait(false);
                return true;

            case FaultKind.Continue100:
                byte[] before = Encoding.ASCII.GetBytes("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n");
                await connection.WriteAsync([.. before, .. answer.Head(date, keepAlive: false, answer.Body.Length), .. answer.Body], stop).ConfigureAwait(false);
                return true;

            default:
                return false;
        }
    }

    private static async Task SendAndResetAsync(HttpConnection connection, byte[] part, CancellationToken stop)
    {
        await connection.WriteAsync(part, stop).ConfigureAwait(false);

        // The client must have read this much before the reset discards what was sent.
        await Task.Delay(30, stop).ConfigureAwait(false);
        connection.Reset();
    }

    private static async Task DripAsync(HttpConnection connection, HttpAnswer answer, DateTimeOffset date, CancellationToken stop)
    {
        await connection.WriteAsync(answer.Head(date, keepAlive: true, DripLength), stop).ConfigureAwait(false);
        for (int i = 0; i < DripLength && await connection.WaitAsync(TimeSpan.FromMilliseconds(200), stop).ConfigureAwait(false); i++)
        {
            byte next = i < answer.Body.Length ? answer.Body[i] : (byte)' ';
            await connection.WriteAsync([next], stop).ConfigureAwait(false);
        }
    }

    private static async Task SendEndlesslyAsync(HttpConnection connection, HttpAnswer answer, DateTimeOffset date, CancellationToken stop)
    {
        await connection.WriteAsync(answer.Head(date, keepAlive: true, length: -1), stop).ConfigureAwait(false);
        await connection.WriteAsync(Chunk("{\"preheating_results\":["u8), stop).ConfigureAwait(false);
        while (true)
        {
            await connection.WriteAsync(s_endlessChunk, stop).ConfigureAwait(false);
        }
    }

    // What a hostile server would echo to have it displayed.
    private static string Credentials(RecordedRequest request) =>
        request.Header("X-Auth-Token") ?? request.Header("X-Security-Token") ?? request.Header("Authorization") ?? "nothing";

    private static byte[] Chunk(ReadOnlySpan<byte> bytes) =>
        [.. Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), .. bytes, .. "\r\n"u8];
}

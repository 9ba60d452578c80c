using System.Net;
using System.Net.Sockets;
using System.Text;
using VodPreheat.TestServer.Faults;
using VodPreheat.TestServer.Wire;

namespace VodPreheat.TestServer;

/// <summary>
/// An HTTP proxy on the loopback address. It uses the loopback address for any host and keeps the port, so that
/// nothing leaves this machine, and so that a test can use a host for which no client bypasses the proxy.
/// </summary>
public sealed class ProxyServer : IDisposable
{
    private readonly ConnectionHost _host;
    private readonly string? _credentials;
    private readonly List<string> _seen = [];

    private ProxyServer(string? user, string? password, TlsFault? fault = null)
    {
        _credentials = string.IsNullOrEmpty(user)
            ? null
            : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        _host = new ConnectionHost(0, fault is { } tls ? Certificates.Make(tls) : null, ServeAsync, fault);
        Endpoint = new Uri($"{(fault is null ? "http" : "https")}://127.0.0.1:{_host.Port}");
    }

    /// <summary>The address that it listens on.</summary>
    public Uri Endpoint { get; }

    /// <summary>The requests, "GET http://..." or "CONNECT host:port", including refused ones.</summary>
    public string[] Seen
    {
        get
        {
            lock (_seen)
            {
                return [.. _seen];
            }
        }
    }

    /// <summary>The status of every answer, such as 502 or 407; 0 for none.</summary>
    public int FailWith { get; set; }

    /// <summary>Whether the refusal echoes the refused password, as received and in plain text.</summary>
    public bool EchoesLogin { get; set; }

    /// <summary>Starts a proxy on a free port; with a user, it asks for credentials.</summary>
    public static ProxyServer Start(string? user = null, string? password = null) => new(user, password);

    /// <summary>Starts a proxy that is itself a TLS server, with a fault.</summary>
    public static ProxyServer StartTls(TlsFault fault) => new(user: null, password: null, fault);

    /// <summary>Stops listening and closes every connection.</summary>
    public void Dispose() => _host.Dispose();

    private async Task ServeAsync(HttpConnection connection, CancellationToken stop)
    {
        while (await connection.ReadRequestAsync(stop).ConfigureAwait(false) is { } request)
        {
            lock (_seen)
            {
                _seen.Add($"{request.Method} {request.Target}");
            }

            if (Refuse(request) is { } refusal)
            {
                await connection.SendAsync(refusal, DateTimeOffset.UtcNow, keepAlive: true, stop).ConfigureAwait(false);
                continue;
            }

            // A forwarded request has the connection for itself, so its bytes can be forwarded without parsing.
            await ForwardAsync(connection, request, Target(request)!.Port, stop).ConfigureAwait(false);
            return;
        }
    }

    private HttpAnswer? Refuse(RecordedRequest request)
    {
        if (FailWith == 407 || (_credentials is not null && request.Header("Proxy-Authorization") != _credentials))
        {
            HttpAnswer refusal = EchoesLogin && request.Header("Proxy-Authorization") is { } login
                ? HttpAnswer.Json(407, new { error_code = "PROXY.407", error_msg = $"{login} is {Encoding.UTF8.GetString(Convert.FromBase64String(login["Basic ".Length..]))}" })
                : HttpAnswer.Empty(407);
            return refusal.With("Proxy-Authenticate", "Basic realm=\"test\"");
        }

        if (FailWith != 0)
        {
            return HttpAnswer.Text(FailWith, "The proxy has failed.", "text/plain");
        }

        return Target(request) is null ? HttpAnswer.Text(400, "The request names no host.", "text/plain") : null;
    }

    private static Uri? Target(RecordedRequest request)
    {
        string url = request.Method == "CONNECT" ? $"http://{request.Target}" : request.Target;
        return Uri.TryCreate(url, UriKind.Absolute, out Uri? target) && target.Scheme == "http" ? target : null;
    }

    private static async Task ForwardAsync(HttpConnection connection, RecordedRequest request, int port, CancellationToken stop)
    {
        using TcpClient upstream = new() { NoDelay = true };
        try
        {
            await upstream.ConnectAsync(IPAddress.Loopback, port, stop).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            HttpAnswer answer = HttpAnswer.Text(502, "The target does not answer.", "text/plain");
            await connection.SendAsync(answer, DateTimeOffset.UtcNow, keepAlive: false, stop).ConfigureAwait(false);
            return;
        }

        NetworkStream stream = upstream.GetStream();
        if (request.Method == "CONNECT")
        {
            await connection.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 Connection established\r\n\r\n"), stop).ConfigureAwait(false);
        }
        else
        {
            await stream.WriteAsync(Rewrite(request), stop).ConfigureAwait(false);
        }

        // When one end closes, both are closed.
        await Task.WhenAny(
            connection.Stream.CopyToAsync(stream, stop),
            stream.CopyToAsync(connection.Stream, stop)).ConfigureAwait(false);
    }

    // The request in origin form: the target byte for byte, without the headers for the proxy, on a separate connection.
    private static byte[] Rewrite(RecordedRequest request)
    {
        int authority = request.Target.IndexOf("://", StringComparison.Ordinal) + 3;
        int path = request.Target.IndexOf('/', authority);
        StringBuilder head = new();
        head.Append(request.Method).Append(' ').Append(path < 0 ? "/" : request.Target[path..]).Append(" HTTP/1.1\r\n");
        foreach ((string name, string value) in request.Headers)
        {
            bool forProxy = name.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase)
                || name.Equals("Connection", StringComparison.OrdinalIgnoreCase)
                || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase);
            if (!forProxy)
            {
                head.Append(name).Append(": ").Append(value).Append("\r\n");
            }
        }

        if (request.Header("Transfer-Encoding") is not null)
        {
            head.Append("Content-Length: ").Append(request.BodyBytes.Length).Append("\r\n");
        }

        head.Append("Connection: close\r\n\r\n");
        return [.. Encoding.Latin1.GetBytes(head.ToString()), .. request.BodyBytes];
    }
}

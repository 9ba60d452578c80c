using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using VodPreheat.TestServer.Faults;

namespace VodPreheat.TestServer.Wire;

/// <summary>Listens on the loopback address and runs one task per connection until it is disposed.</summary>
internal sealed class ConnectionHost : IDisposable
{
    private readonly TcpListener _listener;
    private readonly X509Certificate2? _certificate;
    private readonly TlsFault? _fault;
    private readonly Func<HttpConnection, CancellationToken, Task> _serve;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<int, Socket> _open = new();
    private int _ids;
    private int _accepted;

    public ConnectionHost(int port, X509Certificate2? certificate, Func<HttpConnection, CancellationToken, Task> serve, TlsFault? fault = null)
    {
        _certificate = certificate;
        _fault = fault;
        _serve = serve;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start(512);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    public int Port { get; }

    public int Accepted => Volatile.Read(ref _accepted);

    public int Open => _open.Count;

    public void ResetCount() => Volatile.Write(ref _accepted, 0);

    /// <summary>Whether an exception only says that a connection, or the server, has ended.</summary>
    public static bool IsEndOfConnection(Exception e) =>
        e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or AuthenticationException;

    public void Dispose()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        _stop.Cancel();
        _listener.Stop();
        foreach (Socket socket in _open.Values)
        {
            socket.Dispose();
        }

        _certificate?.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        CancellationToken stop = _stop.Token;
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync(stop).ConfigureAwait(false);
                Interlocked.Increment(ref _accepted);
                int id = ++_ids;
                _open[id] = socket;
                _ = Task.Run(() => RunAsync(socket, id, stop), CancellationToken.None);
            }
        }
        catch (Exception e) when (IsEndOfConnection(e))
        {
            // Disposed of.
        }
    }

    private async Task RunAsync(Socket socket, int id, CancellationToken stop)
    {
        try
        {
            socket.NoDelay = true;
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (_certificate is not null)
            {
                if (_fault == TlsFault.Reset)
                {
                    // Closed with unread data and without lingering: a reset.
                    await stream.ReadExactlyAsync(new byte[1], stop).ConfigureAwait(false);
                    socket.LingerState = new LingerOption(true, 0);
                    return;
                }

                SslStream tls = new(stream);
                var options = new SslServerAuthenticationOptions { ServerCertificate = _certificate, ClientCertificateRequired = _fault == TlsFault.ClientCertificate };
                await tls.AuthenticateAsServerAsync(options, stop).ConfigureAwait(false);
                stream = tls;
            }

            using HttpConnection connection = new(socket, stream, id);
            await _serve(connection, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (IsEndOfConnection(e))
        {
            // A client that disconnects is the normal end of a connection.
        }
        finally
        {
            socket.Dispose();
            _open.TryRemove(id, out _);
        }
    }
}

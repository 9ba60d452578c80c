using System.Net;
using System.Net.Sockets;

namespace VodPreheat.TestServer;

/// <summary>An address that refuses connections.</summary>
public static class ClosedPort
{
    // Bound but not listening: no other process can use the port, so it remains closed until this process ends.
    private static readonly Socket s_bound = Bind();

    /// <summary>An endpoint where nothing listens.</summary>
    public static Uri Refused() => new($"http://127.0.0.1:{((IPEndPoint)s_bound.LocalEndPoint!).Port}");

    private static Socket Bind()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}

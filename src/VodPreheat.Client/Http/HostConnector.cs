using System.Net;
using System.Net.Sockets;

namespace VodPreheat.Client.Http;

/// <summary>Establishes the connections of a transport, to a service as well as to a proxy.</summary>
/// <param name="resolve">Returns the addresses of a host name.</param>
/// <param name="clock">The clock for the time between two addresses.</param>
internal sealed class HostConnector(Func<string, CancellationToken, Task<IPAddress[]>> resolve, TimeProvider clock)
{
    /// <summary>A connection to the first address of the host that answers.</summary>
    /// <exception cref="SocketException">HostNotFound if the name cannot be resolved, for whatever reason: the framework recognizes no other code.</exception>
    public async Task<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellation)
    {
        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(host.Host, out IPAddress? address) ? [address] : await resolve(host.Host, cancellation).ConfigureAwait(false);
        }
        catch (SocketException error)
        {
            throw new SocketException((int)SocketError.HostNotFound, error.Message);
        }

        return await new AddressRace((address, cancellation) => ConnectAsync(new IPEndPoint(address, host.Port), cancellation), clock)
            .RunAsync(addresses, cancellation).ConfigureAwait(false);
    }

    private static async Task<Stream> ConnectAsync(IPEndPoint address, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

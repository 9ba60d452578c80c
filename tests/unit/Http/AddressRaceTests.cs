using System.Net;
using System.Net.Sockets;
using VodPreheat.Client.Http;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Http;

public sealed class AddressRaceTests
{
    private readonly ManualClock _clock = new();
    private readonly Dictionary<IPAddress, TaskCompletionSource<Stream>> _attempts = [];
    private readonly List<string> _tried = [];

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("10.0.0.1 10.0.0.2 10.0.0.3")]
    [InlineData("::1 10.0.0.1")]
    public async Task The_first_address_that_answers_at_once_is_the_only_one(string addresses)
    {
        Task<Stream> race = Start(addresses);
        using var stream = new ClosableStream();
        Answer(_tried[0], stream);
        Assert.Same(stream, await race);
        Assert.Single(_tried);
        Assert.False(stream.IsClosed);
        Assert.Equal(0, _clock.RunningTimers);
    }

    [Fact]
    public async Task A_silent_address_does_not_hold_up_the_next_one()
    {
        Task<Stream> race = Start("::1 10.0.0.1 10.0.0.2");
        _clock.Advance(AddressRace.Delay - TimeSpan.FromMilliseconds(1));
        Assert.Equal(["::1"], _tried);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await TestClient.EventuallyAsync(() => _tried.Count == 2);
        using var stream = new ClosableStream();
        Answer("10.0.0.1", stream);
        Assert.Same(stream, await race);
        Assert.Equal(["::1", "10.0.0.1"], _tried);
    }

    [Fact]
    public async Task An_address_that_fails_is_followed_by_the_next_one_at_once()
    {
        Task<Stream> race = Start("10.0.0.1 10.0.0.2");
        Fail("10.0.0.1");
        await TestClient.EventuallyAsync(() => _tried.Count == 2);
        using var stream = new ClosableStream();
        Answer("10.0.0.2", stream);
        Assert.Same(stream, await race);
    }

    [Fact]
    public async Task An_address_can_still_win_after_the_next_one_was_tried()
    {
        Task<Stream> race = Start("10.0.0.1 10.0.0.2");
        _clock.Advance(AddressRace.Delay);
        await TestClient.EventuallyAsync(() => _tried.Count == 2);
        using var slow = new ClosableStream();
        Answer("10.0.0.1", slow);
        Assert.Same(slow, await race);

        // The other one is canceled. If it has connected before it noticed, it is closed.
        var late = new ClosableStream();
        Answer("10.0.0.2", late);
        await TestClient.EventuallyAsync(() => late.IsClosed);
        Assert.False(slow.IsClosed);
    }

    [Fact]
    public async Task The_last_failure_is_that_of_the_host()
    {
        // The next address shows that the failure of the one before it was noticed.
        Task<Stream> race = Start("10.0.0.1 10.0.0.2");
        Fail("10.0.0.1", SocketError.NetworkUnreachable);
        await TestClient.EventuallyAsync(() => _tried.Count == 2);
        Fail("10.0.0.2", SocketError.ConnectionRefused);
        Assert.Equal(SocketError.ConnectionRefused, (await Assert.ThrowsAsync<SocketException>(() => race)).SocketErrorCode);
    }

    [Fact]
    public async Task Families_alternate_beginning_with_the_preferred_one()
    {
        Task<Stream> race = Start("::1 ::2 ::3 10.0.0.1 10.0.0.2");
        foreach (string address in new[] { "::1", "10.0.0.1", "::2", "10.0.0.2", "::3" })
        {
            await TestClient.EventuallyAsync(() => _tried.Contains(address));
            Fail(address);
        }

        await Assert.ThrowsAsync<SocketException>(() => race);
        Assert.Equal(["::1", "10.0.0.1", "::2", "10.0.0.2", "::3"], _tried);
    }

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("10.0.0.1 10.0.0.2")]
    public async Task Cancellation_ends_every_attempt(string addresses)
    {
        using var cancellation = new CancellationTokenSource();
        Task<Stream> race = Start(addresses, cancellation.Token);
        await cancellation.CancelAsync();
        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => race);

        // Otherwise the framework takes it for a failed connection.
        Assert.Equal(cancellation.Token, error.CancellationToken);
        Assert.Single(_tried);
    }

    [Fact]
    public async Task Every_address_of_a_host_is_connected_to()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var connector = new HostConnector((_, _) => Task.FromResult(new[] { IPAddress.IPv6Loopback, IPAddress.Loopback }), TimeProvider.System);
        await using Stream stream = await connector.ConnectAsync(
            new DnsEndPoint("cdn.example.com", ((IPEndPoint)listener.LocalEndpoint).Port), CancellationToken.None);
        using Socket accepted = await listener.AcceptSocketAsync();
        await stream.WriteAsync("x"u8.ToArray());
        Assert.Equal(1, await accepted.ReceiveAsync(new byte[2]));
    }

    [Theory]
    [InlineData(SocketError.TryAgain)]
    [InlineData(SocketError.NoData)]
    [InlineData(SocketError.HostNotFound)]
    public async Task A_name_that_cannot_be_resolved_for_any_reason_is_not_found(SocketError error)
    {
        var connector = new HostConnector((_, _) => throw new SocketException((int)error, "The reason"), TimeProvider.System);
        SocketException failure = await Assert.ThrowsAsync<SocketException>(
            () => connector.ConnectAsync(new DnsEndPoint("cdn.example.com", 443), CancellationToken.None));
        Assert.Equal((SocketError.HostNotFound, "The reason"), (failure.SocketErrorCode, failure.Message));
    }

    private Task<Stream> Start(string addresses, CancellationToken cancellation = default) => new AddressRace(
        (address, cancellation) =>
        {
            // Unlike a socket it can connect after it was canceled.
            var attempt = _attempts[address] = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _tried.Add(address.ToString());
            return attempt.Task;
        },
        _clock).RunAsync([.. addresses.Split(' ').Select(IPAddress.Parse)], cancellation);

    private void Answer(string address, Stream stream) => _attempts[IPAddress.Parse(address)].SetResult(stream);

    private void Fail(string address, SocketError error = SocketError.ConnectionRefused) =>
        _attempts[IPAddress.Parse(address)].SetException(new SocketException((int)error));

    private sealed class ClosableStream : MemoryStream
    {
        public bool IsClosed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsClosed = true;
            base.Dispose(disposing);
        }
    }
}

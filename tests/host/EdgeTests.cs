using VodPreheat.Client.Edge;
using VodPreheat.Client.Http;
using VodPreheat.TestServer;

namespace VodPreheat.HostTests;

/// <summary>Tests of URLs, whose findings depend on how the runtime reports failures.</summary>
public sealed class EdgeTests : IDisposable
{
    private readonly EdgeServer _edge = EdgeServer.Start();

    [Fact]
    public async Task The_answers_to_HEAD_and_to_GET_of_one_byte_are_read()
    {
        _edge.SetFile("/a.mp4", 200, "Age: 5");
        _edge.SetFile("/b.mp4", 200, "Cache-Control: no-store");
        _edge.SetHeadStatus("/b.mp4", 405);
        Assert.Equal((200, CacheState.Hit, EdgeFinding.Ok), await TestAsync($"{_edge.Endpoint}a.mp4"));
        Assert.Equal((206, CacheState.Unknown, EdgeFinding.NotCacheable), await TestAsync($"{_edge.Endpoint}b.mp4"));
        Assert.DoesNotContain("traceparent", _edge.Requests.SelectMany(request => request.Headers.Keys));
    }

    [Theory]
    [InlineData(TlsFault.UntrustedRoot)]
    [InlineData(TlsFault.Expired)]
    [InlineData(TlsFault.WrongName)]
    public async Task An_untrusted_certificate_is_refused(TlsFault fault)
    {
        using EdgeServer edge = EdgeServer.StartTls(fault);
        Assert.Equal((null, CacheState.Unknown, EdgeFinding.TlsFailed), await TestAsync($"{edge.Endpoint}a.mp4"));
        Assert.Equal(0, edge.RequestCount);
    }

    [Theory]
    [InlineData(FaultKind.ResetBeforeHeaders, EdgeFinding.ConnectionFailed)]
    [InlineData(FaultKind.CloseBeforeHeaders, EdgeFinding.ConnectionFailed)]
    [InlineData(FaultKind.Stall, EdgeFinding.TimedOut)]
    public async Task A_missing_answer_is_a_timeout(FaultKind fault, EdgeFinding finding)
    {
        _edge.SetFault("/a.mp4", fault);
        Assert.Equal((null, CacheState.Unknown, finding), await TestAsync($"{_edge.Endpoint}a.mp4", timeoutSec: 1));
    }

    [Fact]
    public async Task A_refused_connection_is_an_error() =>
        Assert.Equal((null, CacheState.Unknown, EdgeFinding.ConnectionFailed), await TestAsync($"{ClosedPort.Refused()}a.mp4"));

    [Fact]
    public async Task An_unknown_host_name_is_a_finding() =>
        Assert.Equal((null, CacheState.Unknown, EdgeFinding.NameNotResolved), await TestAsync("http://host.invalid/a.mp4"));

    [Fact]
    public async Task A_proxy_that_opens_no_tunnel_is_a_finding()
    {
        using ProxyServer proxy = ProxyServer.Start("user", "password");
        Assert.Equal((null, CacheState.Unknown, EdgeFinding.ConnectionFailed), await TestAsync("https://cdn.example.com/a.mp4", proxy: proxy.Endpoint));
        Assert.Equal(["CONNECT cdn.example.com:443"], proxy.Seen);
    }

    public void Dispose() => _edge.Dispose();

    private static async Task<(int? StatusCode, CacheState Cache, EdgeFinding Finding)> TestAsync(
        string url, int timeoutSec = 30, Uri? proxy = null)
    {
        using var client = new EdgeClient(new TransportSettings { Timeout = TimeSpan.FromSeconds(timeoutSec), Proxy = proxy });
        EdgeTestResult result = await client.TestAsync(url, Cloud.Context());
        return (result.StatusCode, result.Cache, result.Finding);
    }
}

using VodPreheat.Client;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Edge;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Journal;
using VodPreheat.Client.Secrets;
using VodPreheat.TestServer;

namespace VodPreheat.HostTests;

/// <summary>Proxies, TLS, and connection failures, with the sockets of the runtime.</summary>
public sealed class NetworkTests
{
    [Fact]
    public async Task A_proxy_receives_its_password()
    {
        using var cloud = new Cloud();
        using ProxyServer proxy = ProxyServer.Start("user", "password");
        using VodClient client = await cloud.ConnectAsync(new TransportSettings
        {
            Proxy = proxy.Endpoint,
            ProxyLogin = new ProxyLogin("user", domain: "", new Secret("password")),
        });
        Assert.Single(await client.GetPreheatingResultsAsync("a", Cloud.Context()));
        Assert.Contains(proxy.Seen, line => line.StartsWith($"GET {cloud.Server.Endpoint}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(TlsFault.UntrustedRoot)]
    [InlineData(TlsFault.Expired)]
    [InlineData(TlsFault.WrongName)]
    public async Task An_untrusted_certificate_is_refused(TlsFault fault)
    {
        using LoopbackServer server = LoopbackServer.StartTls(fault);
        VodClientException failure = await FailureAsync(server.Endpoint);
        Assert.Equal((FailureKind.ConnectionFailed, Delivery.NotSent, 0), (failure.Kind, failure.Delivery, server.RequestCount));
        Assert.Contains("TLS", failure.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_connection_is_an_error()
    {
        VodClientException failure = await FailureAsync(ClosedPort.Refused());
        Assert.Equal((FailureKind.ConnectionFailed, Delivery.NotSent), (failure.Kind, failure.Delivery));
    }

    [Fact]
    public async Task A_missing_answer_is_a_timeout()
    {
        using var cloud = new Cloud();
        cloud.Server.AddFault(FaultKind.Stall);
        using VodClient client = await cloud.ConnectAsync(new TransportSettings { MaximumRetryCount = 0, Timeout = TimeSpan.FromSeconds(1) });
        VodClientException failure = await Assert.ThrowsAsync<VodClientException>(() => client.GetPreheatingResultsAsync("a", Cloud.Context()));
        Assert.Equal(FailureKind.Timeout, failure.Kind);
    }

    [Fact]
    public async Task A_node_of_the_CDN_is_tested()
    {
        using EdgeServer edge = EdgeServer.Start();
        edge.SetFile("/a.mp4", 200, "x-hcs-proxy-type: 1");
        using var client = new EdgeClient(new TransportSettings());
        EdgeTestResult result = await client.TestAsync(new Uri(edge.Endpoint, "a.mp4").AbsoluteUri, Cloud.Context());
        Assert.Equal((200, CacheState.Hit, EdgeFinding.Ok), (result.StatusCode, result.Cache, result.Finding));
    }

    private static async Task<VodClientException> FailureAsync(Uri endpoint)
    {
        using var client = new VodClient(
            endpoint,
            LoopbackServer.DefaultProjectId,
            new FixedCredentialSource(
                new AccessKeyCredential(LoopbackServer.DefaultAccessKey, new Secret(LoopbackServer.DefaultSecretKey), securityToken: null), AuthenticationType.AccessKey),
            new TransportSettings { MaximumRetryCount = 0 },
            SubmissionJournal.InMemory());
        return await Assert.ThrowsAsync<VodClientException>(() => client.GetPreheatingResultsAsync("a", Cloud.Context()));
    }
}

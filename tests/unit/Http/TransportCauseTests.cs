using System.Net;
using VodPreheat.Client;
using VodPreheat.Client.Errors;
using VodPreheat.TestServer;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Http;

/// <summary>What is blamed if there is no answer, with the proxy of the system replaced.</summary>
[Collection(nameof(TestsThatRunAlone))]
public sealed class TransportCauseTests : IDisposable
{
    private const string Host = "vod.example.com";

    private readonly IWebProxy _before = HttpClient.DefaultProxy;

    public TransportCauseTests() => HttpClient.DefaultProxy = new WebProxy();

    public void Dispose() => HttpClient.DefaultProxy = _before;

    [Theory]
    [InlineData(TlsFault.UntrustedRoot, "No trusted TLS connection to", "certificate of the host")]
    [InlineData(TlsFault.Expired, "No trusted TLS connection to", "certificate of the host")]
    [InlineData(TlsFault.WrongName, "No trusted TLS connection to", "certificate of the host")]
    [InlineData(TlsFault.Reset, "was closed during the TLS handshake", "firewall")]
    public async Task A_fault_of_TLS_is_that_of_the_host_or_of_a_proxy_that_is_a_TLS_server(TlsFault fault, string what, string hint)
    {
        using LoopbackServer server = LoopbackServer.StartTls(fault);
        VodClientException failure = await FailureAsync(server.Endpoint);
        Assert.Contains(what, failure.What, StringComparison.Ordinal);
        Assert.Contains(server.Endpoint.Authority, failure.What, StringComparison.Ordinal);
        Assert.DoesNotContain("proxy", failure.What, StringComparison.Ordinal);
        Assert.Contains(hint, failure.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain("prox", failure.Hint, StringComparison.Ordinal);

        using ProxyServer proxy = ProxyServer.StartTls(fault);
        failure = await FailureAsync(new Uri($"https://{Host}"), proxy.Endpoint);
        Assert.Contains(what, failure.What, StringComparison.Ordinal);
        Assert.Contains($"the proxy {proxy.Endpoint.Authority}, or through it to {Host}", failure.What, StringComparison.Ordinal);
        Assert.Contains("starts with http://", failure.Hint, StringComparison.Ordinal);
        Assert.Equal(fault != TlsFault.Reset, failure.Hint.Contains("certificates of the proxy and of the host", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_connection_through_a_proxy_is_named_with_it()
    {
        using var network = new FakeNetwork(Answers.Throws(new HttpRequestException(HttpRequestError.ResponseEnded)));
        using VodClient client = TestClient.Create(
            new Uri($"https://{Host}"), TestClient.Settings(network, retries: 0) with { Proxy = new Uri("http://proxy.invalid:3128") });
        VodClientException failure = await TestClient.FailureAsync(() => client.SendAsync("GET"));
        Assert.StartsWith($"{Host} through the proxy proxy.invalid:3128 closed the connection", failure.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plain_proxy_that_is_addressed_with_https_is_named()
    {
        using ProxyServer proxy = ProxyServer.Start();
        VodClientException failure = await FailureAsync(new Uri($"https://{Host}"), new Uri($"https://{proxy.Endpoint.Authority}"));
        Assert.Contains($"the proxy {proxy.Endpoint.Authority}", failure.What, StringComparison.Ordinal);
        Assert.Contains("starts with http://", failure.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_speak_TLS_is_not_blamed_for_its_certificate()
    {
        using LoopbackServer server = LoopbackServer.Start();
        VodClientException failure = await FailureAsync(new Uri($"https://{server.Endpoint.Authority}"));
        Assert.Contains("TLS handshake", failure.What, StringComparison.Ordinal);
        Assert.DoesNotContain("Check the certificate", failure.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "Check {Proxy}")]
    [InlineData(403, "administrator of the proxy")]
    [InlineData(407, "{ProxyLogin}")]
    [InlineData(451, "administrator of the proxy")]
    [InlineData(500, "could not reach the host")]
    [InlineData(502, "could not reach the host")]
    [InlineData(503, "could not reach the host")]
    public async Task A_proxy_that_opens_no_tunnel_has_its_reason(int status, string hint)
    {
        using ProxyServer proxy = ProxyServer.Start();
        proxy.FailWith = status;
        VodClientException failure = await FailureAsync(new Uri($"https://{Host}"), proxy.Endpoint);
        Assert.Equal(((HttpStatusCode?)status, Delivery.NotSent), (failure.StatusCode, failure.Delivery));
        Assert.Contains($"The proxy did not open a tunnel to {Host}", failure.What, StringComparison.Ordinal);
        Assert.DoesNotContain("\"", failure.What, StringComparison.Ordinal);
        Assert.Contains(hint, failure.Hint, StringComparison.Ordinal);
    }

    // The texts of .NET and OpenSSL, as with openssl s_server -Verify 1.
    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_client_certificate_that_the_server_requires_is_named_and_nothing_was_received(string method)
    {
        var error = new HttpRequestException(
            "An error occurred while sending the request.",
            new IOException("The decryption operation failed, see inner exception.", new InvalidOperationException("error:0A00045C:SSL routines::tlsv13 alert certificate required")));
        using var network = new FakeNetwork(Answers.Throws(error));
        using VodClient client = TestClient.Create(network, retries: 0);
        VodClientException failure = await TestClient.FailureAsync(() => client.SendAsync(method));
        Assert.Equal((Delivery.NotSent, false), (failure.Delivery, failure.OutcomeUnknown));
        Assert.Contains("requires a client certificate", failure.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "HTTPS_PROXY and NO_PROXY")]
    [InlineData("http://proxy.invalid:3128", "{Proxy} of {Connection}")]
    public async Task The_proxy_is_blamed_where_it_was_specified(string? specified, string hint)
    {
        HttpClient.DefaultProxy = new WebProxy("http://proxy.invalid:3128");
        VodClientException failure = await FailureAsync(new Uri($"https://{Host}"), specified is null ? null : new Uri(specified));
        Assert.Contains("The name of the proxy, proxy.invalid, could not be resolved", failure.What, StringComparison.Ordinal);
        Assert.Contains(hint, failure.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://host.invalid", "host.invalid could not be resolved")]
    [InlineData(null, "No connection to 127.0.0.1:")]
    public async Task A_proxy_that_the_host_is_exempted_from_is_not_blamed(string? address, string what)
    {
        // As that of HTTPS_PROXY and NO_PROXY: it has a proxy for every address, and says that it is not used.
        HttpClient.DefaultProxy = new ExemptingProxy();
        VodClientException failure = await FailureAsync(address is null ? new Uri($"https://{ClosedPort.Refused().Authority}") : new Uri(address));
        Assert.Contains(what, failure.What, StringComparison.Ordinal);
        Assert.DoesNotContain("proxy.invalid", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTPS_PROXY", failure.Hint, StringComparison.Ordinal);
    }

    private static async Task<VodClientException> FailureAsync(Uri endpoint, Uri? proxy = null)
    {
        using VodClient client = TestClient.Create(endpoint, TestClient.Settings(retries: 0) with { Proxy = proxy });
        return await TestClient.FailureAsync(() => client.QueryAsync());
    }

    private sealed class ExemptingProxy : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => new("http://proxy.invalid:3128");

        public bool IsBypassed(Uri host) => true;
    }
}

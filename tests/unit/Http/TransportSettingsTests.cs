using System.Net;
using VodPreheat.Client.Http;
using VodPreheat.Client.Identity;
using VodPreheat.TestServer;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Http;

/// <summary>The proxy of the system, which is replaced for the process.</summary>
[Collection(nameof(TestsThatRunAlone))]
public sealed class TransportSettingsTests : IDisposable
{
    private static readonly Uri s_proxy = new("http://proxy.example.com:3128");
    private static readonly Uri s_systemProxy = new("http://system.example.com:3128");

    private readonly IWebProxy _before = HttpClient.DefaultProxy;

    public void Dispose() => HttpClient.DefaultProxy = _before;

    [Fact]
    public void A_specified_proxy_is_before_that_of_the_system()
    {
        HttpClient.DefaultProxy = new WebProxy(s_systemProxy) { Credentials = new NetworkCredential("user", "pass") };
        var settings = new TransportSettings();
        Assert.Equal(s_systemProxy, settings.ProxyFor(TestClient.Endpoint));
        Assert.Equal("pass", Assert.Single(settings.ProxySecrets(TestClient.Endpoint)).Reveal());
        Assert.Null(settings.ProxyFor(new Uri("http://127.0.0.1")));
        Assert.Equal(s_proxy, (settings with { Proxy = s_proxy }).ProxyFor(TestClient.Endpoint));

        HttpClient.DefaultProxy = new WebProxy();
        Assert.Null(settings.ProxyFor(TestClient.Endpoint));
        Assert.Empty(settings.ProxySecrets(TestClient.Endpoint));
    }

    [Fact]
    public void A_host_without_a_proxy_is_not_that_of_a_proxy()
    {
        HttpClient.DefaultProxy = new ProxyOfTheEnvironment();
        var settings = new TransportSettings();
        Assert.Null(settings.ProxyForAny(new Uri("https://direct.example.com/a.mp4")));
        Assert.Equal(s_systemProxy, settings.ProxyForAny(new Uri("https://cdn.example.com/a.mp4")));
        Assert.Equal(s_proxy, (settings with { Proxy = s_proxy }).ProxyForAny(new Uri("https://direct.example.com/a.mp4")));
    }

    [Fact]
    public async Task The_metadata_service_is_not_requested_through_a_proxy()
    {
        HttpClient.DefaultProxy = new WebProxy(ClosedPort.Refused());
        using LoopbackServer server = LoopbackServer.Start();
        server.MetadataMode = MetadataMode.V2;
        using var metadata = new MetadataClient(
            TestClient.Settings(), TestClient.Environment((MetadataClient.EndpointVariable, server.Endpoint.GetLeftPart(UriPartial.Authority))));
        Assert.NotNull((await metadata.GetKeysAsync(TestClient.Context())).Credential.ExpiresAt);
    }

    /// <summary>As that of the framework for HTTPS_PROXY and NO_PROXY: only IsBypassed considers the latter.</summary>
    private sealed class ProxyOfTheEnvironment : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => s_systemProxy;

        public bool IsBypassed(Uri host) => host.Host == "direct.example.com";
    }
}

using System.Net;
using VodPreheat.Client.Http;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Http;

/// <summary>Changes the proxy of the process.</summary>
[Collection(nameof(TestsThatRunAlone))]
public sealed class TransportSettingsTests
{
    private static readonly Uri s_proxy = new("http://proxy.example.com:3128");
    private static readonly Uri s_systemProxy = new("http://system.example.com:3128");

    [Fact]
    public void A_specified_proxy_is_before_that_of_the_system()
    {
        IWebProxy before = HttpClient.DefaultProxy;
        try
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
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }
}

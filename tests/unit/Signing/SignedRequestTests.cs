using System.Globalization;
using System.Text;
using FsCheck.Xunit;
using VodPreheat.Client;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Secrets;
using VodPreheat.Client.Signing;
using VodPreheat.TestServer;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Signing;

/// <summary>The headers of a request that is sent, and whether the test server verifies its signature.</summary>
[Properties(Arbitrary = [typeof(OddTexts)])]
public sealed class SignedRequestTests : IDisposable
{
    private readonly LoopbackServer _server = LoopbackServer.Start();

    public static TheoryData<string> Cultures => ["th-TH", "ar-SA", "fa-IR", "tr-TR", ""];

    public void Dispose() => _server.Dispose();

    [Theory]
    [MemberData(nameof(Cultures))]
    public void A_date_is_the_same_in_every_culture(string name)
    {
        CultureInfo.CurrentCulture = new CultureInfo(name);
        Assert.Equal("20260102T030405Z", RequestSigner.FormatDate(new DateTimeOffset(2026, 1, 2, 5, 4, 5, TimeSpan.FromHours(2))));
    }

    [Theory]
    [MemberData(nameof(Cultures))]
    public async Task The_server_accepts_requests_signed_in_every_culture(string name)
    {
        CultureInfo.CurrentCulture = new CultureInfo(name);
        _server.SetTask("Iı", "succeed https://cdn.example.com/I.mp4");
        using VodClient client = TestClient.Create(_server.Endpoint, TestClient.Settings(retries: 0));

        Assert.Equal("https://cdn.example.com/I.mp4", Assert.Single(await client.QueryAsync("Iı")).Url);
        await client.SubmitAsync();
    }

    [Theory]
    [InlineData("https://vod.example.com", "vod.example.com")]
    [InlineData("https://vod.example.com:443", "vod.example.com")]
    [InlineData("https://vod.example.com:8443", "vod.example.com:8443")]
    [InlineData("http://127.0.0.1:80", "127.0.0.1")]
    [InlineData("http://[::1]:8080", "[::1]:8080")]
    [InlineData("https://[2001:db8::1]", "[2001:db8::1]")]
    [InlineData("https://bücher.example", "xn--bcher-kva.example")]
    public async Task Host_is_sent_and_signed_with_the_port_unless_it_is_the_default(string endpoint, string host)
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = TestClient.Create(new Uri(endpoint), TestClient.Settings(network));
        await client.QueryAsync();

        Sent sent = Assert.Single(network.Sent);
        Assert.Equal(host, sent.Header("Host"));
        sent.AssertSigned();
    }

    [Fact]
    public async Task Project_ID_and_security_token_are_signed_but_content_type_and_user_agent_are_not()
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = TestClient.Create(TestClient.Endpoint, TestClient.Settings(network) with { UserAgent = "VodPreheat/1.2.3 PowerShell/7.6.0" }, TestClient.Key("tok"));
        await client.SubmitAsync();

        Sent sent = Assert.Single(network.Sent);
        Assert.Equal(TestClient.ProjectId, sent.Header("X-Project-Id"));
        Assert.Equal("tok", sent.Header("X-Security-Token"));
        Assert.Equal("application/json", sent.Header("Content-Type"));
        Assert.Equal("VodPreheat/1.2.3 PowerShell/7.6.0", sent.Header("User-Agent"));
        Assert.Equal(["host", "x-project-id", "x-sdk-date", "x-security-token"], sent.SignedHeaders());
        sent.AssertSigned();
    }

    [Fact]
    public async Task The_path_is_sent_without_the_slash_that_is_signed()
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = TestClient.Create(new Uri("https://vod.test.invalid/gate/"), TestClient.Settings(network));
        await client.SubmitAsync();

        Assert.Equal($"/gate/v1.0/{TestClient.ProjectId}/asset/preheating", Assert.Single(network.Sent).Uri.PathAndQuery);
        Assert.Single(network.Sent).AssertSigned();
    }

    [Fact]
    public async Task A_token_is_sent_alone_and_unsigned()
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = TestClient.Create(TestClient.Endpoint, TestClient.Settings(network), new TokenCredential(new Secret("tok")));
        await client.QueryAsync();

        Sent sent = Assert.Single(network.Sent);
        Assert.Equal("tok", sent.Header("X-Auth-Token"));
        Assert.Equal(TestClient.ProjectId, sent.Header("X-Project-Id"));
        Assert.Null(sent.Header("Authorization"));
        Assert.Null(sent.Header("X-Sdk-Date"));
    }

    [Fact]
    public async Task Each_retry_is_signed_again_and_no_header_is_repeated()
    {
        var clock = new SkippingClock();
        using var network = new FakeNetwork(Answers.Error(503, "APIGW.0613", "", ("Retry-After", "7"))) { Clock = clock };
        using VodClient client = TestClient.Create(TestClient.Endpoint, TestClient.Settings(network, clock), TestClient.Key("tok"));
        await TestClient.FailureAsync(() => client.QueryAsync());

        Assert.Equal(4, network.Count);
        Assert.All(network.Sent, sent =>
        {
            Assert.All(sent.Headers.Values, values => Assert.Single(values));
            Assert.Equal(RequestSigner.FormatDate(sent.At), sent.Header("X-Sdk-Date"));
            sent.AssertSigned();
        });
        Assert.Equal(4, network.Sent.Select(sent => sent.Header("X-Sdk-Date")).Distinct().Count());
        Assert.Equal(4, network.Sent.Select(sent => sent.Header("Authorization")).Distinct().Count());
    }

    [Property(MaxTest = 200)]
    public async Task The_server_verifies_and_reads_every_task_ID(string taskId)
    {
        using VodClient client = TestClient.Create(_server.Endpoint, TestClient.Settings(retries: 0));
        _server.AnyTask = true;
        Task query = client.QueryAsync("x" + taskId);
        await query;

        Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes("x" + taskId)), _server.Requests[^1].TaskId);
    }

    [Property(MaxTest = 100)]
    public async Task The_server_verifies_and_reads_every_asset_ID_and_url(string text)
    {
        using VodClient client = TestClient.Create(_server.Endpoint, TestClient.Settings(retries: 0));
        _server.Reset();
        string wanted = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        await client.SubmitAssetAsync("x" + text, TestClient.Context());
        await client.SubmitUrlsAsync(["https://cdn.example.com/" + text], TestClient.Context());

        Assert.Equal(["x" + wanted], _server.SubmittedAssets);
        Assert.Equal(["https://cdn.example.com/" + wanted], _server.SubmittedUrls);
    }

    [Fact]
    public async Task A_temporary_key_is_accepted_with_its_token_only()
    {
        _server.AddTemporaryKey("TEMPAK", "tempsk", "temp+token/1==", TestClient.ProjectId);
        _server.AnyTask = true;
        foreach ((string? token, bool accepted) in new[] { ("temp+token/1==", true), ("other", false), (null, false) })
        {
            using VodClient client = TestClient.Create(
                _server.Endpoint,
                TestClient.Settings(retries: 0),
                new AccessKeyCredential("TEMPAK", new Secret("tempsk"), token is null ? null : new Secret(token)));
            Assert.Equal(accepted, await Record.ExceptionAsync(() => client.QueryAsync()) is null);
        }
    }
}

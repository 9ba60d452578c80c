using Microsoft.Extensions.Time.Testing;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Identity;
using VodPreheat.TestServer;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Identity;

public sealed class MetadataClientTests : IDisposable
{
    private const string KeysAnswer = """{"credential":{"access":"HSTAK","secret":"sec","securitytoken":"tok","expires_at":"2026-03-01T13:00:00.000000Z"}}""";

    private readonly LoopbackServer _server = LoopbackServer.Start();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData(MetadataMode.V2, "PUT /meta-data/latest/api/token -> 200|GET /openstack/latest/securitykey -> 200")]
    [InlineData(MetadataMode.V1Only, "PUT /meta-data/latest/api/token -> 404|GET /openstack/latest/securitykey -> 200")]
    public async Task Access_keys_are_requested_in_both_versions(MetadataMode mode, string requests)
    {
        _server.MetadataMode = mode;
        FetchedCredential fetched = await GetAsync(Server());
        Assert.Equal(requests, string.Join('|', _server.Requests.Select(request => request.ToString())));
        var key = Assert.IsType<AccessKeyCredential>(fetched.Credential);
        Assert.StartsWith("HST", key.AccessKey, StringComparison.Ordinal);
        Assert.Equal(2, key.Secrets.Count());
        Assert.NotNull(key.ExpiresAt);
    }

    [Theory]
    [InlineData(MetadataMode.NoAgency)]
    [InlineData(MetadataMode.NotThere)]
    public async Task Without_an_agency_or_a_metadata_service_there_are_no_credentials(MetadataMode mode)
    {
        _server.MetadataMode = mode;
        await AssertNoneAsync(Server());
    }

    [Fact]
    public async Task Disposing_ends_a_request_in_progress()
    {
        using var network = new FakeNetwork(Answers.Never);
        var client = new MetadataClient(TestClient.Settings(network, new FakeTimeProvider()), TestClient.Environment());
        Task keys = client.GetKeysAsync(TestClient.Context());
        Assert.False(keys.IsCompleted);
        client.Dispose();
        Exception? error = await Record.ExceptionAsync(() => keys.WaitAsync(TimeSpan.FromSeconds(15)));
        Assert.NotNull(error);
        Assert.IsNotType<TimeoutException>(error);
    }

    [Fact]
    public async Task A_server_that_refuses_the_connection_is_a_connection_failure() => AssertNobody(
        ErrorIds.ConnectionFailed, FailureKind.ConnectionFailed, await TestClient.FailureAsync(() => GetAsync(Environment(ClosedPort.Refused()))));

    [Fact]
    public async Task A_server_that_does_not_answer_is_a_timeout_after_three_seconds()
    {
        // The clock skips delays of up to three seconds: only a timeout of that length ends this.
        using var network = new FakeNetwork(Answers.Never);
        var clock = new SkippingClock();
        AssertNobody(
            ErrorIds.Timeout,
            FailureKind.Timeout,
            await TestClient.FailureAsync(() => GetAsync(TestClient.Environment(), TestClient.Settings(network, clock))));
        Assert.Equal([TimeSpan.FromSeconds(3)], clock.Waits);
        Assert.Equal("http://169.254.169.254/meta-data/latest/api/token", Assert.Single(network.Sent).Uri.AbsoluteUri);
    }

    [Theory]
    [InlineData(500, FailureKind.Unavailable)]
    [InlineData(429, FailureKind.Throttled)]
    public async Task A_failure_of_the_metadata_service_is_transient(int status, FailureKind kind)
    {
        using var network = new FakeNetwork(Answers.Body(404, ""), Answers.Body(status, ""));
        VodClientException failure = await TestClient.FailureAsync(() => GetAsync(TestClient.Environment(), TestClient.Settings(network, Noon())));
        Assert.Equal((kind, CloudService.Metadata), (failure.Kind, failure.Service));
        Assert.DoesNotContain("agency", failure.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(405)]
    [InlineData(503)]
    public async Task A_metadata_service_without_session_tokens_is_requested_without_one(int status)
    {
        using var network = new FakeNetwork(Answers.Body(status, ""), Answers.Body(200, KeysAnswer));
        FetchedCredential fetched = await GetAsync(TestClient.Environment(), TestClient.Settings(network, Noon()));
        Assert.Equal(TimeSpan.FromHours(1), fetched.Life);
        Assert.Equal("21600", network.Sent[0].Header("X-Metadata-Token-Ttl-Seconds"));
        Assert.Null(network.Sent[1].Header("X-Metadata-Token"));
    }

    [Fact]
    public async Task The_session_token_is_sent()
    {
        using var network = new FakeNetwork(Answers.Body(200, " session\n"), Answers.Body(200, KeysAnswer));
        await GetAsync(TestClient.Environment(), TestClient.Settings(network, Noon()));
        Assert.Equal("session", network.Sent[1].Header("X-Metadata-Token"));
    }

    [Theory]
    [InlineData("9999-12-31T23:59:59.999999Z", 365)]
    [InlineData("0001-01-01T00:00:00Z", 0)]
    public async Task An_excessive_lifetime_is_limited(string expires, int days)
    {
        string body = KeysAnswer.Replace("2026-03-01T13:00:00.000000Z", expires, StringComparison.Ordinal);
        using var network = new FakeNetwork(Answers.Body(404, ""), Answers.Body(200, body));
        Assert.Equal(TimeSpan.FromDays(days), (await GetAsync(TestClient.Environment(), TestClient.Settings(network, Noon()))).Life);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("<html>")]
    [InlineData("""{"credential":{"access":"a","secret":"s","securitytoken":"t"}}""")]
    [InlineData("""{"credential":{"access":"a","secret":"s","expires_at":"2026-03-01T13:00:00Z"}}""")]
    [InlineData("""{"credential":{"access":"AKX\r\nX-Evil: 1","secret":"s","securitytoken":"t","expires_at":"2026-03-01T13:00:00Z"}}""")]
    [InlineData("""{"credential":{"access":"A,SignedHeaders=","secret":"s","securitytoken":"t","expires_at":"2026-03-01T13:00:00Z"}}""")]
    [InlineData("""{"credential":{"access":"a","secret":"s\n","securitytoken":"t","expires_at":"2026-03-01T13:00:00Z"}}""")]
    [InlineData("""{"credential":{"access":"a","secret":"s","securitytoken":"t\r\nX-Evil: 1","expires_at":"2026-03-01T13:00:00Z"}}""")]
    [InlineData("""{"credential":{"access":"a","secret":"s","securitytoken":"t\u0085","expires_at":"2026-03-01T13:00:00Z"}}""")]
    [InlineData("""{"credential":{"access":"","secret":"s","securitytoken":"t","expires_at":"2026-03-01T13:00:00Z"}}""")]
    public async Task An_answer_with_incomplete_keys_is_invalid(string body)
    {
        using var network = new FakeNetwork(Answers.Body(404, ""), Answers.Body(200, body));
        VodClientException failure = await TestClient.FailureAsync(() => GetAsync(TestClient.Environment(), TestClient.Settings(network, Noon())));
        Assert.Equal(ErrorIds.UnexpectedResponse, failure.ErrorCode);
    }

    [Theory]
    [InlineData("a\r\nX-Evil: 1")]
    [InlineData("a\u0085b")]
    [InlineData("<html>please log in</html>")]
    [InlineData("")]
    public async Task An_invalid_session_token_is_not_sent(string session)
    {
        using var network = new FakeNetwork(Answers.Body(200, session), Answers.Body(200, KeysAnswer));
        VodClientException failure = await TestClient.FailureAsync(() => GetAsync(TestClient.Environment(), TestClient.Settings(network, Noon())));
        Assert.Equal((ErrorIds.UnexpectedResponse, 1), (failure.ErrorCode, network.Count));
    }

    [Fact]
    public async Task An_echoed_session_token_is_not_displayed()
    {
        using var network = new FakeNetwork(Answers.Body(200, "session-token-1"), Answers.Body(200, """{"error_code":"X.1","error_msg":"got session-token-1"}"""));
        VodClientException failure = await TestClient.FailureAsync(() => GetAsync(TestClient.Environment(), TestClient.Settings(network, Noon())));
        Assert.Equal("The service answered: got ***.", failure.What);
    }

    [Theory]
    [InlineData("http://10.0.0.1", ErrorIds.InsecureEndpoint)]
    [InlineData("https://metadata.example.com", ErrorIds.InsecureEndpoint)]
    [InlineData("127.0.0.1", ErrorIds.InvalidEndpoint)]
    [InlineData("file://localhost", ErrorIds.InvalidEndpoint)]
    [InlineData("ftp://127.0.0.1", ErrorIds.InvalidEndpoint)]
    [InlineData("http://[", ErrorIds.InvalidEndpoint)]
    [InlineData("http://user:pw@127.0.0.1", ErrorIds.InvalidEndpoint)]
    public void Another_address_must_be_http_on_this_machine(string address, string code)
    {
        VodClientException failure = Assert.Throws<VodClientException>(
            () => new MetadataClient(new TransportSettings(), TestClient.Environment((MetadataClient.EndpointVariable, address))));
        Assert.Equal(code, failure.ErrorCode);
        Assert.Contains(MetadataClient.EndpointVariable, failure.Message, StringComparison.Ordinal);
    }

    private static FakeTimeProvider Noon() => new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    private static Func<string, string?> Environment(Uri address) => TestClient.Environment((MetadataClient.EndpointVariable, address.AbsoluteUri));

    private static async Task<FetchedCredential> GetAsync(Func<string, string?> environment, TransportSettings? settings = null)
    {
        using var metadata = new MetadataClient(settings ?? TestClient.Settings(), environment);
        return await metadata.GetKeysAsync(TestClient.Context());
    }

    private static async Task AssertNoneAsync(Func<string, string?> environment, TransportSettings? settings = null)
    {
        VodClientException failure = await TestClient.FailureAsync(() => GetAsync(environment, settings));
        Assert.Equal((ErrorIds.NoCredential, FailureKind.Authentication, CloudService.Metadata), (failure.ErrorCode, failure.Kind, failure.Service));
        Assert.Contains("No keys were found", failure.What, StringComparison.Ordinal);
        Assert.Contains("agency", failure.Hint, StringComparison.Ordinal);
        Assert.False(failure.IsRefusal);
    }

    private static void AssertNobody(string code, FailureKind kind, VodClientException failure)
    {
        Assert.Equal((code, kind, CloudService.Metadata), (failure.ErrorCode, failure.Kind, failure.Service));
        Assert.Contains("ECS", failure.Hint, StringComparison.Ordinal);
        Assert.Contains("agency", failure.Hint, StringComparison.Ordinal);
    }

    private Func<string, string?> Server() => Environment(_server.Endpoint);
}

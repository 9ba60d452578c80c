using System.Text;
using System.Text.Json;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Identity;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Secrets;
using VodPreheat.TestServer;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Identity;

public sealed class IdTokenExchangeTests : IDisposable
{
    private const string Token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqb2IifQ.c2lnbmF0dXJl";

    private readonly LoopbackServer _server = LoopbackServer.Start();

    public IdTokenExchangeTests() => _server.AddIdentityProvider("ci", "vod");

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("p1", "cn-north-4", "id", "p1")]
    [InlineData("", "cn-north-4", "name", "cn-north-4")]
    public async Task The_token_is_requested_for_one_project_by_its_ID_or_name(string id, string name, string key, string value)
    {
        using var network = new FakeNetwork(Answers.Body(
            201, """{"token":{"expires_at":"2018-03-13T03:00:01.168000Z","methods":["mapped"]}}""", ("X-Subject-Token", "tok")));
        using var iam = new IamClient(new Uri("https://iam.test.invalid/gate/"), TestClient.Settings(network), () => []);
        using var token = new Secret(Token);
        FetchedCredential fetched = await iam.GetTokenAsync("my-idp", token, new Project(id, name), TestClient.Context());

        Sent sent = Assert.Single(network.Sent);
        Assert.Equal(("POST", "/gate/v3.0/OS-AUTH/id-token/tokens"), (sent.Method, sent.Uri.PathAndQuery));
        Assert.Equal(("my-idp", null, null), (sent.Header("X-Idp-Id"), sent.Header("Authorization"), sent.Header("X-Auth-Token")));
        Assert.Equal(
            JsonSerializer.Serialize(new { auth = new { id_token = new { id = Token }, scope = new { project = new Dictionary<string, string> { [key] = value } } } }),
            Encoding.UTF8.GetString(sent.Body));

        // The answer has no project: it is the requested one, if that was requested by its ID.
        Assert.Equal(("tok", id.Length > 0 ? id : null), (Assert.Single(fetched.Credential.Secrets).Reveal(), fetched.Credential.ProjectId));
    }

    [Fact]
    public async Task The_project_of_the_answer_is_before_the_one_that_was_requested()
    {
        using var network = new FakeNetwork(Answers.Body(
            201, """{"token":{"expires_at":"2018-03-13T03:00:01.168000Z","project":{"id":"answered"}}}""", ("X-Subject-Token", "tok")));
        using var iam = new IamClient(TestClient.Endpoint, TestClient.Settings(network), () => []);
        using var token = new Secret(Token);
        FetchedCredential fetched = await iam.GetTokenAsync("ci", token, new Project("p1", ""), TestClient.Context());
        Assert.Equal("answered", fetched.Credential.ProjectId);
    }

    [Fact]
    public async Task The_test_server_verifies_the_request()
    {
        FetchedCredential fetched = await GetAsync(_server.MakeIdToken("ci", "vod"));
        Assert.Equal((_server.LastToken, TestClient.ProjectId), (Assert.Single(fetched.Credential.Secrets).Reveal(), fetched.Credential.ProjectId));
        Assert.Equal(TimeSpan.FromHours(24), fetched.Life);
    }

    [Theory]
    [InlineData("an unknown provider", "IAM.0004", FailureKind.NotFound, "name of the identity provider")]
    [InlineData("an ended token", "IAM.0007", FailureKind.Authentication, "and expired at 20")]
    [InlineData("another audience", "IAM.0007", FailureKind.Authentication, "audience 'another'")]
    [InlineData("another provider's token", "IAM.0007", FailureKind.Authentication, "issuer 'https://other.example.com'")]
    [InlineData("an altered token", "IAM.0007", FailureKind.Authentication, "signing key")]
    [InlineData("no rule", "IAM.0003", FailureKind.PermissionDenied, "subject 'stranger'")]
    [InlineData("no permission", "IAM.0003", FailureKind.PermissionDenied, "user group")]
    [InlineData("an unknown project", ErrorIds.HttpError, FailureKind.InvalidArgument, "project ID or region")]
    public async Task A_refusal_says_what_to_check_after_one_request(string fault, string code, FailureKind kind, string hint)
    {
        _server.AddIdentityProvider("other", "vod");
        _server.AddProject("p2", "ap-southeast-3");
        string token = fault switch
        {
            "an ended token" => _server.MakeIdToken("ci", "vod", "job", lifeSeconds: -1),
            "another audience" => _server.MakeIdToken("ci", "another"),
            "another provider's token" => _server.MakeIdToken("other", "vod"),
            "an altered token" => _server.MakeIdToken("ci", "vod")[..^4] + "AAAA",
            "no rule" => _server.MakeIdToken("ci", "vod", "stranger"),
            _ => _server.MakeIdToken("ci", "vod"),
        };
        VodClientException failure = await TestClient.FailureAsync(() => GetAsync(
            token, fault == "an unknown provider" ? "nobody" : "ci", fault switch { "no permission" => "p2", "an unknown project" => "p3", _ => TestClient.ProjectId }));
        Assert.Equal((code, kind, 1), (failure.ErrorCode, failure.Kind, _server.RequestCount));
        Assert.Contains(hint, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(token, failure.ToString(), StringComparison.Ordinal);
        Assert.NotNull(failure.RequestId);
    }

    [Fact]
    public async Task A_missing_API_is_not_reported_as_a_refused_token()
    {
        using var network = new FakeNetwork(Answers.Error(404, "APIGW.0101", "The API does not exist"));
        using var iam = new IamClient(TestClient.Endpoint, TestClient.Settings(network), () => []);
        using var token = new Secret(Token);
        VodClientException failure = await TestClient.FailureAsync(
            () => iam.GetTokenAsync("ci", token, new Project("p", ""), TestClient.Context()));
        Assert.DoesNotContain("identity provider", failure.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Token, false)]
    [InlineData(Token, true)]
    [InlineData("claims.eyJzdWIiOiJcdTAwMWJbMm0iLCJhdWQiOiJhXG5iIn0.x", false)]
    [InlineData("claims.eyJzdWIiOiJcdTAwMWJbMm0iLCJhdWQiOiJhXG5iIn0.x", true)]
    public async Task Echoes_of_IAM_and_claims_of_the_token_are_redacted(string text, bool isEncoded)
    {
        using var token = new Secret(text);
        using var network = new FakeNetwork(Answers.Error(401, "IAM.0007", $"bad {(isEncoded ? Convert.ToBase64String(token.Bytes) : text)}"));
        using var iam = new IamClient(TestClient.Endpoint, TestClient.Settings(network), () => []);
        InvocationContext context = TestClient.Context();
        VodClientException failure = await TestClient.FailureAsync(
            () => iam.GetTokenAsync("ci", token, new Project("p", ""), context));
        Assert.StartsWith($"The service answered: {(isEncoded ? "" : "bad ")}***. The token has issuer ", failure.What, StringComparison.Ordinal);
        foreach (string shown in TestClient.TraceOf(context).Append(failure.ToString()))
        {
            Assert.DoesNotContain(text, shown, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(failure.Message, char.IsControl);
    }

    [Fact]
    public async Task A_secret_that_was_exchanged_and_disposed_does_not_hide_later_messages()
    {
        using var network = new FakeNetwork(
            Answers.Body(201, """{"token":{"expires_at":"2030-03-13T03:00:01.168000Z"}}""", ("X-Subject-Token", "tok")),
            Answers.Error(403, "IAM.0003", "the second request is refused"));
        using var iam = new IamClient(TestClient.Endpoint, TestClient.Settings(network), () => []);
        using (var token = new Secret(Token))
        {
            await iam.GetTokenAsync("ci", token, new Project("p", ""), TestClient.Context());
        }

        VodClientException failure = await TestClient.FailureAsync(
            () => iam.GetProjectsAsync(name: null, TestClient.Key(), TestClient.Context()));
        Assert.Contains("the second request is refused", failure.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_body_is_overwritten_after_the_answer()
    {
        using var network = new BodyKeeper();
        using var iam = new IamClient(TestClient.Endpoint, TestClient.Settings() with { Network = () => network }, () => []);
        using var token = new Secret(Token);
        await iam.GetTokenAsync("ci", token, new Project("p", ""), TestClient.Context());
        await iam.GetTokenAsync("user", token, "acme", new Project("p", ""), TestClient.Context());
        Assert.Equal([true, true], network.HadToken);
        Assert.All(network.Bodies, static body => Assert.True(body.ToArray().All(static b => b == 0)));
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", 365)]
    [InlineData("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", 1)]
    [InlineData("2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z", 0)]
    [InlineData("9999-12-31T00:00:00Z", "0001-01-01T00:00:00Z", 0)]
    public async Task An_excessive_lifetime_is_limited_and_works(string issued, string expires, int days)
    {
        string body = $$$"""{"token":{"issued_at":"{{{issued}}}","expires_at":"{{{expires}}}"}}""";
        using var network = new FakeNetwork(Answers.Body(201, body, ("X-Subject-Token", "tok")));
        var iam = new IamClient(TestClient.Endpoint, TestClient.Settings(network), () => []);
        using var token = new Secret(Token);
        Task<FetchedCredential> Fetch(InvocationContext context) => iam.GetTokenAsync("ci", token, new Project("p", ""), context);
        Assert.Equal(TimeSpan.FromDays(days), (await Fetch(TestClient.Context())).Life);
        using var source = new RenewingCredentialSource(AuthenticationType.IdToken, "ci", Fetch, iam, null, TimeProvider.System);
        Assert.Equal("tok", Assert.Single((await source.GetAsync(TestClient.Context())).Secrets).Reveal());
    }

    private async Task<FetchedCredential> GetAsync(string text, string provider = "ci", string projectId = TestClient.ProjectId)
    {
        using var iam = new IamClient(_server.Endpoint, TestClient.Settings(), () => []);
        using var token = new Secret(text);
        return await iam.GetTokenAsync(provider, token, new Project(projectId, ""), TestClient.Context());
    }

    /// <summary>Keeps the streams of the bodies that it received, which have the same bytes as the buffers of the client.</summary>
    private sealed class BodyKeeper : HttpMessageHandler
    {
        public List<ReadOnlyMemory<byte>> Bodies { get; } = [];

        public List<bool> HadToken { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            ReadOnlyMemory<byte> body = ((RequestBody)request.Content!).Json;
            HadToken.Add(Encoding.UTF8.GetString(body.Span).Contains(Token, StringComparison.Ordinal));
            Bodies.Add(body);
            var response = new HttpResponseMessage(System.Net.HttpStatusCode.Created)
            {
                Content = new StringContent("""{"token":{"expires_at":"2099-01-01T00:00:00Z"}}"""),
                RequestMessage = request,
            };
            response.Headers.Add("X-Subject-Token", "tok");
            return Task.FromResult(response);
        }
    }
}

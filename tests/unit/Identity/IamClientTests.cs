using System.Text;
using System.Text.Json;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Identity;
using VodPreheat.Client.Secrets;
using VodPreheat.TestServer;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Identity;

public sealed class IamClientTests : IDisposable
{
    private const string User = "zoë \"x\"";
    private const string Password = "p\u00e4ss\"word\\\u0001\U0001F600";
    private const string TokenAnswer = """{"token":{"expires_at":"2026-03-02T12:00:00.701000Z","issued_at":"2026-03-01T12:00:00.701000Z","project":{"id":"p1","name":"cn-north-4"}}}""";

    private readonly SkippingClock _clock = new(DateTimeOffset.UtcNow);
    private readonly LoopbackServer _server = LoopbackServer.Start();
    private readonly Secret _password = new(Password);

    public void Dispose()
    {
        _server.Dispose();
        _password.Dispose();
    }

    [Theory]
    [InlineData("p1", "cn-north-4", "id", "p1")]
    [InlineData("", "cn-north-4", "name", "cn-north-4")]
    public async Task The_token_is_requested_for_one_project_by_its_ID_or_name(string id, string name, string key, string value)
    {
        using var network = new FakeNetwork(Answers.Body(201, TokenAnswer, ("X-Subject-Token", "tok")));
        await GetTokenAsync(network, new Project(id, name));

        Sent sent = Assert.Single(network.Sent);
        Assert.Equal(("POST", "/v3/auth/tokens?nocatalog=true"), (sent.Method, sent.Uri.PathAndQuery));
        Assert.Null(sent.Header("Authorization"));
        Assert.StartsWith("application/json", sent.Header("Content-Type"), StringComparison.Ordinal);
        string expected = JsonSerializer.Serialize(new
        {
            auth = new
            {
                identity = new
                {
                    methods = new[] { "password" },
                    password = new { user = new { name = User, password = Password, domain = new { name = "acme" } } },
                },
                scope = new
                {
                    project = key == "id"
                        ? new Dictionary<string, object> { [key] = value }
                        : new Dictionary<string, object> { [key] = value, ["domain"] = new { name = "acme" } },
                },
            },
        });
        Assert.Equal(expected, JsonSerializer.Serialize(JsonDocument.Parse(sent.Body).RootElement));
    }

    [Fact]
    public async Task The_token_is_in_the_header_and_its_lifetime_uses_the_clock_of_the_issuer()
    {
        using var network = new FakeNetwork(Answers.Body(201, TokenAnswer, ("X-Subject-Token", "MIIF+/==")));
        FetchedCredential fetched = await GetTokenAsync(network, new Project("p1", ""));
        Assert.Equal(TimeSpan.FromHours(24), fetched.Life);
        Assert.Equal(DateTimeOffset.Parse("2026-03-02T12:00:00.701Z", System.Globalization.CultureInfo.InvariantCulture), fetched.Credential.ExpiresAt);
        Assert.Equal("p1", fetched.Credential.ProjectId);
        Assert.Equal("MIIF+/==", Assert.Single(fetched.Credential.Secrets).Reveal());
    }

    [Fact]
    public void A_client_can_be_disposed_twice()
    {
        using var network = new FakeNetwork(Answers.Good);
        var iam = new IamClient(new Uri("https://iam.test.invalid"), TestClient.Settings(network, _clock), () => []);
        iam.Dispose();
        iam.Dispose();
    }

    [Theory]
    [InlineData(9_000)]
    [InlineData(100_000)]
    public async Task Names_of_any_length_are_sent(int length)
    {
        string name = new('n', length);
        using var network = new FakeNetwork(Answers.Body(201, TokenAnswer, ("X-Subject-Token", "tok")));
        using var iam = new IamClient(new Uri("https://iam.test.invalid"), TestClient.Settings(network, _clock), () => []);
        await iam.GetTokenAsync(name, _password, name, new Project("p1", ""), TestClient.Context());
        Assert.Equal(2, Encoding.UTF8.GetString(Assert.Single(network.Sent).Body).Split(name).Length - 1);
    }

    [Fact]
    public async Task The_test_server_accepts_the_request()
    {
        _server.AddUser(User, Password, "acme");
        using var iam = new IamClient(_server.Endpoint, TestClient.Settings(retries: 0), () => []);
        FetchedCredential fetched = await iam.GetTokenAsync(User, _password, "acme", new Project("", "cn-north-4"), TestClient.Context());
        Assert.Equal(_server.LastToken, Assert.Single(fetched.Credential.Secrets).Reveal());
        Assert.Equal(TestClient.ProjectId, fetched.Credential.ProjectId);
        Assert.Single(await iam.GetProjectsAsync("cn-north-4", fetched.Credential, TestClient.Context()));
    }

    [Theory]
    [InlineData(UserFault.Locked, "IAM.0061", "locked")]
    [InlineData(UserFault.NoProgrammaticAccess, "IAM.0081", "programmatic access")]
    [InlineData(UserFault.Disabled, "IAM.0082", "disabled")]
    [InlineData(UserFault.MfaRequired, ErrorIds.HttpError, "MFA")]
    public async Task A_refused_user_has_a_reason_after_one_request(UserFault fault, string code, string hint)
    {
        _server.AddUser(User, Password, "acme");
        _server.SetUserFault(User, fault);
        VodClientException failure = await RefusedAsync(_password);
        Assert.Equal((code, FailureKind.Authentication, 1), (failure.ErrorCode, failure.Kind, _server.RequestCount));
        Assert.Contains(hint, failure.Hint, StringComparison.Ordinal);
        Assert.StartsWith("token_cn-north-4", failure.RequestId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_causes_one_request()
    {
        _server.AddUser(User, "other", "acme");
        VodClientException failure = await RefusedAsync(_password);
        Assert.Equal((FailureKind.Authentication, 1), (failure.Kind, _server.RequestCount));
        Assert.Contains("{AccountName}", failure.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, "application/json", "{}")]
    [InlineData(404, "text/html", "<html>")]
    [InlineData(302, "text/html", "<html>")]
    [InlineData(400, "text/html", "<html>")]
    [InlineData(201, "text/html", "<html>")]
    public async Task What_is_not_IAM_leads_to_the_address_of_IAM(int status, string type, string body)
    {
        using var network = new FakeNetwork(Answers.Body(status, body, ("Content-Type", type)));
        using var iam = new IamClient(TestClient.Endpoint, TestClient.Settings(network, retries: 0), () => []);
        VodClientException failure = await TestClient.FailureAsync(() => iam.GetTokenAsync(User, _password, "acme", new Project("", "cn-north-4"), TestClient.Context()));
        Assert.Contains("{IamEndpoint}", failure.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain("{Endpoint}", failure.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_project_is_reported()
    {
        _server.AddUser(User, Password, "acme");
        _server.RemoveProject(TestClient.ProjectId);
        Assert.Contains("cn-north-4", (await RefusedAsync(_password)).What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, TokenAnswer)]
    [InlineData("", TokenAnswer)]
    [InlineData("to ken", TokenAnswer)]
    [InlineData("tok\r\nX-Evil: 1", TokenAnswer)]
    [InlineData("tok\u00e4", TokenAnswer)]
    [InlineData("tok", "")]
    [InlineData("tok", "[]")]
    [InlineData("tok", "{}")]
    [InlineData("tok", """{"token":1}""")]
    [InlineData("tok", """{"token":{}}""")]
    [InlineData("tok", """{"token":{"expires_at":"soon"}}""")]
    [InlineData("tok", """{"token":{"expires_at":1}}""")]
    [InlineData("tok", """{"token":{"expires_at":"\ud800"}}""")]
    [InlineData("tok", "<html>")]
    public async Task An_answer_without_token_or_expiry_is_invalid(string? header, string body)
    {
        using var network = new FakeNetwork(header is null ? Answers.Body(201, body) : Answers.Body(201, body, ("X-Subject-Token", header)));
        VodClientException failure = await TestClient.FailureAsync(() => GetTokenAsync(network, new Project("p1", "")));
        Assert.Equal((ErrorIds.UnexpectedResponse, 1), (failure.ErrorCode, network.Count));
    }

    [Fact]
    public async Task Projects_are_requested_by_encoded_name_without_a_project_ID()
    {
        using var network = new FakeNetwork(Answers.Body(200, """{"projects":[{"id":"1","name":"a","x":1},{"id":"2"}],"links":{}}"""));
        using var iam = new IamClient(new Uri("https://iam.test.invalid/gate"), TestClient.Settings(network), () => []);
        using AccessKeyCredential key = TestClient.Key("tok");
        Assert.Equal([new Project("1", "a"), new Project("2", "")], await iam.GetProjectsAsync("cn north&4", key, TestClient.Context()));
        await iam.GetProjectsAsync(null, key, TestClient.Context());

        Assert.Equal(["/gate/v3/projects?name=cn%20north%264", "/gate/v3/projects"], network.Sent.Select(sent => sent.Uri.PathAndQuery));
        Assert.All(network.Sent, sent =>
        {
            Assert.Null(sent.Header("X-Project-Id"));
            sent.AssertSigned();
        });
    }

    [Fact]
    public async Task Any_answer_causes_only_the_exception_of_the_client()
    {
        byte[] body = [];
        using var network = new FakeNetwork((sent, cancellation) => Answers.Body(201, body, ("X-Subject-Token", "tok"))(sent, cancellation));
        using var iam = new IamClient(TestClient.Endpoint, TestClient.Settings(network, retries: 0), () => []);
        using AccessKeyCredential key = TestClient.Key();
        await Fuzz.RunAsync([TokenAnswer, """{"projects":[{"id":"1","name":"a"}]}"""], async input =>
        {
            body = input;
            foreach (Func<Task> call in new Func<Task>[]
            {
                () => iam.GetTokenAsync(User, _password, "acme", new Project("p", ""), TestClient.Context()),
                () => iam.GetProjectsAsync(null, key, TestClient.Context()),
            })
            {
                Assert.True(await Record.ExceptionAsync(call) is null or VodClientException, "Another exception.");
            }
        });
    }

    private async Task<VodClientException> RefusedAsync(Secret password)
    {
        using var iam = new IamClient(_server.Endpoint, TestClient.Settings(clock: _clock), () => [password]);
        VodClientException failure = await TestClient.FailureAsync(
            () => iam.GetTokenAsync(User, password, "acme", new Project("", "cn-north-4"), TestClient.Context()));
        Assert.DoesNotContain(Encoding.UTF8.GetString(password.Bytes), failure.ToString(), StringComparison.Ordinal);
        return failure;
    }

    private async Task<FetchedCredential> GetTokenAsync(FakeNetwork network, Project project)
    {
        using var iam = new IamClient(new Uri("https://iam.test.invalid"), TestClient.Settings(network, _clock), () => []);
        return await iam.GetTokenAsync(User, _password, "acme", project, TestClient.Context());
    }
}

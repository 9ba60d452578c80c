using System.Globalization;
using VodPreheat.Client;
using VodPreheat.Client.Connections;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Iam;
using VodPreheat.TestServer;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Connections;

public sealed class ConnectionFactoryTests : IDisposable
{
    private readonly LoopbackServer _server = LoopbackServer.Start();

    public ConnectionFactoryTests() => _server.AnyTask = true;

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task With_key_and_project_nothing_is_sent()
    {
        using VodClient client = await New(projectId: TestClient.ProjectId).ConnectWithAccessKeyAsync(TestClient.AccessKey, Sk(), null, TestClient.Scope());
        Assert.Equal(0, _server.ConnectionCount);
        Assert.Equal(("AccessKey", TestClient.AccessKey, TestClient.ProjectId), (client.AuthenticationType, client.AccountName, client.ProjectId));
        await client.QueryAsync();
    }

    [Fact]
    public async Task With_token_and_project_nothing_is_sent()
    {
        using VodClient client = await New(projectId: " p1 ").ConnectWithTokenAsync(new Secret("tok"), TestClient.Scope());
        Assert.Equal(0, _server.ConnectionCount);
        Assert.Equal(("Token", null, "p1"), (client.AuthenticationType, client.AccountName, client.ProjectId));
    }

    [Fact]
    public async Task A_key_of_the_environment_brings_its_project()
    {
        ConnectionFactory connector = New(variables:
        [
            ("HUAWEICLOUD_SDK_AK", TestClient.AccessKey), ("HUAWEICLOUD_SDK_SK", TestClient.SecretKey), ("HUAWEICLOUD_SDK_PROJECT_ID", TestClient.ProjectId),
        ]);
        using VodClient client = await connector.ConnectWithFoundKeyAsync(TestClient.Scope());
        Assert.Equal((0, TestClient.ProjectId), (_server.ConnectionCount, client.ProjectId));
        await client.QueryAsync();
    }

    [Fact]
    public async Task A_given_project_wins_over_the_one_beside_the_keys()
    {
        ConnectionFactory connector = New(projectId: "given", variables: [("HUAWEICLOUD_SDK_AK", "A"), ("HUAWEICLOUD_SDK_SK", "S"), ("HUAWEICLOUD_SDK_PROJECT_ID", "beside")]);
        using VodClient client = await connector.ConnectWithFoundKeyAsync(TestClient.Scope());
        Assert.Equal("given", client.ProjectId);
    }

    [Fact]
    public async Task Without_a_project_it_is_looked_up_by_the_regions_name()
    {
        using VodClient byKey = await New().ConnectWithAccessKeyAsync(TestClient.AccessKey, Sk(), null, TestClient.Scope());
        _server.AddToken("tok", TestClient.ProjectId);
        using VodClient byToken = await New().ConnectWithTokenAsync(new Secret("tok"), TestClient.Scope());
        Assert.Equal((TestClient.ProjectId, TestClient.ProjectId), (byKey.ProjectId, byToken.ProjectId));
        Assert.Equal(["Iam", "Iam"], _server.Requests.Select(request => request.Area));
    }

    [Fact]
    public async Task A_password_is_tried_at_once_and_its_token_brings_the_project()
    {
        _server.AddUser("user", "pass", "acme");
        using VodClient client = await New().ConnectWithPasswordAsync("user", new Secret("pass"), "acme", TestClient.Scope());
        Assert.Equal((1, 1, TestClient.ProjectId), (_server.TokensIssued, _server.RequestCount, client.ProjectId));
        Assert.Equal(("Password", "user"), (client.AuthenticationType, client.AccountName));
        Assert.NotNull(client.ExpiresAt);
        await client.QueryAsync();
        await client.SubmitAsync();
        Assert.Equal(1, _server.TokensIssued);
    }

    [Fact]
    public async Task A_token_that_the_service_calls_expired_is_renewed_within_the_request()
    {
        _server.AddUser("user", "pass", "acme");
        using VodClient client = await New().ConnectWithPasswordAsync("user", new Secret("pass"), "acme", TestClient.Scope());
        _server.ExpireToken(_server.LastToken);
        await client.QueryAsync();
        Assert.Equal(2, _server.TokensIssued);
    }

    [Fact]
    public async Task The_agencys_keys_sign_and_are_renewed()
    {
        ConnectionFactory connector = New(projectId: TestClient.ProjectId, variables: (MetadataClient.EndpointVariable, _server.Endpoint.AbsoluteUri));
        using VodClient client = await connector.ConnectWithIdentityAsync(TestClient.Scope());
        Assert.Equal(("Identity", 1), (client.AuthenticationType, _server.MetadataKeysIssued));
        await client.QueryAsync();
        _server.ExpireTemporaryKey(client.AccountName!);
        await client.QueryAsync();
        Assert.Equal(2, _server.MetadataKeysIssued);
    }

    [Fact]
    public async Task A_failed_connect_wipes_the_secrets()
    {
        _server.IamForbidden = true;
        Secret secret = Sk();
        Secret password = new("pass");
        Secret proxyPassword = new("pass");
        _server.AddAccessKey("CONNECTFAILS", TestClient.SecretKey, TestClient.ProjectId);
        VodClientException failure = await TestClient.FailureAsync(() => New().ConnectWithAccessKeyAsync("CONNECTFAILS", secret, null, TestClient.Scope()));
        Assert.Equal(ErrorIds.ProjectNotFound, failure.ErrorCode);
        Assert.Equal(FailureKind.Authentication, (await TestClient.FailureAsync(() => New().ConnectWithPasswordAsync("nobody", password, "acme", TestClient.Scope()))).Kind);
        Assert.Throws<ObjectDisposedException>(secret.Reveal);
        Assert.Throws<ObjectDisposedException>(password.Reveal);

        var withProxy = new ConnectionFactory(new ConnectSettings
        {
            Region = LoopbackServer.DefaultProjectName,
            Endpoint = _server.Endpoint,
            IamEndpoint = _server.Endpoint,
            Transport = TestClient.Settings(retries: 0) with { ProxyLogin = new ProxyLogin("user", "", proxyPassword) },
        });
        await TestClient.FailureAsync(() => withProxy.ConnectWithPasswordAsync("nobody", new Secret("pass"), "acme", TestClient.Scope()));
        Assert.Throws<ObjectDisposedException>(proxyPassword.Reveal);
    }

    [Theory]
    [InlineData("", "s", "t")]
    [InlineData("A K", "s", "t")]
    [InlineData("A\nK", "s", "t")]
    [InlineData("AK,SignedHeaders=", "s", "t")]
    [InlineData("AK", "", "t")]
    [InlineData("AK", "s s", "t")]
    [InlineData("AK", "s", "")]
    [InlineData("AK", "s", "t\r\nX-Evil: 1")]
    public async Task Keys_that_cannot_be_keys_are_refused_unsent(string accessKey, string secretKey, string token)
    {
        VodClientException failure = await TestClient.FailureAsync(
            () => New().ConnectWithAccessKeyAsync(accessKey, new Secret(secretKey), new Secret(token), TestClient.Scope()));
        Assert.Equal((ErrorIds.CredentialInvalid, 0), (failure.ErrorCode, _server.ConnectionCount));
    }

    [Theory]
    [InlineData("")]
    [InlineData("to ken")]
    [InlineData("token\n")]
    public async Task A_text_that_cannot_be_a_token_is_refused_unsent(string token) => Assert.Equal(
        ErrorIds.CredentialInvalid, (await TestClient.FailureAsync(() => New().ConnectWithTokenAsync(new Secret(token), TestClient.Scope()))).ErrorCode);

    [Fact]
    public async Task An_empty_password_is_refused_unsent()
    {
        VodClientException failure = await TestClient.FailureAsync(() => New().ConnectWithPasswordAsync("user", new Secret(""), "acme", TestClient.Scope()));
        Assert.Equal((ErrorIds.CredentialInvalid, 0), (failure.ErrorCode, _server.ConnectionCount));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a b")]
    [InlineData("a\r\nX-Evil: 1")]
    public void A_text_that_cannot_be_a_project_id_is_refused(string projectId) =>
        Assert.Equal(ErrorIds.ProjectNotFound, Assert.Throws<VodClientException>(() => New(projectId: projectId)).ErrorCode);

    [Fact]
    public async Task Without_region_a_project_cannot_be_looked_up()
    {
        ConnectionFactory connector = New(region: null);
        Assert.Null(connector.Region);
        foreach (Func<Task> connect in new Func<Task>[]
        {
            () => connector.ConnectWithAccessKeyAsync("AK", Sk(), null, TestClient.Scope()),
            () => connector.ConnectWithPasswordAsync("user", new Secret("pass"), "acme", TestClient.Scope()),
        })
        {
            Assert.Equal(ErrorIds.ProjectNotFound, (await TestClient.FailureAsync(connect)).ErrorCode);
        }

        Assert.Equal(0, _server.ConnectionCount);
    }

    [Fact]
    public void The_region_is_given_or_comes_from_the_environment()
    {
        Assert.Equal("cn-north-1", New(region: " cn-north-1 ", variables: ("HW_REGION_NAME", "cn-east-2")).Region);
        Assert.Equal("cn-east-2", New(region: " ", variables: [("HW_REGION_NAME", "cn-east-2"), ("HUAWEICLOUD_SDK_REGION", "cn-north-1")]).Region);
        Assert.Equal("cn-north-1", New(region: null, variables: [("HW_REGION_NAME", " "), ("HUAWEICLOUD_SDK_REGION", "CN-North-1")]).Region);
        Assert.Equal(ErrorIds.RegionRequired, Assert.Throws<VodClientException>(
            () => new ConnectionFactory(new ConnectSettings { ReadVariable = TestClient.Environment() })).ErrorCode);
    }

    [Fact]
    public async Task The_region_may_be_written_in_any_case()
    {
        CultureInfo.CurrentCulture = new CultureInfo("tr-TR");
        using VodClient client = await New(region: "CN-North-4").ConnectWithAccessKeyAsync(TestClient.AccessKey, Sk(), null, TestClient.Scope());
        Assert.Equal(("cn-north-4", TestClient.ProjectId), (New(region: "CN-North-4").Region, client.ProjectId));
        Assert.Equal("ap-southeast-i", New(region: "AP-SOUTHEAST-I").Region);
    }

    [Fact]
    public async Task No_way_of_signing_in_sends_anything_to_the_public_IAM_beside_another_cloud()
    {
        foreach ((string Name, string Value)[] variables in new[] { [], new[] { ("HUAWEICLOUD_SDK_REGION_VOD_CN_NORTH_4", "https://vod.private.example") } })
        {
            var settings = new ConnectSettings
            {
                Region = "cn-north-4",
                Endpoint = variables.Length == 0 ? new Uri("https://vod.private.example") : null,
                Transport = TestClient.Settings(new FakeNetwork(Answers.Throws(new InvalidOperationException("It was sent.")))),
                ReadVariable = TestClient.Environment([("HUAWEICLOUD_SDK_AK", "AKFOREIGN"), ("HUAWEICLOUD_SDK_SK", "sk"), .. variables]),
            };
            var factory = new ConnectionFactory(settings);
            foreach (Func<Task> connect in new Func<Task>[]
            {
                () => factory.ConnectWithPasswordAsync("user", new Secret("pass"), "acme", TestClient.Scope()),
                () => factory.ConnectWithAccessKeyAsync("AKFOREIGN", Sk(), null, TestClient.Scope()),
                () => factory.ConnectWithTokenAsync(new Secret("tok"), TestClient.Scope()),
                () => factory.ConnectWithFoundKeyAsync(TestClient.Scope()),
            })
            {
                VodClientException failure = await TestClient.FailureAsync(connect);
                Assert.Equal(ErrorIds.InvalidEndpoint, failure.ErrorCode);
                Assert.Contains("-IamEndpoint", failure.Message, StringComparison.Ordinal);
            }

            // With a project id a key needs no IAM.
            using VodClient client = await new ConnectionFactory(settings with { ProjectId = "p" }).ConnectWithFoundKeyAsync(TestClient.Scope());
            Assert.Equal("vod.private.example", client.Endpoint.Host);
        }
    }

    [Fact]
    public void A_proxy_with_a_login_in_its_address_is_refused() => Assert.Equal(
        ErrorIds.InvalidEndpoint,
        Assert.Throws<VodClientException>(() => new ConnectionFactory(new ConnectSettings
        {
            Region = "cn-north-4",
            Transport = new TransportSettings { Proxy = new Uri("http://user:pw@proxy.example") },
        })).ErrorCode);

    private static Secret Sk() => new(TestClient.SecretKey);

    private ConnectionFactory New(string? region = LoopbackServer.DefaultProjectName, string? projectId = null, params (string Name, string Value)[] variables) => new(new ConnectSettings
    {
        Region = region,
        ProjectId = projectId,
        Endpoint = _server.Endpoint,
        IamEndpoint = _server.Endpoint,
        Transport = TestClient.Settings(retries: 0),
        ReadVariable = TestClient.Environment(variables),
    });
}

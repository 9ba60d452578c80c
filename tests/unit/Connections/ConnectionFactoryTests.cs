using System.Globalization;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using VodPreheat.Client;
using VodPreheat.Client.Connections;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Identity;
using VodPreheat.Client.Secrets;
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
        using VodClient client = await New(projectId: TestClient.ProjectId).ConnectWithAccessKeyAsync(TestClient.AccessKey, Sk(), null, TestClient.Context());
        Assert.Equal(0, _server.ConnectionCount);
        Assert.Equal((AuthenticationType.AccessKey, TestClient.AccessKey, TestClient.ProjectId), (client.AuthenticationType, client.AccountName, client.ProjectId));
        await client.QueryAsync();
    }

    [Fact]
    public async Task With_token_and_project_nothing_is_sent()
    {
        using VodClient client = await New(projectId: " p1 ").ConnectWithTokenAsync(new Secret("tok"), TestClient.Context());
        Assert.Equal(0, _server.ConnectionCount);
        Assert.Equal((AuthenticationType.Token, null, "p1"), (client.AuthenticationType, client.AccountName, client.ProjectId));
    }

    [Fact]
    public async Task An_access_key_of_the_environment_has_its_project()
    {
        ConnectionFactory factory = New(variables:
        [
            ("HUAWEICLOUD_SDK_AK", TestClient.AccessKey), ("HUAWEICLOUD_SDK_SK", TestClient.SecretKey), ("HUAWEICLOUD_SDK_PROJECT_ID", TestClient.ProjectId),
        ]);
        using VodClient client = await factory.ConnectWithFoundCredentialAsync(TestClient.Context());
        Assert.Equal((0, TestClient.ProjectId), (_server.ConnectionCount, client.ProjectId));
        await client.QueryAsync();
    }

    [Theory]
    [InlineData("HW_REGION_NAME", "\"cn-north-4\"")]
    [InlineData("HW_REGION_NAME", "cn-north-4 # Beijing")]
    [InlineData("HUAWEICLOUD_SDK_REGION", "'cn-north-4'")]
    [InlineData("HUAWEICLOUD_SDK_REGION", "<region>")]
    [InlineData("HUAWEICLOUD_SDK_REGION", "${REGION}")]
    public void A_region_in_another_notation_is_refused_with_its_variable(string variable, string region)
    {
        VodClientException failure = Assert.Throws<VodClientException>(() => new ConnectionFactory(new ConnectSettings
        {
            Endpoint = _server.Endpoint,
            ReadVariable = TestClient.Environment((variable, region)),
        }));
        Assert.Equal((ErrorIds.InvalidEndpoint, FailureKind.InvalidSetting), (failure.ErrorCode, failure.Kind));
        Assert.Contains(variable, failure.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0123456789abcdefABCD0123456789abcdefABCD", "HPUAEXAMPLE000000001")]
    [InlineData("0123456789abcdef+/CD0123456789abcdefABCD", "HPUAEXAMPLE000000001")]
    [InlineData("0123456789abcdefABCD0123456789abcdefABCD", "0123456789abcdefABCD0123456789abcdefABCD")]
    public async Task A_secret_key_in_place_of_the_ID_is_refused_and_not_displayed(string id, string secret)
    {
        VodClientException failure = await TestClient.FailureAsync(
            () => New(projectId: "p").ConnectWithAccessKeyAsync(id, new Secret(secret), null, TestClient.Context()));
        Assert.Equal(ErrorIds.CredentialInvalid, failure.ErrorCode);
        Assert.Contains("swapped", failure.What, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, _server.ConnectionCount);
    }

    [Theory]
    [InlineData("\"tok\"")]
    [InlineData("***")]
    [InlineData("${TOKEN}")]
    public async Task A_token_in_another_notation_is_not_sent(string token)
    {
        VodClientException failure = await TestClient.FailureAsync(() => New(projectId: "p").ConnectWithTokenAsync(new Secret(token), TestClient.Context()));
        Assert.Equal((ErrorIds.CredentialInvalid, 0), (failure.ErrorCode, _server.ConnectionCount));
    }

    [Fact]
    public async Task A_specified_project_overrides_that_of_the_source()
    {
        ConnectionFactory factory = New(projectId: "given", variables: [("HUAWEICLOUD_SDK_AK", "A"), ("HUAWEICLOUD_SDK_SK", "S"), ("HUAWEICLOUD_SDK_PROJECT_ID", "beside")]);
        using VodClient client = await factory.ConnectWithFoundCredentialAsync(TestClient.Context());
        Assert.Equal("given", client.ProjectId);
    }

    [Fact]
    public async Task The_project_is_looked_up_by_the_name_of_the_region()
    {
        using VodClient byKey = await New().ConnectWithAccessKeyAsync(TestClient.AccessKey, Sk(), null, TestClient.Context());
        _server.AddToken("tok", TestClient.ProjectId);
        using VodClient byToken = await New().ConnectWithTokenAsync(new Secret("tok"), TestClient.Context());
        Assert.Equal((TestClient.ProjectId, TestClient.ProjectId), (byKey.ProjectId, byToken.ProjectId));
        Assert.Equal(["Iam", "Iam"], _server.Requests.Select(request => request.Area));
    }

    [Fact]
    public async Task A_password_is_sent_immediately_and_its_token_has_the_project()
    {
        _server.AddUser("user", "pass", "acme");
        using VodClient client = await New().ConnectWithPasswordAsync("user", new Secret("pass"), "acme", TestClient.Context());
        Assert.Equal((1, 1, TestClient.ProjectId), (_server.TokensIssued, _server.RequestCount, client.ProjectId));
        Assert.Equal((AuthenticationType.Password, "user"), (client.AuthenticationType, client.AccountName));
        Assert.NotNull(client.ExpiresAt);
        await client.QueryAsync();
        await client.SubmitAsync();
        Assert.Equal(1, _server.TokensIssued);
    }

    [Theory]
    [InlineData(null, "name", "cn-north-4")]
    [InlineData(TestClient.ProjectId, "id", TestClient.ProjectId)]
    public async Task An_identity_token_is_exchanged_immediately_for_the_specified_project_or_that_of_the_region(string? projectId, string key, string value)
    {
        _server.AddIdentityProvider("ci", "vod");
        using var token = new Secret(_server.MakeIdToken("ci", "vod") + "\n");
        using VodClient client = await New(projectId: projectId).ConnectWithIdTokenAsync(" ci ", token, TestClient.Context());
        Assert.Equal((AuthenticationType.IdToken, "ci", TestClient.ProjectId), (client.AuthenticationType, client.AccountName, client.ProjectId));
        Assert.InRange(client.ExpiresAt!.Value, DateTimeOffset.UtcNow.AddHours(23), DateTimeOffset.UtcNow.AddHours(25));
        RecordedRequest sent = Assert.Single(_server.Requests);
        Assert.Contains($"\"scope\":{{\"project\":{{\"{key}\":\"{value}\"}}}}", sent.Body, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(token.Reveal);
        await client.QueryAsync();
        await client.SubmitAsync();
        Assert.Equal(1, _server.TokensIssued);
    }

    [Fact]
    public async Task An_identity_token_that_was_given_once_ends_with_a_hint_to_use_a_file()
    {
        _server.AddIdentityProvider("ci", "vod");
        using VodClient client = await New().ConnectWithIdTokenAsync("ci", new Secret(_server.MakeIdToken("ci", "vod")), TestClient.Context());
        await client.QueryAsync();
        _server.ExpireToken(_server.LastToken);
        VodClientException failure = await TestClient.FailureAsync(() => client.QueryAsync());
        Assert.Equal(("APIGW.0307", FailureKind.Authentication), (failure.ErrorCode, failure.Kind));
        Assert.All([failure, await TestClient.FailureAsync(() => client.QueryAsync())], static failure => Assert.Contains("{IdTokenFile}, which is read again", failure.Hint, StringComparison.Ordinal));
        Assert.Equal((1, 3), (_server.TokensIssued, _server.RequestCount));
    }

    [Fact]
    public async Task An_identity_token_file_is_read_again_for_each_renewal()
    {
        _server.AddIdentityProvider("ci", "vod");
        await WithFileAsync(async file =>
        {
            File.WriteAllText(file, _server.MakeIdToken("ci", "vod") + "\n");
            using VodClient client = await New().ConnectWithIdTokenFileAsync("ci", file, TestClient.Context());
            await client.QueryAsync();

            string second = _server.MakeIdToken("ci", "vod");
            File.WriteAllText(file, "\uFEFF" + second);
            _server.ExpireToken(_server.LastToken);
            await client.QueryAsync();
            Assert.Equal(2, _server.TokensIssued);
            Assert.Contains(second, _server.Requests.Last(request => request.Area == "Iam").Body, StringComparison.Ordinal);

            File.Delete(file);
            _server.ExpireToken(_server.LastToken);
            VodClientException failure = await TestClient.FailureAsync(() => client.QueryAsync());
            Assert.Equal(ErrorIds.CredentialInvalid, failure.ErrorCode);
            Assert.Contains($"{file} does not exist", failure.What, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_refused_identity_token_is_not_sent_again_until_the_file_has_another_one()
    {
        _server.AddIdentityProvider("ci", "vod");
        await WithFileAsync(async file =>
        {
            File.WriteAllText(file, _server.MakeIdToken("ci", "vod"));
            using VodClient client = await New().ConnectWithIdTokenFileAsync("ci", file, TestClient.Context());
            File.WriteAllText(file, _server.MakeIdToken("ci", "vod", "job", lifeSeconds: -1));
            _server.ExpireToken(_server.LastToken);
            for (int i = 0; i < 20; i++)
            {
                VodClientException failure = await TestClient.FailureAsync(() => client.QueryAsync());
                Assert.Equal(("IAM.0007", FailureKind.Authentication), (failure.ErrorCode, failure.Kind));
                Assert.Contains("expired at", failure.What, StringComparison.Ordinal);
            }

            Assert.Equal(2, _server.Requests.Count(request => request.Area == "Iam"));
            File.WriteAllText(file, _server.MakeIdToken("ci", "vod"));
            await client.QueryAsync();
            Assert.Equal(2, _server.TokensIssued);
        });
    }

    [Fact]
    public async Task An_identity_provider_of_the_environment_signs_in()
    {
        _server.AddIdentityProvider("ci", "vod");
        await WithFileAsync(async file =>
        {
            File.WriteAllText(file, _server.MakeIdToken("ci", "vod"));
            (string, string)[] variables = [("HUAWEICLOUD_SDK_IDP_ID", "ci"), ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", file), ("HUAWEICLOUD_SDK_PROJECT_ID", TestClient.ProjectId)];
            using VodClient client = await New(region: null, variables: variables).ConnectWithFoundCredentialAsync(TestClient.Context());
            Assert.Equal((AuthenticationType.IdToken, "ci", TestClient.ProjectId), (client.AuthenticationType, client.AccountName, client.ProjectId));
            await client.QueryAsync();
            Assert.Equal(1, _server.Requests.Count(request => request.Area == "Iam"));

            variables[^1] = ("HUAWEICLOUD_SDK_PROJECT_ID", "another");
            using VodClient specified = await New(region: null, projectId: TestClient.ProjectId, variables: variables).ConnectWithFoundCredentialAsync(TestClient.Context());
            Assert.Equal(TestClient.ProjectId, specified.ProjectId);
        });
    }

    [Fact]
    public async Task In_a_day_of_renewals_each_uses_the_current_content_of_the_file()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        var seen = new List<string>();
        using var network = new FakeNetwork(async (sent, cancellation) =>
        {
            if (!sent.Uri.AbsolutePath.EndsWith("/id-token/tokens", StringComparison.Ordinal))
            {
                return await Answers.Good(sent, cancellation);
            }

            seen.Add(Encoding.UTF8.GetString(sent.Body));
            string times = $$$"""{"token":{"issued_at":"{{{clock.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'}}}","expires_at":"{{{clock.GetUtcNow().AddHours(1):yyyy-MM-dd'T'HH:mm:ss'Z'}}}"}}""";
            return await Answers.Body(201, times, ("X-Subject-Token", $"tok{seen.Count}"))(sent, cancellation);
        });
        await WithFileAsync(async file =>
        {
            File.WriteAllText(file, "a.0.c");
            var factory = new ConnectionFactory(new ConnectSettings
            {
                Endpoint = TestClient.Endpoint,
                IamEndpoint = TestClient.Endpoint,
                ProjectId = "p",
                Transport = TestClient.Settings(network, clock),
                ReadVariable = TestClient.Environment(),
            });
            using VodClient client = await factory.ConnectWithIdTokenFileAsync("ci", file, TestClient.Context());
            for (int minute = 1; minute <= 24 * 60; minute++)
            {
                clock.Advance(TimeSpan.FromMinutes(1));
                File.WriteAllText(file, $"a.{minute}.c");
                await client.QueryAsync();
            }
        });

        // A token with a lifetime of an hour is renewed five minutes before it expires.
        Assert.Equal(27, seen.Count);
        Assert.All(Enumerable.Range(0, 27), i => Assert.Contains($"\"a.{i * 55}.c\"", seen[i], StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_specified_project_overrides_that_of_the_answer()
    {
        using var network = new FakeNetwork(Answers.Body(
            201, """{"token":{"expires_at":"2030-03-13T03:00:01.168000Z","project":{"id":"answered"}}}""", ("X-Subject-Token", "tok")));
        ConnectSettings settings = new() { Region = "cn-north-4", Transport = TestClient.Settings(network), ReadVariable = TestClient.Environment() };
        foreach (string? specified in new[] { "specified", null })
        {
            using VodClient client = await new ConnectionFactory(settings with { ProjectId = specified })
                .ConnectWithIdTokenAsync("ci", new Secret("a.b.c"), TestClient.Context());
            Assert.Equal(specified ?? "answered", client.ProjectId);
        }
    }

    [Fact]
    public async Task A_name_of_an_identity_provider_can_have_any_visible_ASCII_character()
    {
        const string Name = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
        _server.AddIdentityProvider(Name, "vod");
        using VodClient client = await New().ConnectWithIdTokenAsync($" {Name} ", new Secret(_server.MakeIdToken(Name, "vod")), TestClient.Context());
        Assert.Equal(Name, client.AccountName);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a b")]
    [InlineData("ci\x7f")]
    [InlineData("ci\r\nX-Evil: 1")]
    [InlineData("prüfer")]
    public async Task An_invalid_name_of_an_identity_provider_is_refused_without_a_request(string name)
    {
        foreach (Func<Task> connect in new Func<Task>[]
        {
            () => New().ConnectWithIdTokenAsync(name, new Secret("a.b.c"), TestClient.Context()),
            () => New().ConnectWithIdTokenFileAsync(name, "file", TestClient.Context()),
        })
        {
            Assert.Equal((ErrorIds.CredentialInvalid, 0), ((await TestClient.FailureAsync(connect)).ErrorCode, _server.ConnectionCount));
        }
    }

    [Fact]
    public async Task An_expired_token_is_renewed_during_the_request()
    {
        _server.AddUser("user", "pass", "acme");
        using VodClient client = await New().ConnectWithPasswordAsync("user", new Secret("pass"), "acme", TestClient.Context());
        _server.ExpireToken(_server.LastToken);
        await client.QueryAsync();
        Assert.Equal(2, _server.TokensIssued);
    }

    [Fact]
    public async Task The_access_keys_of_an_agency_sign_and_are_renewed()
    {
        ConnectionFactory factory = New(projectId: TestClient.ProjectId, variables: (MetadataClient.EndpointVariable, _server.Endpoint.AbsoluteUri));
        using VodClient client = await factory.ConnectWithIdentityAsync(TestClient.Context());
        Assert.Equal((AuthenticationType.Identity, 1), (client.AuthenticationType, _server.MetadataKeysIssued));
        await client.QueryAsync();
        _server.ExpireTemporaryKey(client.AccountName!);
        await client.QueryAsync();
        Assert.Equal(2, _server.MetadataKeysIssued);
    }

    [Fact]
    public async Task A_failed_connect_overwrites_the_secrets()
    {
        _server.IamForbidden = true;
        Secret secret = Sk();
        Secret password = new("pass");
        Secret proxyPassword = new("pass");
        _server.AddAccessKey("CONNECTFAILS", TestClient.SecretKey, TestClient.ProjectId);
        VodClientException failure = await TestClient.FailureAsync(() => New().ConnectWithAccessKeyAsync("CONNECTFAILS", secret, null, TestClient.Context()));
        Assert.Equal(ErrorIds.ProjectNotFound, failure.ErrorCode);
        Assert.Equal(FailureKind.Authentication, (await TestClient.FailureAsync(() => New().ConnectWithPasswordAsync("nobody", password, "acme", TestClient.Context()))).Kind);
        Assert.Throws<ObjectDisposedException>(secret.Reveal);
        Assert.Throws<ObjectDisposedException>(password.Reveal);

        var withProxy = new ConnectionFactory(new ConnectSettings
        {
            Region = LoopbackServer.DefaultProjectName,
            Endpoint = _server.Endpoint,
            IamEndpoint = _server.Endpoint,
            Transport = TestClient.Settings(retries: 0) with { Proxy = ClosedPort.Refused(), ProxyLogin = new ProxyLogin("user", "", proxyPassword) },
        });
        await TestClient.FailureAsync(() => withProxy.ConnectWithPasswordAsync("nobody", new Secret("pass"), "acme", TestClient.Context()));
        Assert.Throws<ObjectDisposedException>(proxyPassword.Reveal);

        Secret unused = new("pass");
        Assert.Throws<VodClientException>(() => new ConnectionFactory(new ConnectSettings
        {
            ReadVariable = TestClient.Environment(),
            Transport = new TransportSettings { Proxy = ClosedPort.Refused(), ProxyLogin = new ProxyLogin("user", "", unused) },
        }));
        Assert.Throws<ObjectDisposedException>(unused.Reveal);
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
    public async Task Invalid_access_keys_are_refused_without_a_request(string accessKey, string secretKey, string token)
    {
        VodClientException failure = await TestClient.FailureAsync(
            () => New().ConnectWithAccessKeyAsync(accessKey, new Secret(secretKey), new Secret(token), TestClient.Context()));
        Assert.Equal((ErrorIds.CredentialInvalid, 0), (failure.ErrorCode, _server.ConnectionCount));
    }

    [Theory]
    [InlineData("")]
    [InlineData("to ken")]
    [InlineData("token\n")]
    public async Task An_invalid_token_is_refused_without_a_request(string token) => Assert.Equal(
        ErrorIds.CredentialInvalid, (await TestClient.FailureAsync(() => New().ConnectWithTokenAsync(new Secret(token), TestClient.Context()))).ErrorCode);

    [Fact]
    public async Task An_empty_password_is_refused_without_a_request()
    {
        VodClientException failure = await TestClient.FailureAsync(() => New().ConnectWithPasswordAsync("user", new Secret(""), "acme", TestClient.Context()));
        Assert.Equal((ErrorIds.CredentialInvalid, 0), (failure.ErrorCode, _server.ConnectionCount));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a b")]
    [InlineData("a\r\nX-Evil: 1")]
    public void An_invalid_project_ID_is_refused(string projectId) =>
        Assert.Equal(ErrorIds.ProjectNotFound, Assert.Throws<VodClientException>(() => New(projectId: projectId)).ErrorCode);

    [Fact]
    public async Task A_project_cannot_be_looked_up_without_a_region()
    {
        ConnectionFactory factory = New(region: null);
        Assert.Null(factory.Region);
        foreach (Func<Task> connect in new Func<Task>[]
        {
            () => factory.ConnectWithAccessKeyAsync("AK", Sk(), null, TestClient.Context()),
            () => factory.ConnectWithPasswordAsync("user", new Secret("pass"), "acme", TestClient.Context()),
            () => factory.ConnectWithIdTokenAsync("ci", new Secret("a.b.c"), TestClient.Context()),
            () => factory.ConnectWithIdTokenFileAsync("ci", "file", TestClient.Context()),
        })
        {
            Assert.Equal(ErrorIds.ProjectNotFound, (await TestClient.FailureAsync(connect)).ErrorCode);
        }

        Assert.Equal(0, _server.ConnectionCount);
    }

    [Fact]
    public void The_region_is_specified_or_from_the_environment()
    {
        Assert.Equal("cn-north-1", New(region: " cn-north-1 ", variables: ("HW_REGION_NAME", "cn-east-2")).Region);
        Assert.Equal("cn-east-2", New(region: " ", variables: [("HW_REGION_NAME", "cn-east-2"), ("HUAWEICLOUD_SDK_REGION", "cn-north-1")]).Region);
        Assert.Equal("cn-north-1", New(region: null, variables: [("HW_REGION_NAME", " "), ("HUAWEICLOUD_SDK_REGION", "CN-North-1")]).Region);
        Assert.Equal(ErrorIds.RegionRequired, Assert.Throws<VodClientException>(
            () => new ConnectionFactory(new ConnectSettings { ReadVariable = TestClient.Environment() })).ErrorCode);
    }

    [Fact]
    public async Task The_region_is_not_case_sensitive()
    {
        CultureInfo.CurrentCulture = new CultureInfo("tr-TR");
        using VodClient client = await New(region: "CN-North-4").ConnectWithAccessKeyAsync(TestClient.AccessKey, Sk(), null, TestClient.Context());
        Assert.Equal(("cn-north-4", "cn-north-4", TestClient.ProjectId), (New(region: "CN-North-4").Region, client.Region, client.ProjectId));
        Assert.Equal("ap-southeast-i", New(region: "AP-SOUTHEAST-I").Region);
    }

    [Fact]
    public async Task No_sign_in_method_sends_a_request_to_the_public_IAM_for_another_cloud()
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
                () => factory.ConnectWithPasswordAsync("user", new Secret("pass"), "acme", TestClient.Context()),
                () => factory.ConnectWithAccessKeyAsync("AKFOREIGN", Sk(), null, TestClient.Context()),
                () => factory.ConnectWithTokenAsync(new Secret("tok"), TestClient.Context()),
                () => factory.ConnectWithIdTokenAsync("ci", new Secret("a.b.c"), TestClient.Context()),
                () => factory.ConnectWithIdTokenFileAsync("ci", "file", TestClient.Context()),
                () => factory.ConnectWithFoundCredentialAsync(TestClient.Context()),
            })
            {
                VodClientException failure = await TestClient.FailureAsync(connect);
                Assert.Equal(ErrorIds.InvalidEndpoint, failure.ErrorCode);
                Assert.Contains("{IamEndpoint}", failure.Message, StringComparison.Ordinal);
            }

            // With a project ID, a key requires no IAM.
            using VodClient client = await new ConnectionFactory(settings with { ProjectId = "p" }).ConnectWithFoundCredentialAsync(TestClient.Context());
            Assert.Equal("vod.private.example", client.Endpoint.Host);
        }
    }

    [Fact]
    public void A_proxy_address_with_a_password_is_refused() => Assert.Equal(
        ErrorIds.InvalidEndpoint,
        Assert.Throws<VodClientException>(() => new ConnectionFactory(new ConnectSettings
        {
            Region = "cn-north-4",
            Transport = new TransportSettings { Proxy = new Uri("http://user:pw@proxy.example") },
        })).ErrorCode);

    private static async Task WithFileAsync(Func<string, Task> act)
    {
        string file = Path.GetTempFileName();
        try
        {
            await act(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

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

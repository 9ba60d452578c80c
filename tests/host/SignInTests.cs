using VodPreheat.Client;
using VodPreheat.Client.Connections;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Secrets;
using VodPreheat.TestServer;

namespace VodPreheat.HostTests;

/// <summary>Every method of signing in, each with a query that the service accepts.</summary>
public sealed class SignInTests : IDisposable
{
    private const string Key = LoopbackServer.DefaultAccessKey;
    private const string Project = LoopbackServer.DefaultProjectId;

    private readonly Cloud _cloud = new();

    [Fact]
    public async Task An_access_key_signs_requests()
    {
        await AssertWorksAsync(_cloud.ConnectAsync(), AuthenticationType.AccessKey);
        Assert.DoesNotContain(_cloud.Server.Requests, request => request.Area == "Iam");
    }

    [Fact]
    public async Task The_project_of_an_access_key_is_looked_up()
    {
        await AssertWorksAsync(_cloud.Factory().ConnectWithAccessKeyAsync(Key, SecretKey(), securityToken: null, Cloud.Context()), AuthenticationType.AccessKey);
        Assert.Contains(_cloud.Server.Requests, request => request.Area == "Iam");
    }

    [Fact]
    public Task A_temporary_access_key_signs_requests()
    {
        _cloud.Server.AddTemporaryKey("TEMPORARYKEY", "temporary-secret", "security-token", Project);
        return AssertWorksAsync(
            _cloud.Factory(projectId: Project).ConnectWithAccessKeyAsync("TEMPORARYKEY", new Secret("temporary-secret"), new Secret("security-token"), Cloud.Context()),
            AuthenticationType.AccessKey);
    }

    [Fact]
    public Task Token()
    {
        _cloud.Server.AddToken("a-token", Project);
        return AssertWorksAsync(_cloud.Factory(projectId: Project).ConnectWithTokenAsync(new Secret("a-token"), Cloud.Context()), AuthenticationType.Token);
    }

    [Fact]
    public async Task The_token_of_a_password_is_renewed_when_it_has_expired()
    {
        _cloud.Server.AddUser("user", "password", "account");
        using VodClient client = await _cloud.Factory().ConnectWithPasswordAsync("user", new Secret("password"), "account", Cloud.Context());
        await QueryAsync(client);
        _cloud.Server.ExpireToken(_cloud.Server.LastToken);
        await QueryAsync(client);
        Assert.Equal((AuthenticationType.Password, 2), (client.AuthenticationType, _cloud.Server.TokensIssued));
    }

    [Fact]
    public async Task An_incorrect_password_is_an_authentication_error()
    {
        _cloud.Server.AddUser("user", "password", "account");
        VodClientException refused = await Assert.ThrowsAsync<VodClientException>(() =>
            _cloud.Factory().ConnectWithPasswordAsync("user", new Secret("wrong"), "account", Cloud.Context()));
        Assert.Equal(FailureKind.Authentication, refused.Kind);
    }

    [Fact]
    public Task An_identity_token_is_exchanged()
    {
        _cloud.Server.AddIdentityProvider("ci", "vod");
        return AssertWorksAsync(
            _cloud.Factory().ConnectWithIdTokenAsync("ci", new Secret(_cloud.Server.MakeIdToken("ci", "vod")), Cloud.Context()), AuthenticationType.IdToken);
    }

    [Fact]
    public Task The_token_of_an_identity_token_file_is_renewed_when_it_has_expired() => WithFileAsync(async file =>
    {
        _cloud.Server.AddIdentityProvider("ci", "vod");
        await File.WriteAllTextAsync(file, _cloud.Server.MakeIdToken("ci", "vod"), TestContext.Current.CancellationToken);
        ConnectionFactory factory = _cloud.Factory(environment: [("HUAWEICLOUD_SDK_IDP_ID", "ci"), ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", file)]);
        using VodClient client = await factory.ConnectWithFoundCredentialAsync(Cloud.Context());
        await QueryAsync(client);
        _cloud.Server.ExpireToken(_cloud.Server.LastToken);
        await QueryAsync(client);
        Assert.Equal((AuthenticationType.IdToken, 2), (client.AuthenticationType, _cloud.Server.TokensIssued));
    });

    [Fact]
    public async Task The_access_keys_of_an_agency_are_renewed_when_they_have_expired()
    {
        ConnectionFactory factory = _cloud.Factory(environment: ("VODPREHEAT_METADATA_ENDPOINT", _cloud.Server.Endpoint.AbsoluteUri));
        using VodClient client = await factory.ConnectWithIdentityAsync(Cloud.Context());
        await QueryAsync(client);
        _cloud.Server.ExpireTemporaryKey(client.AccountName!);
        await QueryAsync(client);
        Assert.Equal((AuthenticationType.Identity, 2), (client.AuthenticationType, _cloud.Server.MetadataKeysIssued));
    }

    [Fact]
    public Task Environment() => AssertWorksAsync(
        _cloud.Factory(
            environment:
            [
                ("HUAWEICLOUD_SDK_AK", Key),
                ("HUAWEICLOUD_SDK_SK", LoopbackServer.DefaultSecretKey),
                ("HUAWEICLOUD_SDK_PROJECT_ID", Project),
            ]).ConnectWithFoundCredentialAsync(Cloud.Context()),
        AuthenticationType.AccessKey);

    [Fact]
    public Task A_credentials_file_is_used() => WithFileAsync(async file =>
    {
        await File.WriteAllTextAsync(file, $"[basic]\nak = {Key}\nsk = {LoopbackServer.DefaultSecretKey}\n", TestContext.Current.CancellationToken);
        ConnectionFactory factory = _cloud.Factory(environment: ("HUAWEICLOUD_SDK_CREDENTIALS_FILE", file));
        await AssertWorksAsync(factory.ConnectWithFoundCredentialAsync(Cloud.Context()), AuthenticationType.AccessKey);
    });

    [Fact]
    public async Task Sandbox()
    {
        using VodClient client = ConnectionFactory.ConnectSandbox(new TransportSettings());
        Assert.Equal(3, (await client.GetPreheatingResultsAsync("example", Cloud.Context())).Count);
    }

    public void Dispose() => _cloud.Dispose();

    private static Secret SecretKey() => new(LoopbackServer.DefaultSecretKey);

    private static async Task WithFileAsync(Func<string, Task> test)
    {
        string file = Path.GetTempFileName();
        try
        {
            await test(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task QueryAsync(VodClient client) =>
        Assert.Single(await client.GetPreheatingResultsAsync("a", Cloud.Context()));

    private static async Task AssertWorksAsync(Task<VodClient> signIn, AuthenticationType authenticationType)
    {
        using VodClient client = await signIn;
        await QueryAsync(client);
        Assert.Equal(authenticationType, client.AuthenticationType);
    }
}

using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Identity;
using VodPreheat.TestServer;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Identity;

public sealed class IdTokenFileExchangeTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly LoopbackServer _server = LoopbackServer.Start();
    private readonly IamClient _iam;
    private readonly IdTokenFileExchange _exchange;

    public IdTokenFileExchangeTests()
    {
        _server.AddIdentityProvider("ci", "vod");
        _iam = new IamClient(_server.Endpoint, TestClient.Settings(retries: 0), static () => []);
        _exchange = new IdTokenFileExchange(_iam, "ci", Path, new Project(TestClient.ProjectId, ""));
    }

    private string Path => _folder.File("token");

    public void Dispose()
    {
        _iam.Dispose();
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_refused_identity_token_is_sent_once_and_a_new_one_is_tried()
    {
        Write(_server.MakeIdToken("ci", "vod", "job", lifeSeconds: -1));
        VodClientException first = await TestClient.FailureAsync(GetAsync);
        VodClientException second = await TestClient.FailureAsync(GetAsync);
        Assert.Equal((1, first.ErrorCode), (_server.RequestCount, second.ErrorCode));

        // It is a refusal of this token, not of whoever asks.
        Assert.False(first.IsRefusal);
        Write(_server.MakeIdToken("ci", "vod"));
        await GetAsync();
        await GetAsync();
        Assert.Equal(3, _server.RequestCount);

        Write(_server.MakeIdToken("ci", "vod", "job", lifeSeconds: -2));
        await TestClient.FailureAsync(GetAsync);
        await TestClient.FailureAsync(GetAsync);
        Assert.Equal(4, _server.RequestCount);
    }

    [Fact]
    public async Task A_request_that_failed_otherwise_is_sent_again()
    {
        Write(_server.MakeIdToken("ci", "vod"));
        _server.AddIamFault(FaultKind.ResetBeforeHeaders);
        await TestClient.FailureAsync(GetAsync);
        await GetAsync();
        Assert.Equal(2, _server.RequestCount);
    }

    private void Write(string token) => File.WriteAllText(Path, token);

    private async Task GetAsync()
    {
        FetchedCredential fetched = await _exchange.GetTokenAsync(TestClient.Context());
        fetched.Credential.Dispose();
    }
}

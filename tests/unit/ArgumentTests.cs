using VodPreheat.Client;
using VodPreheat.Client.Connections;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Display;
using VodPreheat.Client.Edge;
using VodPreheat.Client.Jobs;
using VodPreheat.Client.Secrets;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests;

/// <summary>Each public method names the argument that must not be null, before it does anything.</summary>
public sealed class ArgumentTests
{
    [Fact]
    public async Task An_argument_that_is_null_is_named()
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = TestClient.Create(network);
        using var edge = new EdgeClient(TestClient.Settings(network));
        using var key = new Secret("key");

        Assert.Throws<ArgumentNullException>("client", () => new PreheatJob(null!, [], new(), TestClient.Context(), TimeProvider.System));
        Assert.Throws<ArgumentNullException>("urls", () => new PreheatJob(client, null!, new(), TestClient.Context(), TimeProvider.System));
        Assert.Throws<ArgumentNullException>("settings", () => new PreheatJob(client, [], null!, TestClient.Context(), TimeProvider.System));
        Assert.Throws<ArgumentNullException>("context", () => new PreheatJob(client, [], new(), null!, TimeProvider.System));
        Assert.Throws<ArgumentNullException>("clock", () => new PreheatJob(client, [], new(), TestClient.Context(), null!));
        await Assert.ThrowsAsync<ArgumentNullException>("taskId", () => client.GetPreheatingResultsAsync(null!, TestClient.Context()));
        await Assert.ThrowsAsync<ArgumentNullException>("context", () => client.GetPreheatingResultsAsync("t", null!));
        await Assert.ThrowsAsync<ArgumentNullException>("context", () => client.SubmitAssetAsync("a", null!));
        Assert.Throws<ArgumentNullException>("submission", () => client.Owns(null!));
        await Assert.ThrowsAsync<ArgumentNullException>("url", () => edge.TestAsync(null!, TestClient.Context()));
        await Assert.ThrowsAsync<ArgumentNullException>("context", () => edge.TestAsync("https://h/a", null!));
        Assert.Throws<ArgumentNullException>("settings", () => new EdgeClient(null!));
        Assert.Throws<ArgumentNullException>("settings", () => new ConnectionFactory(null!));
        Assert.Throws<ArgumentNullException>("readVariable", () => Endpoints.Vod(endpoint: null, "cn-north-4", null!));
        Assert.Throws<ArgumentNullException>("vod", () => Endpoints.Iam(endpoint: null, null!, "cn-north-4", static _ => null));
        Assert.Throws<ArgumentNullException>("readVariable", () => Endpoints.Iam(endpoint: null, TestClient.Endpoint, "cn-north-4", null!));
        Assert.Throws<ArgumentNullException>("accessKey", () => AccessKeyCredential.Create(null!, key, securityToken: null));
        Assert.Throws<ArgumentNullException>("secretKey", () => AccessKeyCredential.Create("AK", null!, securityToken: null));
        Assert.Throws<ArgumentNullException>("text", () => DisplayText.IsClean(null!));
        Assert.Throws<ArgumentNullException>("text", () => DisplayText.Clean(null!));
        Assert.Equal(0, network.Count);
    }
}

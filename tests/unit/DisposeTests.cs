using System.Text;
using VodPreheat.Client;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Edge;
using VodPreheat.Client.Http;
using VodPreheat.Client.Identity;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Secrets;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests;

public sealed class DisposeTests
{
    private static readonly Dictionary<string, Func<IDisposable>> s_makers = new()
    {
        [nameof(VodClient)] = () => TestClient.Create(new FakeNetwork(Answers.Good)),
        [nameof(EdgeClient)] = () => new EdgeClient(TestClient.Settings(new FakeNetwork(Answers.Good))),
        [nameof(IamClient)] = () => new IamClient(TestClient.Endpoint, TestClient.Settings(new FakeNetwork(Answers.Good)), static () => []),
        [nameof(MetadataClient)] = () => new MetadataClient(TestClient.Settings(new FakeNetwork(Answers.Good)), TestClient.Environment()),
        [nameof(HttpTransport)] = () => HttpTransport.Create(TestClient.Settings(new FakeNetwork(Answers.Good)), mayUseProxy: false),
        [nameof(FixedCredentialSource)] = () => new FixedCredentialSource(TestClient.Key(), AuthenticationType.AccessKey),
        [nameof(RenewingCredentialSource)] = () => new RenewingCredentialSource(
            AuthenticationType.Password,
            "user",
            static _ => throw new InvalidOperationException(),
            new IamClient(TestClient.Endpoint, TestClient.Settings(new FakeNetwork(Answers.Good)), static () => []),
            new Secret("password"),
            TimeProvider.System),
        [nameof(ProxyLogin)] = () => new ProxyLogin("user", string.Empty, new Secret("password")),
        [nameof(Secret)] = () => new Secret("secret"),
        [nameof(SecretBuffer)] = () => new SecretBuffer(10),
        [nameof(BodyContent)] = () => new BodyContent(Encoding.UTF8.GetBytes("{}"), 2, new HttpRequestMessage { Content = new StringContent("") }.Content!.Headers),
        ["OrderedRequestBuffer"] = () => new OrderedRequestBuffer<int, int>(1, Task.FromResult, static (_, _) => { }),
    };

    public static TheoryData<string> Names => [.. s_makers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void To_dispose_twice_is_harmless(string name)
    {
        IDisposable disposable = s_makers[name]();
        disposable.Dispose();
        Assert.Null(Record.Exception(disposable.Dispose));
    }
}

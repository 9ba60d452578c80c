using System.Text;
using VodPreheat.Client.Connections;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Identity;
using VodPreheat.Client.Secrets;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Errors;

// A name in braces in what a user or a server wrote would otherwise be replaced by the name of a parameter.
public sealed class HintTests
{
    private const string Outside = "x{Region}x";

    public static TheoryData<string, Func<Task>> Failures() => new()
    {
        { "region", () => ConnectAsync(new ConnectSettings { Region = Outside }) },
        { "endpoint", () => ConnectAsync(new ConnectSettings { Endpoint = new Uri(Outside, UriKind.Relative) }) },
        { "IAM endpoint", () => ConnectAsync(With(("HUAWEICLOUD_SDK_IAM_ENDPOINT", Outside))) },
        { "endpoint of the environment", () => ConnectAsync(With(("HUAWEICLOUD_SDK_REGION_VOD_CN_NORTH_4", Outside))) },
        { "proxy", () => ConnectAsync(new ConnectSettings { Transport = new() { Proxy = new Uri(Outside, UriKind.Relative) } }) },
        { "project ID", () => ConnectAsync(new ConnectSettings { Region = "cn-north-4", ProjectId = Outside }) },
        { "path", () => ConnectAsync(With(("HUAWEICLOUD_SDK_CREDENTIALS_FILE", $"/{Outside}"))) },
        { "address of the metadata service", () => Task.FromResult(new MetadataClient(TestClient.Settings(), TestClient.Environment((MetadataClient.EndpointVariable, Outside)))) },
        { "answer of the service", () => QueryAsync(Answers.Error(400, "VOD.10053", Outside)) },
        { "body of the answer", () => QueryAsync(Answers.Body(200, $$"""{"{{Outside}}":"{{Outside}}","preheating_results":3}""")) },
        { "claims of an identity token", ExchangeAsync },
    };

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public async Task What_came_from_outside_is_never_part_of_a_hint(string from, Func<Task> fail)
    {
        Assert.NotNull(from);
        VodClientException failure = await TestClient.FailureAsync(fail);
        Assert.NotEmpty(failure.Hint);
        Assert.DoesNotContain("x{", failure.Hint, StringComparison.Ordinal);
    }

    private static ConnectSettings With(params (string Name, string Value)[] variables) =>
        new() { Region = "cn-north-4", ReadVariable = TestClient.Environment(variables) };

    private static async Task ConnectAsync(ConnectSettings settings)
    {
        using (await new ConnectionFactory(settings with { Transport = settings.Transport with { Network = static () => new FakeNetwork() } })
            .ConnectWithFoundCredentialAsync(TestClient.Context()))
        {
        }
    }

    private static async Task QueryAsync(Answer answer) => throw await TestClient.QueryFailureAsync(answer);

    private static async Task ExchangeAsync()
    {
        string claims = Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"iss":"{{Outside}}"}""")).TrimEnd('=');
        using var network = new FakeNetwork(Answers.Error(401, "IAM.0007", "refused"));
        using var iam = new IamClient(TestClient.Endpoint, TestClient.Settings(network), () => []);
        using var token = new Secret($"a.{claims}.b");
        await iam.GetTokenAsync("ci", token, new Project("p", ""), TestClient.Context());
    }
}

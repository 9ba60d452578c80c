using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Identity;
using VodPreheat.Client.Secrets;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Identity;

public sealed class ProjectLookupTests
{
    private static readonly Uri s_iam = new("https://iam.test.invalid");
    private static int s_keys;

    [Fact]
    public async Task The_only_matching_project_is_cached_by_access_key_region_and_endpoint()
    {
        using var network = new FakeNetwork(Projects(("id1", "cn-north-4")));
        string accessKey = NewKey();
        foreach (int _ in new[] { 1, 2 })
        {
            Assert.Equal("id1", await FindAsync(network, Key(accessKey), "cn-north-4"));
            Assert.Equal(1, network.Count);
        }

        await FindAsync(network, Key(accessKey), "cn-north-1");
        Assert.Equal(2, network.Count);
        await FindAsync(network, Key(NewKey()), "cn-north-4");
        Assert.Equal(3, network.Count);
        await FindAsync(network, Key(accessKey), "cn-north-4", new Uri("https://other.test.invalid"));
        Assert.Equal(4, network.Count);
    }

    [Fact]
    public async Task The_project_of_a_token_is_not_cached()
    {
        using var network = new FakeNetwork(Projects(("id1", "cn-north-4")));
        await FindAsync(network, new TokenCredential(new Secret("a")), "cn-north-4");
        await FindAsync(network, new TokenCredential(new Secret("b")), "cn-north-4");
        Assert.Equal(2, network.Count);
    }

    [Fact]
    public async Task Without_a_match_all_projects_are_listed()
    {
        using var network = new FakeNetwork(Projects(), Projects(("id1", "cn-north-1"), ("id2", "cn-north-1_sub")));
        await AssertNotFoundAsync(network, "cn-north-1 (id1), cn-north-1_sub (id2)");
        Assert.Equal(["?name=cn-north-4", ""], network.Sent.Select(sent => sent.Uri.Query));
    }

    [Theory]
    [InlineData(20, "p20 (id20).")]
    [InlineData(21, "p20 (id20) and 1 more.")]
    [InlineData(1000, "p20 (id20) and 980 more.")]
    public async Task At_most_20_projects_are_listed(int count, string end)
    {
        using var network = new FakeNetwork(Projects(), Projects([.. Enumerable.Range(1, count).Select(static number => ($"id{number}", $"p{number}"))]));
        await AssertNotFoundAsync(network, end);
    }

    [Fact]
    public async Task No_projects_at_all_are_reported()
    {
        using var network = new FakeNetwork(Projects());
        await AssertNotFoundAsync(network, "Found: none");
    }

    [Fact]
    public async Task Several_matching_projects_are_listed()
    {
        using var network = new FakeNetwork(Projects(("id1", "cn-north-4"), ("id2", "cn-north-4")));
        await AssertNotFoundAsync(network, "cn-north-4 (id1), cn-north-4 (id2)");
    }

    [Fact]
    public async Task Without_permission_the_error_says_to_specify_the_project()
    {
        using var network = new FakeNetwork(Answers.Error(403, "IAM.0002", "You are not authorized"));
        await AssertNotFoundAsync(network, "You are not authorized");
    }

    [Fact]
    public async Task A_refused_key_is_an_authentication_error_and_is_not_cached()
    {
        using var network = new FakeNetwork(Answers.Unauthorized, Projects(("id1", "cn-north-4")));
        AccessKeyCredential key = Key(NewKey());
        Assert.Equal(FailureKind.Authentication, (await TestClient.FailureAsync(() => FindAsync(network, key, "cn-north-4"))).Kind);
        Assert.Equal(1, network.Count);
        Assert.Equal("id1", await FindAsync(network, key, "cn-north-4"));
    }

    private static Answer Projects(params (string Id, string Name)[] projects) => Answers.Body(200, System.Text.Json.JsonSerializer.Serialize(
        new { projects = projects.Select(project => new { id = project.Id, name = project.Name }) }));

    private static string NewKey() => $"LOOKUPAK{Interlocked.Increment(ref s_keys)}";

    private static AccessKeyCredential Key(string accessKey) => new(accessKey, new Secret(TestClient.SecretKey), null);

    private static async Task<string> FindAsync(FakeNetwork network, Credential credential, string region, Uri? address = null)
    {
        using var iam = new IamClient(address ?? s_iam, TestClient.Settings(network, new SkippingClock()), () => []);
        return await ProjectLookup.FindAsync(iam, address ?? s_iam, region, credential, TestClient.Context());
    }

    private static async Task AssertNotFoundAsync(FakeNetwork network, string expected)
    {
        VodClientException failure = await TestClient.FailureAsync(() => FindAsync(network, Key(NewKey()), "cn-north-4"));
        Assert.Equal((ErrorIds.ProjectNotFound, FailureKind.ProjectNotFound), (failure.ErrorCode, failure.Kind));
        Assert.Contains(expected, failure.What, StringComparison.Ordinal);
        Assert.Contains("{ProjectId}", failure.Hint, StringComparison.Ordinal);
    }
}

using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Identity;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Identity;

public sealed class ProjectLookupTests
{
    private static readonly Uri s_iam = new("https://iam.test.invalid");
    private static int s_keys;

    [Fact]
    public async Task The_one_project_of_the_name_is_found_and_kept_by_key_region_and_address()
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
    public async Task For_a_token_nothing_is_kept()
    {
        using var network = new FakeNetwork(Projects(("id1", "cn-north-4")));
        await FindAsync(network, new TokenCredential(new Secret("a")), "cn-north-4");
        await FindAsync(network, new TokenCredential(new Secret("b")), "cn-north-4");
        Assert.Equal(2, network.Count);
    }

    [Fact]
    public async Task None_lists_what_there_is()
    {
        using var network = new FakeNetwork(Projects(), Projects(("id1", "cn-north-1"), ("id2", "cn-north-1_sub")));
        await AssertNotFoundAsync(network, "cn-north-1 (id1), cn-north-1_sub (id2)");
        Assert.Equal(["?name=cn-north-4", ""], network.Sent.Select(sent => sent.Uri.Query));
    }

    [Fact]
    public async Task None_at_all_says_so()
    {
        using var network = new FakeNetwork(Projects());
        await AssertNotFoundAsync(network, "Found: none");
    }

    [Fact]
    public async Task Several_are_listed()
    {
        using var network = new FakeNetwork(Projects(("id1", "cn-north-4"), ("id2", "cn-north-4")));
        await AssertNotFoundAsync(network, "cn-north-4 (id1), cn-north-4 (id2)");
    }

    [Fact]
    public async Task Without_permission_to_look_the_project_is_to_be_given()
    {
        using var network = new FakeNetwork(Answers.Error(403, "IAM.0002", "You are not authorized"));
        await AssertNotFoundAsync(network, "You are not authorized");
    }

    [Fact]
    public async Task A_refused_key_stays_a_refused_key_and_is_not_kept()
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
        return await ProjectLookup.FindAsync(iam, address ?? s_iam, region, credential, TestClient.Scope());
    }

    private static async Task AssertNotFoundAsync(FakeNetwork network, string told)
    {
        VodClientException failure = await TestClient.FailureAsync(() => FindAsync(network, Key(NewKey()), "cn-north-4"));
        Assert.Equal((ErrorIds.ProjectNotFound, FailureKind.ProjectNotFound), (failure.ErrorCode, failure.Kind));
        Assert.Contains(told, failure.What, StringComparison.Ordinal);
        Assert.Contains("project ID", failure.Hint.ToString(), StringComparison.Ordinal);
    }
}

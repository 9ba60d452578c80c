using VodPreheat.Client;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Journal;
using VodPreheat.Client.Preheating;
using VodPreheat.Client.Secrets;
using VodPreheat.TestServer;

namespace VodPreheat.UnitTests.Support;

/// <summary>Clients over a fake network or the test server, and short forms of their calls.</summary>
internal static class TestClient
{
    public const string AccessKey = LoopbackServer.DefaultAccessKey;
    public const string SecretKey = LoopbackServer.DefaultSecretKey;
    public const string ProjectId = LoopbackServer.DefaultProjectId;

    public static readonly Uri Endpoint = new("https://vod.test.invalid");

    /// <summary>Settings without rate limits by default, over a fake network, or over sockets if it is null.</summary>
    public static TransportSettings Settings(
        HttpMessageHandler? network = null, TimeProvider? clock = null, int retries = 3, int perMinute = 0, int submissionsPerMinute = 0) => new()
        {
            Network = network is null ? null : () => network,
            Clock = clock ?? TimeProvider.System,
            Timeout = clock is ManualClock ? ManualClock.Endless : SkippingClock.Endless,
            MaximumRetryCount = retries,
            RequestsPerMinute = perMinute,
            SubmissionsPerMinute = submissionsPerMinute,
        };

    public static AccessKeyCredential Key(string? securityToken = null) =>
        new(AccessKey, new Secret(SecretKey), securityToken is null ? null : new Secret(securityToken));

    public static VodClient Create(Uri endpoint, TransportSettings settings, Credential? credential = null) =>
        Create(endpoint, settings, SubmissionJournal.InMemory(), credential);

    public static VodClient Create(
        Uri endpoint, TransportSettings settings, SubmissionJournal journal, Credential? credential = null, string projectId = ProjectId) =>
        new(endpoint, projectId, new FixedCredentialSource(credential ?? Key(), AuthenticationType.AccessKey), settings, journal) { Region = "cn-north-4" };

    public static VodClient Create(CredentialSource source, TransportSettings settings) =>
        new(Endpoint, ProjectId, source, settings, SubmissionJournal.InMemory());

    public static VodClient Create(
        FakeNetwork network, TimeProvider? clock = null, int retries = 3, int perMinute = 0, int submissionsPerMinute = 0) =>
        Create(Endpoint, Settings(network, clock, retries, perMinute, submissionsPerMinute));

    public static InvocationContext Context() => new(CancellationToken.None);

    public static Task<IReadOnlyList<UrlResult>> QueryAsync(this VodClient client, string taskId = "t", InvocationContext? context = null) =>
        client.GetPreheatingResultsAsync(taskId, context ?? Context());

    /// <summary>Submits a URL; returns the task ID.</summary>
    public static async Task<string> SubmitAsync(this VodClient client, InvocationContext? context = null) =>
        (await client.SubmitUrlsAsync(["https://cdn.example.com/a.mp4"], context ?? Context())).TaskId!;

    /// <summary>Queries or submits, by the method's name.</summary>
    public static Task SendAsync(this VodClient client, string method, InvocationContext? context = null) =>
        method == "GET" ? client.QueryAsync(context: context) : client.SubmitAsync(context);

    public static Task<VodClientException> FailureAsync(Func<Task> act) => Assert.ThrowsAsync<VodClientException>(act);

    /// <summary>The failure of one query over a fake network.</summary>
    public static async Task<VodClientException> QueryFailureAsync(Answer answer, int retries = 0, TimeProvider? clock = null)
    {
        using var network = new FakeNetwork(answer);
        using VodClient client = Create(network, clock, retries);
        return await FailureAsync(() => client.QueryAsync());
    }

    public static string[] TraceOf(InvocationContext context)
    {
        var lines = new List<string>();
        while (context.TryTakeTrace(out string? line))
        {
            lines.Add(line);
        }

        return [.. lines];
    }

    /// <summary>Waits until the condition is true; only a failing test waits for long.</summary>
    public static async Task EventuallyAsync(Func<bool> condition)
    {
        for (int i = 0; i < 3000 && !condition(); i++)
        {
            await Task.Delay(5);
        }

        Assert.True(condition(), "The condition was not true within 15 s.");
    }

    /// <summary>Asserts that the work ends because it was canceled.</summary>
    public static Task AssertCanceledAsync(Task work) =>
        Assert.ThrowsAnyAsync<OperationCanceledException>(() => work.WaitAsync(TimeSpan.FromSeconds(15)));

    /// <summary>Reads only these environment variables; the journal is off unless one of them is its path.</summary>
    public static Func<string, string?> Environment(params (string Name, string Value)[] variables) =>
        name => variables.FirstOrDefault(variable => variable.Name == name).Value ?? (name == "VODPREHEAT_JOURNAL" ? "off" : null);
}

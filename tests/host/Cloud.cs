using VodPreheat.Client;
using VodPreheat.Client.Connections;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Journal;
using VodPreheat.Client.Secrets;
using VodPreheat.TestServer;

namespace VodPreheat.HostTests;

/// <summary>A test server on a socket, and connections to it.</summary>
internal sealed class Cloud : IDisposable
{
    private readonly string _journal = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public Cloud() => Server.AnyTask = true;

    public LoopbackServer Server { get; } = LoopbackServer.Start();

    /// <summary>The journal of all connections to this cloud.</summary>
    public SubmissionJournal Journal => SubmissionJournal.OfThisMachine(name => name == "VODPREHEAT_JOURNAL" ? _journal : null);

    public static InvocationContext Context() => new(CancellationToken.None);

    /// <summary>A factory for any method of signing in to this cloud; the environment has only these variables, and the journal.</summary>
    public ConnectionFactory Factory(TransportSettings? transport = null, string? projectId = null, params (string Name, string Value)[] environment) => new(
        new ConnectSettings
        {
            Region = LoopbackServer.DefaultProjectName,
            Endpoint = Server.Endpoint,
            IamEndpoint = Server.Endpoint,
            ProjectId = projectId,
            Transport = transport ?? new TransportSettings(),
            ReadVariable = name => name == "VODPREHEAT_JOURNAL" ? _journal : Array.Find(environment, variable => variable.Name == name).Value,
        });

    /// <summary>A connection by access key.</summary>
    public Task<VodClient> ConnectAsync(TransportSettings? transport = null) =>
        Factory(transport, LoopbackServer.DefaultProjectId)
            .ConnectWithAccessKeyAsync(LoopbackServer.DefaultAccessKey, new Secret(LoopbackServer.DefaultSecretKey), securityToken: null, Context());

    public void Dispose()
    {
        Server.Dispose();
        if (Directory.Exists(_journal))
        {
            Directory.Delete(_journal, recursive: true);
        }
    }
}

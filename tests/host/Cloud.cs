using VodPreheat.Client;
using VodPreheat.Client.Connections;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Http;
using VodPreheat.TestServer;

namespace VodPreheat.HostTests;

/// <summary>A server on a real socket that plays the cloud, and connections to it.</summary>
internal sealed class Cloud : IDisposable
{
    public Cloud() => Server.AnyTask = true;

    public LoopbackServer Server { get; } = LoopbackServer.Start();

    public static InvocationContext Scope() => new(CancellationToken.None);

    /// <summary>Any way of signing in, within this cloud; the environment holds only these variables, and no journal is kept.</summary>
    public ConnectionFactory Factory(TransportSettings? transport = null, string? projectId = null, params (string Name, string Value)[] environment) => new(
        new ConnectSettings
        {
            Region = LoopbackServer.DefaultProjectName,
            Endpoint = Server.Endpoint,
            IamEndpoint = Server.Endpoint,
            ProjectId = projectId,
            Transport = transport ?? new TransportSettings(),
            ReadVariable = name => name == "VODPREHEAT_JOURNAL" ? "off" : Array.Find(environment, variable => variable.Name == name).Value,
        });

    /// <summary>A connection by access key.</summary>
    public Task<VodClient> ConnectAsync(TransportSettings? transport = null) =>
        Factory(transport, LoopbackServer.DefaultProjectId)
            .ConnectWithAccessKeyAsync(LoopbackServer.DefaultAccessKey, new Secret(LoopbackServer.DefaultSecretKey), securityToken: null, Scope());

    public void Dispose() => Server.Dispose();
}

// A process that submits URLs, one per request, for tests of the journal with many processes, or with one that is terminated.
// Arguments: a name, which is part of the URLs; the number of URLs; and the destination: an address, "itself" for answers without a network, or
// "ahead" for the same with a clock that is in the next month.
// Writes a line before it begins, and one for each submission that was accepted.

using System.Globalization;
using System.Net;
using System.Text;
using VodPreheat.Client;
using VodPreheat.Client.Connections;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Secrets;
using VodPreheat.Submitter;
using VodPreheat.TestServer;

(string name, int count, string where) = (args[0], int.Parse(args[1], CultureInfo.InvariantCulture), args[2]);
bool isServer = where.StartsWith("http", StringComparison.Ordinal);
var context = new InvocationContext(CancellationToken.None);
using VodClient client = await new ConnectionFactory(new ConnectSettings
{
    Region = LoopbackServer.DefaultProjectName,
    ProjectId = LoopbackServer.DefaultProjectId,
    Endpoint = isServer ? new Uri(where) : null,
    Transport = new TransportSettings
    {
        SubmissionsPerMinute = 0,
        Clock = where == "ahead" ? new ClockInNextMonth() : TimeProvider.System,
        Network = isServer ? null : () => new AcceptingNetwork(),
    },
}).ConnectWithAccessKeyAsync(LoopbackServer.DefaultAccessKey, new Secret(LoopbackServer.DefaultSecretKey), securityToken: null, context);
await Console.Out.WriteLineAsync("ready");
try
{
    for (int i = 0; i < count; i++)
    {
        await client.SubmitUrlsAsync([string.Create(CultureInfo.InvariantCulture, $"https://cdn.example.com/{name}/{i}.mp4")], context);
        await Console.Out.WriteLineAsync("accepted");
    }
}
catch (VodClientException failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}

while (context.TryTakeWarning(out string? warning))
{
    await Console.Error.WriteLineAsync(warning);
}

return 0;

namespace VodPreheat.Submitter
{
    /// <summary>Accepts every submission, without a network.</summary>
    internal sealed class AcceptingNetwork : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.Accepted)
            {
                Content = new StringContent($$"""{"task_id":"{{Guid.NewGuid():N}}"}""", Encoding.UTF8, "application/json"),
            });
    }

    /// <summary>A clock that is ahead by a month.</summary>
    internal sealed class ClockInNextMonth : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddMonths(1);
    }
}

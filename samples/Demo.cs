#:project ../src/VodPreheat.Client/VodPreheat.Client.csproj
#:property TargetFramework=net10.0
#:property PublishAot=false
#:property EnforceCodeStyleInBuild=false

// The same job as Demo.ps1, from C#: submit to the sandbox, wait, say what failed. Run it with: dotnet run samples/Demo.cs

using VodPreheat.Client;
using VodPreheat.Client.Http;
using VodPreheat.Client.Identity;
using VodPreheat.Client.Json;
using VodPreheat.Client.Pipeline;

using VodClient client = ConnectionFactory.ConnectSandbox(new TransportSettings());
var scope = new InvocationContext(CancellationToken.None);

Console.WriteLine("Results of task 'example':");
Show(await client.GetPreheatingResultsAsync("example", scope));

string[] urls = ["https://cdn.example.com/premiere/part1.mp4", "https://cdn.example.com/premiere/part2-fail.mp4"];
string taskId = (await client.SubmitUrlsAsync(urls, scope)).TaskId!;
Console.WriteLine($"\nSubmitted {urls.Length} URLs as task {taskId}; waiting.");

var poller = new PreheatTaskPoller(client, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), scope, TimeProvider.System);
poller.Add(taskId);
while (await poller.NextEndAsync() is { } end)
{
    Console.WriteLine("\nFailed:");
    Show(end.Rows.Where(row => PreheatStatus.IsFailed(row.Status)));
}

static void Show(IEnumerable<PreheatingRow> rows)
{
    foreach (PreheatingRow row in rows)
    {
        Console.WriteLine($"  {row.Status,-10}  {row.Url}");
    }
}

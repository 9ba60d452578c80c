using System.Globalization;
using System.Text.Json;

namespace VodPreheat.TestServer;

/// <summary>Runs the server as a program, for manual tests and for measurements in another process.</summary>
internal static class Program
{
    private const string Usage =
        "usage: VodPreheat.TestServer [--port N] [--latency-ms N] [--any-task] [--forget-requests]\n" +
        "Prints one JSON line with the endpoint and the keys, and runs until its standard input closes.";

    private static int Main(string[] args)
    {
        int port = 0;
        int latencyMs = 0;
        bool anyTask = false;
        bool keepRequests = true;
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--port" when TryNumber(args, ++i, out port):
                case "--latency-ms" when TryNumber(args, ++i, out latencyMs):
                    break;
                case "--any-task":
                    anyTask = true;
                    break;
                case "--forget-requests":
                    keepRequests = false;
                    break;
                default:
                    Console.Error.WriteLine(Usage);
                    return 2;
            }
        }

        using LoopbackServer server = LoopbackServer.StartOn(port);
        server.LatencyMs = latencyMs;
        server.AnyTask = anyTask;
        server.KeepRequests = keepRequests;
        Console.Out.WriteLine(JsonSerializer.Serialize(new
        {
            endpoint = server.Endpoint.GetLeftPart(UriPartial.Authority),
            accessKey = LoopbackServer.DefaultAccessKey,
            secretKey = LoopbackServer.DefaultSecretKey,
            projectId = LoopbackServer.DefaultProjectId,
            region = LoopbackServer.DefaultProjectName,
        }));

        while (Console.In.Read() >= 0)
        {
            // Only the end of the input matters: it closes when the process that started the server ends.
        }

        return 0;
    }

    private static bool TryNumber(string[] args, int index, out int value)
    {
        value = 0;
        return index < args.Length
            && int.TryParse(args[index], NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}

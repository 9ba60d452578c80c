using System.Net;
using VodPreheat.Client.Edge;
using VodPreheat.Client.Http;
using VodPreheat.Client.Secrets;

namespace VodPreheat.Client.Sandbox;

/// <summary>The CDN of the sandbox: URLs that fail there are denied, others are in the cache. Nothing is requested.</summary>
public static class SandboxEdge
{
    private static readonly EdgeFindings s_findings = new(new TransportSettings(), new Redactor(static () => []));

    /// <summary>The result of a test of a URL.</summary>
    public static EdgeTestResult Test(string url)
    {
        bool fails = SandboxTasks.Fails(url);
        using var response = new HttpResponseMessage(fails ? HttpStatusCode.Forbidden : HttpStatusCode.OK);
        response.Headers.TryAddWithoutValidation("x-hcs-proxy-type", fails ? "0" : "1");
        EdgeTestResult result = s_findings.FromResponse(response, isForwarded: false);
        return result with { Hint = $"The sandbox simulates the CDN; nothing was requested. {result.Hint}" };
    }
}

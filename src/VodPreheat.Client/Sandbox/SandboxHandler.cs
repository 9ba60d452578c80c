using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Json;
using VodPreheat.Client.Preheating;
using VodPreheat.Client.Secrets;
using VodPreheat.Client.Signing;

namespace VodPreheat.Client.Sandbox;

/// <summary>
/// The API, answered in the process instead of by the network: everything above it (signature, retry, rate limit, JSON) runs as
/// usual. Its answers and errors are those of the API reference.
/// </summary>
/// <param name="clock">The clock of the service: by it, URLs finish.</param>
/// <param name="readVariable">Reads an environment variable.</param>
internal sealed class SandboxHandler(TimeProvider clock, Func<string, string?> readVariable) : HttpMessageHandler
{
    /// <summary>The project of every sandbox.</summary>
    public const string ProjectId = "00000000000000000000000000005a0d";

    private readonly TimeProvider _clock = clock;
    private readonly SandboxTasks _tasks = new(clock, readVariable);

    /// <summary>An address that exists in no network (RFC 2606).</summary>
    public static Uri Endpoint { get; } = new("https://vod.sandbox.invalid");

    /// <summary>A key that is useless elsewhere.</summary>
    public static AccessKeyCredential CreateCredential() => new("SANDBOX", new Secret("sandbox-key-worth-nothing"), securityToken: null);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!request.Headers.Contains(HeaderNames.Authorization) || !request.Headers.Contains(HeaderNames.Date))
        {
            return Error(HttpStatusCode.Unauthorized, "APIGW.0301", "Incorrect IAM authentication information: x-auth-token not found");
        }

        if (request.RequestUri!.AbsolutePath != $"/v1.0/{ProjectId}/asset/preheating")
        {
            return Error(HttpStatusCode.NotFound, "APIGW.0101", "The API does not exist or has not been published in the environment");
        }

        if (request.Method == HttpMethod.Get)
        {
            return Show(request.RequestUri.Query);
        }

        return request.Method == HttpMethod.Post
            ? Create(await request.Content!.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false))
            : Error(HttpStatusCode.Forbidden, "VOD.10058", "The request method is incorrect.");
    }

    private HttpResponseMessage Show(string query)
    {
        const string Prefix = "?task_id=";
        if (!query.StartsWith(Prefix, StringComparison.Ordinal) || query.Length == Prefix.Length)
        {
            return IllegalField("task_id");
        }

        string taskId = Uri.UnescapeDataString(query[Prefix.Length..]);
        return _tasks.Find(taskId) is not { } results
            ? Error(HttpStatusCode.BadRequest, "VOD.10062", "The asset or resource does not exist.")
            : Answer(HttpStatusCode.OK, json =>
            {
                json.WriteStartArray("preheating_results");
                foreach (UrlResult result in results)
                {
                    json.WriteStartObject();
                    json.WriteString("url", result.Url);
                    json.WriteString("status", result.Status);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
    }

    private HttpResponseMessage Create(byte[] body)
    {
        var urls = new List<string>();
        string? assetId;
        try
        {
            assetId = JsonFields.Text(body, "asset_id");
            ReadOnlySpan<byte> list = JsonFields.Find(body, "urls");
            foreach (ReadOnlySpan<byte> url in JsonFields.Items(list.IsEmpty ? "[]"u8 : list))
            {
                urls.Add(JsonFields.Text(url) ?? throw new JsonException("a URL is null"));
            }
        }
        catch (JsonException)
        {
            return IllegalField("body");
        }

        if (urls.Count > 0 == !string.IsNullOrEmpty(assetId) || !urls.TrueForAll(PreheatUrl.IsValid))
        {
            return IllegalField("urls");
        }

        if (urls.Count > VodClient.MaxUrlsPerRequest)
        {
            return Error(HttpStatusCode.BadRequest, "VOD.10109", "A maximum of 10 URLs can be preheated at a time.");
        }

        return _tasks.TryCreate(urls.Count > 0 ? urls : SandboxTasks.FilesOf(assetId!), out string taskId)
            ? Answer(HttpStatusCode.Accepted, json => json.WriteString("task_id", taskId))
            : Error(HttpStatusCode.Forbidden, "VOD.10086", $"The total number of preheat URLs exceeds {_tasks.Quota}.");
    }

    private HttpResponseMessage IllegalField(string name) =>
        Error(HttpStatusCode.BadRequest, "VOD.10053", $"The request parameter is illegal, illegal field: {{{name}}}.");

    private HttpResponseMessage Error(HttpStatusCode status, string code, string message) => Answer(status, json =>
    {
        json.WriteString("error_code", code);
        json.WriteString("error_msg", message);
    });

    private HttpResponseMessage Answer(HttpStatusCode status, Action<Utf8JsonWriter> writeMembers)
    {
        var response = new HttpResponseMessage(status) { Content = new ReadOnlyMemoryContent(PreheatingJson.WriteObject(writeMembers)) };
        response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        response.Headers.Add("Date", _clock.GetUtcNow().ToString("R", CultureInfo.InvariantCulture));
        response.Headers.Add("X-Request-Id", Guid.NewGuid().ToString("N"));
        return response;
    }
}

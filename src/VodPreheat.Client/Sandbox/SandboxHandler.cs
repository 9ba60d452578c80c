using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Http;
using VodPreheat.Client.Json;

namespace VodPreheat.Client.Sandbox;

/// <summary>
/// The API, answered inside the process in place of the network: everything above it (signature, retry, pace, JSON) runs as
/// in earnest. Its answers and errors are those of the API's pages.
/// </summary>
/// <param name="quota">URLs that may be submitted.</param>
internal sealed class SandboxHandler(int quota) : HttpMessageHandler
{
    /// <summary>The project of every sandbox.</summary>
    public const string ProjectId = "00000000000000000000000000005a0d";

    private readonly SandboxTasks _tasks = new(TimeProvider.System, quota);

    /// <summary>An address that no network knows (RFC 2606).</summary>
    public static Uri Endpoint { get; } = new("https://vod.sandbox.invalid");

    /// <summary>A key that is worth nothing elsewhere.</summary>
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
        return _tasks.Find(taskId) is not { } rows
            ? Error(HttpStatusCode.BadRequest, "VOD.10062", "The asset or resource does not exist.")
            : Answer(HttpStatusCode.OK, JsonSerializer.SerializeToUtf8Bytes(
                new ShowAnswer { Results = rows.ConvertAll(static row => new ShowRow { Url = row.Url, Status = row.Status }) },
                VodJsonContext.Default.ShowAnswer));
    }

    private HttpResponseMessage Create(byte[] body)
    {
        CreateRequest? request;
        try
        {
            request = JsonSerializer.Deserialize(body, VodJsonContext.Default.CreateRequest);
        }
        catch (JsonException)
        {
            return IllegalField("body");
        }

        IReadOnlyList<string>? urls = request?.Urls;
        bool hasUrls = urls is { Count: > 0 };
        if (hasUrls == !string.IsNullOrEmpty(request?.AssetId))
        {
            return IllegalField("urls");
        }

        if (urls?.Count > VodClient.MaxUrlsPerRequest)
        {
            return Error(HttpStatusCode.BadRequest, "VOD.10109", "A maximum of 10 URLs can be preheated at a time.");
        }

        return _tasks.TryCreate(hasUrls ? urls! : SandboxTasks.FilesOf(request!.AssetId!), out string taskId)
            ? Answer(HttpStatusCode.Accepted, JsonSerializer.SerializeToUtf8Bytes(new CreateAnswer { TaskId = taskId }, VodJsonContext.Default.CreateAnswer))
            : Error(HttpStatusCode.Forbidden, "VOD.10086", $"The total number of preheat URLs exceeds {quota}.");
    }

    private static HttpResponseMessage IllegalField(string name) =>
        Error(HttpStatusCode.BadRequest, "VOD.10053", $"The request parameter is illegal, illegal field: {{{name}}}.");

    private static HttpResponseMessage Error(HttpStatusCode status, string code, string message) =>
        Answer(status, Encoding.UTF8.GetBytes($$"""{"error_code":"{{code}}","error_msg":"{{message}}"}"""));

    private static HttpResponseMessage Answer(HttpStatusCode status, byte[] body)
    {
        var response = new HttpResponseMessage(status) { Content = new ByteArrayContent(body) };
        response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        response.Headers.Add("X-Request-Id", Guid.NewGuid().ToString("N"));
        return response;
    }
}

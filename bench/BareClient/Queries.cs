using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace BareClient;

/// <summary>What a developer writes who needs only this query: no retry, no rate limit, no trace, no timeout for each attempt.</summary>
internal sealed class Queries : IDisposable
{
    private const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private readonly string _accessKey = Variable("AK");
    private readonly byte[] _secretKey = Encoding.UTF8.GetBytes(Variable("SK"));
    private readonly string _projectId = Variable("PROJECT_ID");

    // The settings of the module's own handler.
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ActivityHeadersPropagator = null,
    });

    /// <summary>Makes the queries, so many in flight; gives the number of rows.</summary>
    public async Task<int> RunAsync(string endpoint, int count, int inFlight)
    {
        var answers = new Answer[count];
        int next = -1;
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(async _ =>
        {
            int index;
            while ((index = Interlocked.Increment(ref next)) < count)
            {
                answers[index] = await QueryAsync(endpoint, index.ToString("x32", CultureInfo.InvariantCulture)).ConfigureAwait(false);
            }
        })).ConfigureAwait(false);
        return answers.Sum(static answer => answer.Results.Length);
    }

    public void Dispose() => _client.Dispose();

    private async Task<Answer> QueryAsync(string endpoint, string taskId)
    {
        var uri = new Uri($"{endpoint}/v1.0/{_projectId}/asset/preheating?task_id={taskId}");
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        string date = DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        request.Headers.Host = uri.Authority;
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("X-Project-Id", _projectId);
        request.Headers.TryAddWithoutValidation("X-Sdk-Date", date);
        request.Headers.TryAddWithoutValidation("Authorization", Sign(uri, date));
        using HttpResponseMessage response = await _client.SendAsync(request).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        byte[] body = await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
        return JsonSerializer.Deserialize(body, AnswerContext.Default.Answer) ?? throw new InvalidDataException();
    }

    private string Sign(Uri uri, string date)
    {
        const string Names = "host;x-project-id;x-sdk-date";
        string canonical = $"GET\n{uri.AbsolutePath}/\n{uri.Query[1..]}\nhost:{uri.Authority}\nx-project-id:{_projectId}\nx-sdk-date:{date}\n\n{Names}\n{EmptyHash}";
        string text = $"SDK-HMAC-SHA256\n{date}\n{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))).ToLowerInvariant()}";
        string signature = Convert.ToHexString(HMACSHA256.HashData(_secretKey, Encoding.UTF8.GetBytes(text))).ToLowerInvariant();
        return $"SDK-HMAC-SHA256 Access={_accessKey}, SignedHeaders={Names}, Signature={signature}";
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable("HUAWEICLOUD_SDK_" + name)
        ?? throw new InvalidOperationException($"HUAWEICLOUD_SDK_{name} is not set.");
}

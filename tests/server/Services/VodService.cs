using System.Text.Json;
using VodPreheat.TestServer.State;
using VodPreheat.TestServer.Wire;

namespace VodPreheat.TestServer.Services;

/// <summary>The pre-loading API of Video on Demand, behind the gateway.</summary>
internal static class VodService
{
    private const int UrlsInOneRequest = 10;

    public static HttpAnswer Answer(ServerState state, RecordedRequest request, string[] projectIds)
    {
        string inPath = request.Path.Split('/')[2];
        string inHeader = request.Header("X-Project-Id") ?? inPath;
        if (!projectIds.Contains(inPath) || inHeader != inPath)
        {
            return Errors.Service(403, "VOD.10057", "Failed to check the tenant ID.");
        }

        return request.Method switch
        {
            "GET" => Query(state.Tasks, request),
            "POST" => Create(state.Tasks, request),
            _ => Errors.Service(403, "VOD.10058", "The request method is incorrect."),
        };
    }

    private static HttpAnswer Query(TaskBook tasks, RecordedRequest request)
    {
        if (string.IsNullOrEmpty(request.TaskId))
        {
            return Errors.IllegalField("task_id");
        }

        return tasks.Query(request.TaskId) is { } rows
            ? HttpAnswer.Json(200, new { preheating_results = rows.Select(Row) })
            : Errors.Service(400, "VOD.10062", "The asset or resource does not exist.");
    }

    private static object Row(string row)
    {
        int blank = row.IndexOf(' ', StringComparison.Ordinal);
        return blank < 0 ? new { status = row } : new { url = row[(blank + 1)..], status = row[..blank] };
    }

    private static HttpAnswer Create(TaskBook tasks, RecordedRequest request)
    {
        if (request.Header("Content-Type")?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            return Errors.Service(403, "VOD.10059", "The content type is incorrect.");
        }

        if (Json.TryParse(request.BodyBytes) is not { ValueKind: JsonValueKind.Object } body)
        {
            return Errors.IllegalField("body");
        }

        string? assetId = Json.Text(body, "asset_id");
        bool hasUrls = body.TryGetProperty("urls", out JsonElement list);
        if (hasUrls == assetId is not null)
        {
            return Errors.IllegalField("urls");
        }

        string? taskId;
        if (assetId is not null)
        {
            taskId = tasks.SubmitAsset(assetId);
        }
        else
        {
            string[]? urls = Json.Texts(list);
            if (urls is null or [] || urls.Any(url => !url.StartsWith("http", StringComparison.OrdinalIgnoreCase)))
            {
                return Errors.IllegalField("urls");
            }

            if (urls.Any(tasks.IsRefused))
            {
                return Errors.IllegalField("urls");
            }

            if (urls.Length > UrlsInOneRequest)
            {
                return Errors.Service(400, "VOD.10109", "A maximum of 10 URLs can be preheated at a time.");
            }

            taskId = tasks.SubmitUrls(urls);
        }

        return taskId is null
            ? Errors.Service(403, "VOD.10086", $"The total number of preheat URLs exceeds {{{tasks.Quota}}}.")
            : HttpAnswer.Json(202, new { task_id = taskId });
    }
}

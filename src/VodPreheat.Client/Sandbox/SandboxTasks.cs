using VodPreheat.Client.Json;

namespace VodPreheat.Client.Sandbox;

/// <summary>
/// The tasks of one sandbox. A submitted URL is processing for a few seconds, then succeed, or failed if its path has "fail"
/// in it; the URLs of a task end one after the other.
/// </summary>
internal sealed class SandboxTasks(TimeProvider clock)
{
    /// <summary>URLs that a tenant may submit a day (vod_04_0205).</summary>
    public const int DailyQuota = 1000;

    private static readonly TimeSpan s_firstEnd = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_betweenEnds = TimeSpan.FromMilliseconds(400);

    private readonly object _lock = new();
    private readonly Dictionary<string, (DateTimeOffset At, IReadOnlyList<string> Urls)> _tasks = new(StringComparer.Ordinal);
    private int _urls;

    /// <summary>The files that an asset's task has: the original and a rendition, as in the API page's example.</summary>
    public static IReadOnlyList<string> FilesOf(string assetId) =>
    [
        $"https://cdn.sandbox.invalid/asset/{assetId}/original.mp4",
        $"https://cdn.sandbox.invalid/asset/{assetId}/play_video/rendition_H.264_480X270.mp4",
    ];

    /// <summary>The rows of a task; null for one that is not known.</summary>
    public List<PreheatingRow>? Find(string taskId)
    {
        // The example answer of the API page (vod_04_0120), one row of each status.
        if (taskId == "example")
        {
            return
            [
                new("https://example.com/asset/9db42f5e08c15edecd99a98da241994a/313bfd52a75f95ff48e8bf02eca2ab20.flv", "processing"),
                new("https://example.com/asset/9e455adb02295aa123809e8dc7ca51c1/68b1241af3bf58bcde9914626e07f5af.mp4", "succeed"),
                new("https://example.com/asset/9e455adb02295aa123809e8dc7ca51c1/play_video/68b1241af3bf58bcde9914626e07f5af_H.264_480X270_HEAACV1_300.mp4", "failed"),
            ];
        }

        lock (_lock)
        {
            if (!_tasks.TryGetValue(taskId, out (DateTimeOffset At, IReadOnlyList<string> Urls) task))
            {
                return null;
            }

            TimeSpan age = clock.GetUtcNow() - task.At;
            return [.. task.Urls.Select((url, index) => new PreheatingRow(url, StatusOf(url, index, age)))];
        }
    }

    /// <summary>Takes URLs as a new task, unless the day's quota is used up.</summary>
    public bool TryCreate(IReadOnlyList<string> urls, out string taskId)
    {
        taskId = Guid.NewGuid().ToString("N");
        lock (_lock)
        {
            if (_urls + urls.Count > DailyQuota)
            {
                return false;
            }

            _urls += urls.Count;
            _tasks.Add(taskId, (clock.GetUtcNow(), urls));
            return true;
        }
    }

    private static string StatusOf(string url, int index, TimeSpan age) => age < s_firstEnd + (s_betweenEnds * index)
        ? "processing"
        : PathOf(url).Contains("fail", StringComparison.OrdinalIgnoreCase) ? "failed" : "succeed";

    private static string PathOf(string url) => Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) ? uri.AbsolutePath : url;
}

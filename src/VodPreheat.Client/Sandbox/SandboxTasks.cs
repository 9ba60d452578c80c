using System.Globalization;
using VodPreheat.Client.Preheating;

namespace VodPreheat.Client.Sandbox;

/// <summary>
/// The tasks of one sandbox. A submitted URL is processing for a few seconds, then succeed, or failed if its path contains "fail",
/// with "fail-once" the first time only. The URLs of a task finish one after the other.
/// </summary>
/// <param name="clock">The clock by which URLs finish.</param>
/// <param name="readVariable">Reads an environment variable.</param>
internal sealed class SandboxTasks(TimeProvider clock, Func<string, string?> readVariable)
{
    /// <summary>The documented quota of URLs per day (vod_04_0205).</summary>
    public const int DailyQuota = 1000;

    private const string QuotaVariable = "VODPREHEAT_SANDBOX_QUOTA";

    private static readonly TimeSpan s_firstEnd = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_betweenEnds = TimeSpan.FromMilliseconds(400);

    // The example answer of the API page (vod_04_0120), with each status.
    private static readonly UrlResult[] s_example =
    [
        new("https://example.com/asset/9db42f5e08c15edecd99a98da241994a/313bfd52a75f95ff48e8bf02eca2ab20.flv", PreheatStatus.Processing),
        new("https://example.com/asset/9e455adb02295aa123809e8dc7ca51c1/68b1241af3bf58bcde9914626e07f5af.mp4", PreheatStatus.Succeed),
        new("https://example.com/asset/9e455adb02295aa123809e8dc7ca51c1/play_video/68b1241af3bf58bcde9914626e07f5af_H.264_480X270_HEAACV1_300.mp4", PreheatStatus.Failed),
    ];

    private readonly object _lock = new();
    private readonly Dictionary<string, SandboxTask> _tasks = new(StringComparer.Ordinal);
    private readonly HashSet<string> _failedOnce = new(StringComparer.Ordinal);
    private int _urls;

    /// <summary>
    /// URLs that the sandbox accepts: the number in the environment, to test a used-up quota, else the service's. It can be raised, as by
    /// the next day, so that the next run can be tested.
    /// </summary>
    public int Quota =>
        int.TryParse(readVariable(QuotaVariable), NumberStyles.None, CultureInfo.InvariantCulture, out int quota) ? quota : DailyQuota;

    /// <summary>Whether a URL fails, always or the first time.</summary>
    public static bool Fails(string url) => Has(url, "fail") || s_example.Contains(new UrlResult(url, PreheatStatus.Failed));

    /// <summary>The files of an asset's task: the original and a rendition, as in the example of the API page.</summary>
    public static IReadOnlyList<string> FilesOf(string assetId) =>
    [
        $"https://cdn.sandbox.invalid/asset/{assetId}/original.mp4",
        $"https://cdn.sandbox.invalid/asset/{assetId}/play_video/rendition_H.264_480X270.mp4",
    ];

    /// <summary>The results of a task; null for an unknown task.</summary>
    public List<UrlResult>? Find(string taskId)
    {
        if (taskId == "example")
        {
            return [.. s_example];
        }

        lock (_lock)
        {
            if (!_tasks.TryGetValue(taskId, out SandboxTask? task))
            {
                return null;
            }

            TimeSpan age = clock.GetUtcNow() - task.At;
            return [.. task.Ends.Select((end, index) => age < s_firstEnd + (s_betweenEnds * index) ? end with { Status = PreheatStatus.Processing } : end)];
        }
    }

    /// <summary>Makes a task of URLs, unless the quota is used up.</summary>
    public bool TryCreate(IReadOnlyList<string> urls, out string taskId)
    {
        taskId = Guid.NewGuid().ToString("N");
        lock (_lock)
        {
            if (_urls + urls.Count > Quota)
            {
                return false;
            }

            _urls += urls.Count;
            _tasks.Add(taskId, new SandboxTask(clock.GetUtcNow(), [.. urls.Select(url => new UrlResult(url, EndOf(url)))]));
            return true;
        }
    }

    private string EndOf(string url) =>
        Has(url, "fail") && (!Has(url, "fail-once") || _failedOnce.Add(url)) ? PreheatStatus.Failed : PreheatStatus.Succeed;

    private static bool Has(string url, string word) => PathOf(url).Contains(word, StringComparison.OrdinalIgnoreCase);

    private static string PathOf(string url) => Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) ? uri.AbsolutePath : url;

    /// <summary>A task, and the final results of its URLs.</summary>
    private sealed record SandboxTask(DateTimeOffset At, UrlResult[] Ends);
}

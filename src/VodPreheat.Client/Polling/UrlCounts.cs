using VodPreheat.Client.Preheating;

namespace VodPreheat.Client.Polling;

/// <summary>How many URLs of a task are in which state.</summary>
internal readonly record struct UrlCounts(int Succeeded, int Failed, int Open)
{
    /// <summary>Counts results; URLs without a result are open.</summary>
    public static UrlCounts Of(IReadOnlyList<UrlResult> results, int urls)
    {
        int succeeded = results.Count(static result => PreheatStatus.IsSucceed(result.Status));
        int failed = results.Count(static result => PreheatStatus.IsFailed(result.Status));
        return new UrlCounts(succeeded, failed, Math.Max(results.Count, urls) - succeeded - failed);
    }

    public static UrlCounts operator +(UrlCounts left, UrlCounts right) =>
        new(left.Succeeded + right.Succeeded, left.Failed + right.Failed, left.Open + right.Open);

    public static UrlCounts operator -(UrlCounts left, UrlCounts right) =>
        new(left.Succeeded - right.Succeeded, left.Failed - right.Failed, left.Open - right.Open);
}

using VodPreheat.Client.Invocation;
using VodPreheat.Client.Preheating;

namespace VodPreheat.Client.Jobs;

/// <summary>What a job would do, as far as it is known before anything is sent.</summary>
/// <param name="ToSubmit">The number of URLs that would be submitted.</param>
/// <param name="InTasks">The number of URLs that an earlier run has submitted, and that would be waited for.</param>
/// <param name="Invalid">The number of URLs that would be rejected without being sent.</param>
/// <param name="SubmittedToday">The number of URLs that were submitted today, according to the journal; null if it cannot be read.</param>
public sealed record JobPlan(int ToSubmit, int InTasks, int Invalid, int? SubmittedToday)
{
    /// <summary>The number of requests that the submissions need.</summary>
    public int Requests => (ToSubmit + VodClient.MaxUrlsPerRequest - 1) / VodClient.MaxUrlsPerRequest;

    /// <summary>The plan of a job.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="urls">The URLs; a repeated one counts once (ordinal comparison).</param>
    /// <param name="resumption">The tasks of earlier runs; null if every URL is submitted.</param>
    /// <param name="context">Cancels the reading of the journal, and receives a warning about lines that cannot be read.</param>
    /// <param name="clock">The clock that the day is read from.</param>
    /// <exception cref="OperationCanceledException">The invocation was canceled.</exception>
    public static JobPlan Of(VodClient client, IEnumerable<string> urls, Resumption? resumption, InvocationContext context, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(client);
        var all = urls.ToHashSet(StringComparer.Ordinal);
        HashSet<string> inTasks = [.. (resumption?.Tasks ?? []).SelectMany(static task => task.Urls)];
        int invalid = all.Count(url => !inTasks.Contains(url) && PreheatUrl.FaultOf(url) is not null);
        return new JobPlan(all.Count - inTasks.Count - invalid, inTasks.Count, invalid, client.CountSubmittedToday(context, clock));
    }
}

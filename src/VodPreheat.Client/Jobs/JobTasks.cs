using VodPreheat.Client.Polling;
using VodPreheat.Client.Preheating;

namespace VodPreheat.Client.Jobs;

/// <summary>The open tasks of a job, each with its URLs that have not finished.</summary>
internal sealed class JobTasks
{
    private readonly Dictionary<string, List<JobUrl>> _open = new(StringComparer.Ordinal);

    public bool IsEmpty => _open.Count == 0;

    public IEnumerable<JobUrl> Urls => _open.Values.SelectMany(static urls => urls);

    /// <summary>Adds a task; returns all of its open URLs.</summary>
    // If the service returns an ID twice, no URL must wait forever: results are matched by their URLs.
    public IReadOnlyList<JobUrl> Add(string taskId, IEnumerable<JobUrl> urls)
    {
        List<JobUrl> open = _open.TryGetValue(taskId, out List<JobUrl>? known) ? known : _open[taskId] = [];
        open.AddRange(urls);
        return open;
    }

    /// <summary>The open URLs that an answer is about, each with its status; null if its task has ended without a result for it.</summary>
    public IReadOnlyList<(JobUrl Url, string? Status)> Handle(PollAnswer answer)
    {
        if (!_open.TryGetValue(answer.TaskId, out List<JobUrl>? open))
        {
            // The answer to a last query that was no longer waited for.
            return [];
        }

        if (answer.HasEnded)
        {
            _open.Remove(answer.TaskId);
        }

        // A result of a URL that was not submitted, or that has finished already, is ignored.
        var answered = new List<(JobUrl, string?)>();
        foreach (JobUrl url in open.ToArray())
        {
            UrlResult? result = UrlMatch.Find(url.Url, answer.Results)
                ?? (answer.HasEnded ? UrlMatch.FindEquivalent(url.Url, answer.Results) : null);
            if (result is not null || answer.HasEnded)
            {
                answered.Add((url, result?.Status));
            }

            if (result is { } found && PreheatStatus.IsFinal(found.Status))
            {
                open.Remove(url);
            }
        }

        return answered;
    }

    public void Clear() => _open.Clear();
}

using VodPreheat.Client.Invocation;
using VodPreheat.Client.Journal;

namespace VodPreheat.Client.Jobs;

/// <summary>What a run takes over from earlier ones: a function of the journal, the URLs, and a time.</summary>
/// <param name="Tasks">The tasks, each with those URLs for which it is the newest.</param>
/// <param name="AcceptedShortlyBefore">
/// How many of the URLs were not found, but were accepted so shortly before the time that the clock of another machine can be the reason.
/// </param>
public sealed record Resumption(IReadOnlyList<ResumedTask> Tasks, int AcceptedShortlyBefore)
{
    /// <summary>How much the clocks of machines that share a journal can differ: the service accepts no signature that is older (api-sign).</summary>
    public static readonly TimeSpan LongestSkew = TimeSpan.FromMinutes(15);

    /// <summary>Finds what was accepted for the same endpoint and project, at a time or later.</summary>
    /// <exception cref="Errors.VodClientException">The journal cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The invocation was canceled.</exception>
    public static Resumption Find(VodClient client, IReadOnlySet<string> urls, DateTimeOffset since, InvocationContext context)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(urls);
        return Find(client.Journal.NewestFirst(context), client.Owns, urls, since);
    }

    internal static Resumption Find(
        IEnumerable<Submission> newestFirst, Func<Submission, bool> isOfProject, IReadOnlySet<string> urls, DateTimeOffset since)
    {
        var tasks = new List<ResumedTask>();
        var resumed = new HashSet<string>(StringComparer.Ordinal);
        var shortlyBefore = new HashSet<string>(StringComparer.Ordinal);
        int older = 0;

        // Newest first: the newest task that was created for a URL decides. A submission without a task says nothing about an earlier
        // one: another machine may have been refused what this one was granted.
        foreach (Submission submission in newestFirst)
        {
            if (since - submission.SubmittedAt > LongestSkew)
            {
                if (++older == SubmissionJournal.MaxOlderInARow)
                {
                    break;
                }

                continue;
            }

            older = 0;
            if (submission.TaskId is null || !isOfProject(submission))
            {
                continue;
            }

            if (submission.SubmittedAt < since)
            {
                shortlyBefore.UnionWith(submission.Urls.Where(urls.Contains));
            }
            else if (submission.Urls.Where(url => urls.Contains(url) && resumed.Add(url)).ToArray() is { Length: > 0 } found)
            {
                tasks.Add(new ResumedTask(submission, found));
            }
        }

        shortlyBefore.ExceptWith(resumed);
        return new Resumption(tasks, shortlyBefore.Count);
    }
}

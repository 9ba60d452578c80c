using System.Globalization;
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
    internal static readonly TimeSpan LongestSkew = TimeSpan.FromMinutes(15);

    /// <summary>Finds what was accepted for the same endpoint and project, at a time or later.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="urls">The URLs.</param>
    /// <param name="since">The time.</param>
    /// <param name="context">Cancels the reading, and receives a warning about a time that may be a mistake, and about lines that cannot be read.</param>
    /// <exception cref="Errors.VodClientException">VodJournalUnavailable: there is no journal, or it cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The invocation was canceled.</exception>
    public static Resumption Find(VodClient client, IEnumerable<string> urls, DateTimeOffset since, InvocationContext context)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(context);
        if (since > client.Clock.GetUtcNow())
        {
            context.Warn("The time to resume from is in the future: nothing has been submitted since then, and every URL is submitted again.");
        }

        Resumption found = Find(
            client.Journal.NewestFirst(context.With(needsJournal: true, context.Cancellation)), client.Owns, urls.ToHashSet(StringComparer.Ordinal), since);
        if (found.AcceptedShortlyBefore > 0)
        {
            context.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"According to the journal, {found.AcceptedShortlyBefore} of the URLs had been accepted less than {LongestSkew.TotalMinutes:0} minutes before the time "
                + $"to resume from; what was accepted before that time is submitted again. If the clocks of the machines that use this journal differ, specify an earlier time."));
        }

        return found;
    }

    internal static Resumption Find(
        IEnumerable<Submission> newestFirst, Func<Submission, bool> isOfProject, IReadOnlySet<string> urls, DateTimeOffset since)
    {
        // In UTC: near the smallest time, it has room for the difference in every time zone.
        DateTimeOffset earliest = since - DateTimeOffset.MinValue > LongestSkew ? since.ToUniversalTime() - LongestSkew : DateTimeOffset.MinValue;
        var tasks = new List<ResumedTask>();
        var resumed = new HashSet<string>(StringComparer.Ordinal);
        var shortlyBefore = new HashSet<string>(StringComparer.Ordinal);

        // Newest first: the newest task that was created for a URL decides. A submission without a task says nothing about an earlier
        // one: another machine may have been refused what this one was granted.
        foreach (Submission submission in SubmissionJournal.Since(newestFirst, earliest))
        {
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

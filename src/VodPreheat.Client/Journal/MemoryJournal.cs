using VodPreheat.Client.Invocation;

namespace VodPreheat.Client.Journal;

/// <summary>A journal in memory, which ends with the process: that of the sandbox.</summary>
internal sealed class MemoryJournal : SubmissionJournal
{
    private readonly object _lock = new();
    private readonly List<Submission> _submissions = [];

    /// <inheritdoc/>
    public override IEnumerable<Submission> NewestFirst(InvocationContext context) => Snapshot().AsEnumerable().Reverse();

    /// <inheritdoc/>
    public override IEnumerable<Submission> OldestFirst(Func<Submission, bool> match, int last, InvocationContext context) =>
        Snapshot().Where(match).TakeLast(last);

    /// <inheritdoc/>
    internal override Task<JournalState> CheckAsync() => Task.FromResult(new JournalState("in memory"));

    /// <inheritdoc/>
    internal override Task<bool> AnnounceAsync(Submission submission, InvocationContext context)
    {
        lock (_lock)
        {
            _submissions.Add(submission);
        }

        return Task.FromResult(true);
    }

    /// <inheritdoc/>
    internal override Task ConcludeAsync(Submission submission, bool isAnnounced, InvocationContext context)
    {
        lock (_lock)
        {
            _submissions[_submissions.FindLastIndex(known => known.Id == submission.Id)] = submission;
        }

        return Task.CompletedTask;
    }

    private Submission[] Snapshot()
    {
        lock (_lock)
        {
            return [.. _submissions];
        }
    }
}

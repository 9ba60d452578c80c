using VodPreheat.Client.Invocation;

namespace VodPreheat.Client.Journal;

/// <summary>
/// The submissions and their outcomes. The API lists no tasks: a lost task ID is lost quota and a lost answer. So a
/// submission is recorded before it is sent, and its outcome when it is known. Safe to share between threads.
/// </summary>
public abstract class SubmissionJournal
{
    // A machine whose clock was reset writes lines that look old, and must not hide what was written before them. More than it can
    // submit in a day, because the quota is 1,000 URLs.
    private const int MaxOlderInARow = 1000;

    /// <summary>
    /// The journal of this machine: the folder that VODPREHEAT_JOURNAL specifies at the time, else one in the user's folder. Nothing is
    /// opened before a submission or a reader needs it.
    /// </summary>
    /// <param name="readVariable">Reads an environment variable; null for those of the process.</param>
    /// <param name="clock">The clock for the lines; null for that of the system.</param>
    public static SubmissionJournal OfThisMachine(Func<string, string?>? readVariable = null, TimeProvider? clock = null) =>
        new FileJournal(readVariable ?? Environment.GetEnvironmentVariable, clock ?? TimeProvider.System);

    /// <summary>A journal in memory, which ends with the process.</summary>
    public static SubmissionJournal InMemory() => new MemoryJournal();

    /// <summary>The submissions, newest first. They are read one by one, so that a caller can stop early.</summary>
    /// <param name="context">Cancels the reading, and receives a warning about lines that cannot be read.</param>
    /// <exception cref="Errors.VodClientException">The journal exists and cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The invocation was canceled.</exception>
    public abstract IEnumerable<Submission> NewestFirst(InvocationContext context);

    /// <summary>The newest of those submissions that match, oldest first.</summary>
    /// <param name="match">Whether a submission matches; called for the newest first.</param>
    /// <param name="last">The maximum number.</param>
    /// <param name="context">Cancels the reading, and receives a warning about lines that cannot be read.</param>
    /// <exception cref="Errors.VodClientException">The journal exists and cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The invocation was canceled.</exception>
    public abstract IEnumerable<Submission> OldestFirst(Func<Submission, bool> match, int last, InvocationContext context);

    /// <summary>The submissions at a time or later, newest first.</summary>
    /// <param name="time">The time.</param>
    /// <param name="context">Cancels the reading, and receives a warning about lines that cannot be read.</param>
    /// <exception cref="Errors.VodClientException">The journal exists and cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The invocation was canceled.</exception>
    public IEnumerable<Submission> Since(DateTimeOffset time, InvocationContext context) => Since(NewestFirst(context), time);

    internal static IEnumerable<Submission> Since(IEnumerable<Submission> newestFirst, DateTimeOffset time)
    {
        int older = 0;
        foreach (Submission submission in newestFirst)
        {
            if (submission.SubmittedAt >= time)
            {
                older = 0;
                yield return submission;
            }
            else if (++older == MaxOlderInARow)
            {
                yield break;
            }
        }
    }

    /// <summary>Whether a submission could be recorded. Nothing is recorded.</summary>
    internal abstract Task<JournalState> CheckAsync();

    /// <summary>Records that a submission is about to be sent; on completion this is on the disk.</summary>
    /// <returns>Whether it could be recorded.</returns>
    /// <exception cref="Errors.VodClientException">It could not, and must not be sent.</exception>
    internal abstract Task<bool> AnnounceAsync(Submission submission, InvocationContext context);

    /// <summary>Records the outcome of a submission.</summary>
    /// <param name="submission">The submission with its task ID or error code.</param>
    /// <param name="isAnnounced">The result of <see cref="AnnounceAsync"/> for it.</param>
    /// <param name="context">Receives a warning with the task ID if it could not be recorded.</param>
    internal abstract Task ConcludeAsync(Submission submission, bool isAnnounced, InvocationContext context);
}

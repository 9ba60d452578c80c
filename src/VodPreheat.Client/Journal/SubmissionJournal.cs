using VodPreheat.Client.Http;

namespace VodPreheat.Client.Journal;

/// <summary>
/// What was submitted, and what became of it. The API lists no tasks: a task id that is lost is lost quota and a lost answer. So a
/// submission is written down before it is sent, and the answer when it is there. Safe to share between threads.
/// </summary>
public abstract class SubmissionJournal
{
    /// <summary>
    /// The journal of this machine: the file that VODPREHEAT_JOURNAL names when it is used, else one in the user's folder. Nothing is
    /// opened before a submission or a reader needs it.
    /// </summary>
    /// <param name="readVariable">Reads an environment variable; null for those of the process.</param>
    /// <param name="clock">The clock of the lines; null for the system's.</param>
    public static SubmissionJournal OfThisMachine(Func<string, string?>? readVariable = null, TimeProvider? clock = null) =>
        new FileJournal(readVariable ?? Environment.GetEnvironmentVariable, clock ?? TimeProvider.System);

    /// <summary>A journal that ends with the process.</summary>
    public static SubmissionJournal InMemory() => new MemoryJournal();

    /// <summary>The submissions, newest first, one by one: who wants only some stops early.</summary>
    /// <param name="context">Ends the reading, and takes a warning about lines that cannot be read.</param>
    /// <exception cref="Errors.VodClientException">The journal is there and cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The invocation was canceled.</exception>
    public abstract IEnumerable<Submission> NewestFirst(InvocationContext context);

    /// <summary>The newest of those submissions that match, oldest first.</summary>
    /// <param name="match">Which to give; called for the newest first.</param>
    /// <param name="last">The most to give.</param>
    /// <param name="context">Ends the reading, and takes a warning about lines that cannot be read.</param>
    /// <exception cref="Errors.VodClientException">The journal is there and cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The invocation was canceled.</exception>
    public abstract IEnumerable<Submission> OldestFirst(Func<Submission, bool> match, int last, InvocationContext context);

    /// <summary>Writes down that a submission is about to be sent; it is on the disk when the task has ended.</summary>
    /// <returns>Whether it could be written.</returns>
    /// <exception cref="Errors.VodClientException">It could not, and must not be sent without.</exception>
    internal abstract Task<bool> AnnounceAsync(Submission submission, InvocationContext context);

    /// <summary>Writes down what became of a submission.</summary>
    /// <param name="submission">The submission with its task id or error code.</param>
    /// <param name="isAnnounced">What <see cref="AnnounceAsync"/> gave for it.</param>
    /// <param name="context">Takes a warning with the task id if it could not be written.</param>
    internal abstract Task ConcludeAsync(Submission submission, bool isAnnounced, InvocationContext context);
}

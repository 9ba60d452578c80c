using System.Collections.Concurrent;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;

namespace VodPreheat.Client.Journal;

/// <summary>The journal of a machine, in a folder. Its location is looked up at each use: the user can change it meanwhile.</summary>
internal sealed class FileJournal(Func<string, string?> readVariable, TimeProvider clock) : SubmissionJournal
{
    // The locations for which this process has warned that they cannot be written.
    private static readonly ConcurrentDictionary<string, bool> s_warned = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override IEnumerable<Submission> NewestFirst(InvocationContext context) => Open(context)?.NewestFirst() ?? [];

    /// <inheritdoc/>
    public override IEnumerable<Submission> OldestFirst(Func<Submission, bool> match, int last, InvocationContext context) => Open(context) switch
    {
        null => [],
        var reader when last == int.MaxValue => reader.OldestFirst().Where(match),
        var reader => reader.NewestFirst().Where(match).Take(last).Reverse(),
    };

    /// <inheritdoc/>
    internal override async Task<JournalState> CheckAsync()
    {
        JournalLocation location = JournalLocation.Find(readVariable);
        string? problem = location.Folder is null ? location.Problem : await AppendAsync(location.Folder, []).ConfigureAwait(false);
        return problem is null
            ? new JournalState(location.Folder ?? $"off ({JournalLocation.Variable})")
            : new JournalState(
                string.Join(": ", ((string?[])[location.Folder, problem]).OfType<string>()),
                location.IsNamed ? Unavailable(location, "written", problem) : null);
    }

    /// <inheritdoc/>
    internal override async Task<bool> AnnounceAsync(Submission submission, InvocationContext context)
    {
        JournalLocation location = JournalLocation.Find(readVariable);
        string? problem = location.Problem;
        if (location.Folder is not null)
        {
            problem = await AppendAsync(location.Folder, JournalLine.Announce(submission).ToUtf8()).ConfigureAwait(false);
        }

        if (problem is null && (location.Folder is not null || !context.NeedsJournal))
        {
            return location.Folder is not null;
        }

        if (location.IsNamed || context.NeedsJournal)
        {
            throw Unavailable(location, "written", problem);
        }

        if (s_warned.TryAdd(location.Folder ?? string.Empty, true))
        {
            context.Warn(
                $"{location.Name} cannot be written: {problem}. Submissions continue without it; keep their task IDs. " +
                $"Set the environment variable {JournalLocation.Variable} to another folder, or to off.");
        }

        return false;
    }

    /// <inheritdoc/>
    internal override async Task ConcludeAsync(Submission submission, bool isAnnounced, InvocationContext context)
    {
        JournalLocation location = JournalLocation.Find(readVariable);
        if (location.Folder is not { } folder)
        {
            return;
        }

        byte[] line = JournalLine.Conclude(submission, clock.GetUtcNow()).ToUtf8();
        if (!isAnnounced)
        {
            // The folder may be writable now.
            line = [.. JournalLine.Announce(submission).ToUtf8(), .. line];
        }

        if (await AppendAsync(folder, line).ConfigureAwait(false) is { } problem && isAnnounced && submission.TaskId is { } taskId)
        {
            context.Warn($"Task {taskId} was accepted, but {location.Name} cannot be written: {problem}. Keep the task ID.");
        }
    }

    // In the background: the caller's thread may be the one that Ctrl+C must reach, and a disk can be slow.
    private Task<string?> AppendAsync(string folder, byte[] lines) => Task.Run(() =>
    {
        try
        {
            new JournalFolder(folder).Append(clock.GetUtcNow(), lines);
            return null;
        }
        catch (Exception error) when (JournalFolder.IsProblem(error))
        {
            return ReasonOf(error);
        }
    });

    private JournalReader? Open(InvocationContext context)
    {
        JournalLocation location = JournalLocation.Find(readVariable);
        if (location.Folder is not null)
        {
            return new JournalReader(new JournalFolder(location.Folder), context, error => Unavailable(location, "read", ReasonOf(error)));
        }

        return context.NeedsJournal || location is { IsNamed: true, Problem: not null }
            ? throw Unavailable(location, "read", location.Problem)
            : null;
    }

    private static string ReasonOf(Exception error) => error.Message.TrimEnd('.');

    // Without a problem it is turned off.
    private static VodClientException Unavailable(JournalLocation location, string what, string? problem) => new(
        FailureKind.JournalUnavailable,
        ErrorIds.JournalUnavailable,
        $"{location.Name} cannot be {what}: {problem ?? "it is turned off"}.",
        problem is null
            ? $"Remove the environment variable {JournalLocation.Variable}, or set it to the full path of a folder."
            : $"Make the folder and its files readable and writable, or set the environment variable {JournalLocation.Variable} to the full path of another folder.")
    {
        Delivery = Delivery.NotSent,
    };
}

using System.Collections.Concurrent;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;

namespace VodPreheat.Client.Journal;

/// <summary>The journal of a machine, in a file. Its location is looked up at each use: the user can change it meanwhile.</summary>
internal sealed class FileJournal(Func<string, string?> readVariable, TimeProvider clock) : SubmissionJournal
{
    // The locations for which this process has warned that they cannot be written.
    private static readonly ConcurrentDictionary<string, bool> s_warned = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override IEnumerable<Submission> NewestFirst(InvocationContext context)
    {
        JournalLocation location = JournalLocation.Find(readVariable);
        using JournalReader? reader = Open(location, context);
        if (reader is null)
        {
            yield break;
        }

        try
        {
            while (MoveBack(reader, location, context))
            {
                yield return reader.Current;
            }
        }
        finally
        {
            WarnOfForeignLines(reader, location, context);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Submission> OldestFirst(Func<Submission, bool> match, int last, InvocationContext context)
    {
        JournalLocation location = JournalLocation.Find(readVariable);
        using JournalReader? reader = Open(location, context);
        if (reader is null)
        {
            yield break;
        }

        // Only their positions are kept: with their URLs, a large journal could exhaust the memory.
        var found = new Stack<JournalReader.Position>();
        while (found.Count < last && MoveBack(reader, location, context))
        {
            if (match(reader.Current))
            {
                found.Push(reader.CurrentPosition);
            }
        }

        WarnOfForeignLines(reader, location, context);
        while (found.TryPop(out JournalReader.Position position))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            yield return Guard(location, () => reader.Read(position));
        }
    }

    /// <inheritdoc/>
    internal override async Task<JournalState> CheckAsync()
    {
        JournalLocation location = JournalLocation.Find(readVariable);
        string? problem = location.Path is null ? location.Problem : await AppendAsync(location.Path, []).ConfigureAwait(false);
        return problem is null
            ? new JournalState(location.Path is null ? $"off ({JournalLocation.Variable})" : Path.GetDirectoryName(location.Path)!)
            : new JournalState(
                string.Join(": ", ((string?[])[location.Path, problem]).OfType<string>()),
                location.IsNamed ? Unavailable(location, "written", problem) : null);
    }

    /// <inheritdoc/>
    internal override async Task<bool> AnnounceAsync(Submission submission, InvocationContext context)
    {
        JournalLocation location = JournalLocation.Find(readVariable);
        string? problem = location.Problem;
        if (location.Path is not null)
        {
            problem = await AppendAsync(location.Path, JournalLine.Announce(submission).ToUtf8()).ConfigureAwait(false);
        }
        else if (problem is null && context.NeedsJournal)
        {
            problem = "it is turned off";
        }

        if (problem is null)
        {
            return location.Path is not null;
        }

        if (location.IsNamed || context.NeedsJournal)
        {
            throw Unavailable(location, "written", problem);
        }

        if (s_warned.TryAdd(location.Path ?? string.Empty, true))
        {
            context.Warn(
                $"The journal {location.Path} cannot be written: {problem}. Submissions continue without it; keep their task IDs. " +
                $"Set the environment variable {JournalLocation.Variable} to another file, or to off.");
        }

        return false;
    }

    /// <inheritdoc/>
    internal override async Task ConcludeAsync(Submission submission, bool isAnnounced, InvocationContext context)
    {
        if (JournalLocation.Find(readVariable).Path is not { } path)
        {
            return;
        }

        byte[] line = JournalLine.Conclude(submission, clock.GetUtcNow()).ToUtf8();
        if (!isAnnounced)
        {
            // The file may be writable now.
            line = [.. JournalLine.Announce(submission).ToUtf8(), .. line];
        }

        if (await AppendAsync(path, line).ConfigureAwait(false) is { } problem && isAnnounced && submission.TaskId is { } taskId)
        {
            context.Warn($"Task {taskId} was accepted, but the journal {path} cannot be written: {problem}. Keep the task ID.");
        }
    }

    // In the background: the caller's thread may be the one that Ctrl+C must reach, and a disk can be slow.
    private Task<string?> AppendAsync(string path, byte[] lines) => Task.Run(() =>
    {
        try
        {
            new JournalFile(path, clock).Append(lines);
            return null;
        }
        catch (Exception error) when (IsFileProblem(error))
        {
            return ReasonOf(error);
        }
    });

    private JournalReader? Open(JournalLocation location, InvocationContext context)
    {
        if (location.Path is null)
        {
            return context.NeedsJournal || location is { IsNamed: true, Problem: not null }
                ? throw Unavailable(location, "read", location.Problem ?? "it is turned off")
                : null;
        }

        return Guard(location, () => BackwardLineReader.Open(location.Path)) is { } scanner
            ? new JournalReader(scanner, new JournalFile(location.Path, clock).IsAtRest)
            : null;
    }

    private static bool MoveBack(JournalReader reader, JournalLocation location, InvocationContext context)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        return Guard(location, reader.MoveBack);
    }

    private static void WarnOfForeignLines(JournalReader reader, JournalLocation location, InvocationContext context)
    {
        if (Guard(location, reader.ForeignLines) is { } warning)
        {
            context.Warn($"{warning} The journal is {location.Path}.");
        }
    }

    private static T Guard<T>(JournalLocation location, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (IsFileProblem(error))
        {
            throw Unavailable(location, "read", ReasonOf(error));
        }
    }

    private static bool IsFileProblem(Exception error) =>
        error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException;

    private static string ReasonOf(Exception error) => error.Message.TrimEnd('.');

    private static VodClientException Unavailable(JournalLocation location, string what, string problem) => new(
        FailureKind.JournalUnavailable,
        ErrorIds.JournalUnavailable,
        $"The journal{(location.Path is null ? string.Empty : " " + location.Path)} cannot be {what}: {problem}.",
        $"Make the file and its folder readable and writable, or set the environment variable {JournalLocation.Variable} to the full path of another file.")
    {
        Delivery = Delivery.NotSent,
    };
}

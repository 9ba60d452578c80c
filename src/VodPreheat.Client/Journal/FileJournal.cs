using System.Collections.Concurrent;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;

namespace VodPreheat.Client.Journal;

/// <summary>The journal of a machine, in a file. Where it is kept is looked up at each use: the user may name another place meanwhile.</summary>
internal sealed class FileJournal(Func<string, string?> readVariable, TimeProvider clock) : SubmissionJournal
{
    // The places of which this process has said that they cannot be written.
    private static readonly ConcurrentDictionary<string, bool> s_complained = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override IEnumerable<Submission> NewestFirst(InvocationContext context)
    {
        JournalLocation place = JournalLocation.Find(readVariable);
        using JournalReader? reader = Open(place, context);
        if (reader is null)
        {
            yield break;
        }

        try
        {
            while (MoveBack(reader, place, context))
            {
                yield return reader.Current;
            }
        }
        finally
        {
            Complain(reader, place, context);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Submission> OldestFirst(Func<Submission, bool> match, int last, InvocationContext context)
    {
        JournalLocation place = JournalLocation.Find(readVariable);
        using JournalReader? reader = Open(place, context);
        if (reader is null)
        {
            yield break;
        }

        // Only where they are is kept of them: with their URLs, a large journal could fill the memory.
        var found = new Stack<JournalReader.Position>();
        while (found.Count < last && MoveBack(reader, place, context))
        {
            if (match(reader.Current))
            {
                found.Push(reader.Place);
            }
        }

        Complain(reader, place, context);
        while (found.TryPop(out JournalReader.Position position))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            yield return Guard(place, () => reader.Read(position));
        }
    }

    /// <inheritdoc/>
    internal override async Task<bool> AnnounceAsync(Submission submission, InvocationContext context)
    {
        JournalLocation place = JournalLocation.Find(readVariable);
        string? problem = place.Problem;
        if (place.Path is not null)
        {
            problem = await AppendAsync(place.Path, JournalLine.Announce(submission).ToUtf8()).ConfigureAwait(false);
        }
        else if (problem is null && context.NeedsJournal)
        {
            problem = "it is switched off";
        }

        if (problem is null)
        {
            return place.Path is not null;
        }

        if (place.IsNamed || context.NeedsJournal)
        {
            throw Unavailable(place, "written", problem);
        }

        if (s_complained.TryAdd(place.Path ?? string.Empty, true))
        {
            context.Warn(
                $"The journal {place.Path} cannot be written: {problem}. Submissions go on without it; keep their task ids. " +
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
            // The place may be writable now.
            line = [.. JournalLine.Announce(submission).ToUtf8(), .. line];
        }

        if (await AppendAsync(path, line).ConfigureAwait(false) is { } problem && isAnnounced && submission.TaskId is { } taskId)
        {
            context.Warn($"Task {taskId} was accepted, but the journal {path} cannot be written: {problem}. Keep the task id.");
        }
    }

    // Elsewhere: the caller's thread may be the one that Ctrl+C must reach, and a disk can take its time.
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

    private JournalReader? Open(JournalLocation place, InvocationContext context)
    {
        if (place.Path is null)
        {
            return context.NeedsJournal || place is { IsNamed: true, Problem: not null }
                ? throw Unavailable(place, "read", place.Problem ?? "it is switched off")
                : null;
        }

        return Guard(place, () => BackwardLineReader.Open(place.Path)) is { } scanner
            ? new JournalReader(scanner, new JournalFile(place.Path, clock).IsAtRest)
            : null;
    }

    private static bool MoveBack(JournalReader reader, JournalLocation place, InvocationContext context)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        return Guard(place, reader.MoveBack);
    }

    private static void Complain(JournalReader reader, JournalLocation place, InvocationContext context)
    {
        if (Guard(place, reader.Complaint) is { } complaint)
        {
            context.Warn($"{complaint} The journal is {place.Path}.");
        }
    }

    private static T Guard<T>(JournalLocation place, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (IsFileProblem(error))
        {
            throw Unavailable(place, "read", ReasonOf(error));
        }
    }

    private static bool IsFileProblem(Exception error) =>
        error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException;

    private static string ReasonOf(Exception error) => error.Message.TrimEnd('.');

    private static VodClientException Unavailable(JournalLocation place, string what, string problem) => new(
        FailureKind.JournalUnavailable,
        ErrorIds.JournalUnavailable,
        $"The journal{(place.Path is null ? string.Empty : " " + place.Path)} cannot be {what}: {problem}.",
        $"Make the file and its folder readable and writable, or set the environment variable {JournalLocation.Variable} to the full path of another file.")
    {
        Delivery = Delivery.NotSent,
    };
}

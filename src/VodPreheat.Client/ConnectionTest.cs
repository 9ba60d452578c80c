using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Journal;

namespace VodPreheat.Client;

/// <summary>What a test of a connection found: one query, and what is known without the network.</summary>
public sealed record ConnectionTest
{
    // A valid ID (32 hexadecimal digits, as in the example of vod_04_0120) that no task has.
    private const string NoTask = "00000000000000000000000000000000";

    /// <summary>Whether the service accepted the credentials, the project, and the query.</summary>
    public required bool CanQuery { get; init; }

    /// <summary>Why a query or a submission would fail; null if nothing is wrong.</summary>
    public required VodClientException? Failure { get; init; }

    /// <summary>How far the clock of this machine is ahead of the clock of the service, in whole seconds; null if that is not known.</summary>
    public required TimeSpan? ClockSkew { get; init; }

    /// <summary>The time from the query to its answer, with opening a connection to the service if there was none; null without an answer.</summary>
    public required TimeSpan? Latency { get; init; }

    /// <summary>The folder of the journal, or why there is none or it cannot be written.</summary>
    public required string Journal { get; init; }

    /// <summary>The number of URLs that were submitted today; null if the journal cannot be read.</summary>
    public required int? SubmittedToday { get; init; }

    /// <summary>Tests a connection. What is wrong is in the result.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="context">The invocation that the query belongs to.</param>
    /// <param name="clock">The clock that the day is read from.</param>
    /// <exception cref="OperationCanceledException">The invocation was canceled.</exception>
    public static async Task<ConnectionTest> RunAsync(VodClient client, InvocationContext context, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(client);
        var timing = new AnswerTiming();
        VodClientException? failure = await QueryAsync(client, context, timing).ConfigureAwait(false);
        JournalState journal = await client.Journal.CheckAsync().ConfigureAwait(false);
        return new ConnectionTest
        {
            CanQuery = failure is null,
            Failure = failure ?? journal.Failure,
            ClockSkew = timing.ClockSkew,
            Latency = timing.Latency,
            Journal = journal.Place,
            SubmittedToday = client.CountSubmittedToday(context, clock),
        };
    }

    private static async Task<VodClientException?> QueryAsync(VodClient client, InvocationContext context, AnswerTiming timing)
    {
        try
        {
            await client.GetPreheatingResultsAsync(NoTask, context, timing).ConfigureAwait(false);
            return null;
        }
        catch (VodClientException failure)
        {
            return IsAboutTheTask(failure) ? null : failure;
        }
    }

    // The gateway's "not found" is about the address.
    private static bool IsAboutTheTask(VodClientException failure) =>
        failure.ErrorCode.StartsWith("VOD.", StringComparison.Ordinal)
        && (failure.Kind == FailureKind.NotFound
            || (failure.Kind == FailureKind.InvalidArgument && failure.What.Contains("task_id", StringComparison.Ordinal)));
}

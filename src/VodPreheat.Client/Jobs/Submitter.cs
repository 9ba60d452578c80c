using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Journal;

namespace VodPreheat.Client.Jobs;

/// <summary>Sends the submissions of one command, one at a time, and decides what a failure means for their items and for what is left.</summary>
/// <param name="client">The connection.</param>
/// <param name="context">The invocation. One that waits and submits again goes on after failures that pass.</param>
public sealed class Submitter(VodClient client, InvocationContext context)
{
    /// <summary>The failure after which nothing more is submitted; null if there was none.</summary>
    public VodClientException? End { get; private set; }

    /// <summary>The IDs of the tasks that were accepted.</summary>
    public IReadOnlyList<string> AcceptedTasks { get; private set; } = [];

    /// <summary>Submits URLs, or an asset; nothing after the end of submissions.</summary>
    public async Task<SubmissionAnswer> SubmitAsync(IReadOnlyList<string> items, bool isAsset = false)
    {
        ArgumentNullException.ThrowIfNull(items);
        if (End is not null)
        {
            return new SubmissionAnswer(SubmissionFate.NotSubmitted, Submission: null, End);
        }

        try
        {
            Submission submission = await (isAsset ? client.SubmitAssetAsync(items[0], context) : client.SubmitUrlsAsync(items, context)).ConfigureAwait(false);
            AcceptedTasks = [.. AcceptedTasks, submission.TaskId!];
            return new SubmissionAnswer(SubmissionFate.Accepted, submission, Failure: null);
        }
        catch (OperationCanceledException)
        {
            return new SubmissionAnswer(SubmissionFate.NotSubmitted, Submission: null, Failure: null);
        }
        catch (VodClientException failure)
        {
            bool ends = context.IsPersistent ? failure.EndsSubmissions && !failure.PausesSubmissions : failure.EndsSubmissions || context.Service.IsUnreachable;
            if (ends)
            {
                End = failure;
            }

            return new SubmissionAnswer(FateOf(failure, ends, items.Count), Submission: null, failure);
        }
    }

    // Whether it may have been accepted comes first, whatever the failure means for the others.
    private SubmissionFate FateOf(VodClientException failure, bool ends, int items) =>
        failure.OutcomeUnknown ? SubmissionFate.Unknown
        : ends ? SubmissionFate.NotSubmitted
        : context.IsPersistent && failure.PausesSubmissions ? SubmissionFate.Postponed
        : context.IsPersistent && failure.IsDivided && items > 1 ? SubmissionFate.Divided
        : SubmissionFate.Refused;
}

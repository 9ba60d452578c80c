using VodPreheat.Client.Errors;
using VodPreheat.Client.Journal;

namespace VodPreheat.Client.Http;

/// <summary>Writes a submission down before its first attempt is sent. Its further attempts are the same submission.</summary>
internal sealed class JournalHandler(SubmissionJournal journal, FailureFactory failures, TimeProvider clock) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Options.TryGetValue(PendingSubmission.Key, out PendingSubmission? pending))
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }

        if (pending.IsAnnounced is null)
        {
            pending.Submission = pending.Submission with { SubmittedAt = clock.GetUtcNow() };
            pending.IsAnnounced = await journal.AnnounceAsync(pending.Submission, InvocationContext.Of(request)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }

        pending.MayHaveArrived = true;
        pending.Failure = null;
        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (VodClientException failure)
        {
            Note(pending, failure);
            throw;
        }

        if (!response.IsSuccessStatusCode)
        {
            Note(pending, failures.FromResponse(response, ErrorBody.Parse(BodyContent.Of(response))));
        }

        return response;
    }

    private static void Note(PendingSubmission pending, VodClientException failure)
    {
        pending.Failure = failure;
        pending.MayHaveArrived = failure.OutcomeUnknown;
    }
}

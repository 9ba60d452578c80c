using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Journal;

namespace VodPreheat.Client.Http;

/// <summary>Records a submission before its first attempt is sent. Later attempts belong to the same submission.</summary>
internal sealed class JournalHandler(SubmissionJournal journal, TimeProvider clock) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.Options.TryGetValue(PendingSubmission.Key, out PendingSubmission? pending)
            ? SendRecordedAsync(request, pending, cancellationToken)
            : base.SendAsync(request, cancellationToken);

    private async Task<HttpResponseMessage> SendRecordedAsync(
        HttpRequestMessage request, PendingSubmission pending, CancellationToken cancellationToken)
    {
        if (pending.IsAnnounced is null)
        {
            pending.Submission = pending.Submission with { SubmittedAt = clock.GetUtcNow() };
            pending.IsAnnounced = await journal.AnnounceAsync(pending.Submission, InvocationContext.Of(request)).ConfigureAwait(false);
        }

        // A content that was read once is not serialized again.
        request.Content = new RequestBody(((RequestBody)request.Content!).Json, pending);
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (VodClientException failure)
        {
            pending.Fail(failure);
            throw;
        }
    }
}

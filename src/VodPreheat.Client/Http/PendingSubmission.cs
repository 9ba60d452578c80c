using VodPreheat.Client.Errors;
using VodPreheat.Client.Journal;

namespace VodPreheat.Client.Http;

/// <summary>A submission in flight, with all its attempts; an option of the request.</summary>
internal sealed class PendingSubmission(Submission submission)
{
    public static readonly HttpRequestOptionsKey<PendingSubmission> Key = new(nameof(PendingSubmission));

    /// <summary>The submission; its time is that of the first attempt.</summary>
    public Submission Submission { get; set; } = submission;

    /// <summary>Whether it is in the journal; null before the first attempt.</summary>
    public bool? IsAnnounced { get; set; }

    /// <summary>Whether an attempt is in flight, or ended with an unknown outcome.</summary>
    public bool MayHaveArrived { get; set; }

    /// <summary>The failure of the last attempt; null if there is none.</summary>
    public VodClientException? Failure { get; set; }
}

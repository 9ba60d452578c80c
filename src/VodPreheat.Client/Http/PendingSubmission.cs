using VodPreheat.Client.Errors;
using VodPreheat.Client.Journal;

namespace VodPreheat.Client.Http;

/// <summary>A submission on its way, with all its attempts: travels in the request's options.</summary>
internal sealed class PendingSubmission(Submission submission)
{
    public static readonly HttpRequestOptionsKey<PendingSubmission> Key = new(nameof(PendingSubmission));

    /// <summary>What is submitted; its time is that of the first attempt.</summary>
    public Submission Submission { get; set; } = submission;

    /// <summary>Whether the journal has it; null before the first attempt.</summary>
    public bool? IsAnnounced { get; set; }

    /// <summary>Whether an attempt is under way, or its end says nothing about what became of it.</summary>
    public bool MayHaveArrived { get; set; }

    /// <summary>How the last attempt failed, if it did.</summary>
    public VodClientException? Failure { get; set; }
}

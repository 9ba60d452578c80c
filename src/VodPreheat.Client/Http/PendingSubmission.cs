using VodPreheat.Client.Errors;
using VodPreheat.Client.Journal;

namespace VodPreheat.Client.Http;

/// <summary>A submission in flight, with all its attempts; an option of the request.</summary>
internal sealed class PendingSubmission(Submission submission)
{
    public static readonly HttpRequestOptionsKey<PendingSubmission> Key = new(nameof(PendingSubmission));

    private readonly object _lock = new();
    private bool _isStopped;
    private bool _mayHaveArrived;

    /// <summary>The submission; its time is that of the first attempt.</summary>
    public Submission Submission { get; set; } = submission;

    /// <summary>Whether it is in the journal; null before the first attempt.</summary>
    public bool? IsAnnounced { get; set; }

    /// <summary>Whether it was written to a connection, by the attempt in flight or by the last one, whose outcome is unknown.</summary>
    public bool MayHaveArrived
    {
        get
        {
            lock (_lock)
            {
                return _mayHaveArrived;
            }
        }
    }

    /// <summary>The failure of the last attempt that has ended; null if none has failed.</summary>
    public VodClientException? Failure { get; private set; }

    /// <summary>An attempt has failed.</summary>
    public void Fail(VodClientException failure)
    {
        lock (_lock)
        {
            _mayHaveArrived = failure.OutcomeUnknown;
            Failure = failure;
        }
    }

    /// <summary>Whether it can be written to a connection: not after its caller has stopped.</summary>
    public bool TryStartSending()
    {
        lock (_lock)
        {
            return _mayHaveArrived = !_isStopped;
        }
    }

    /// <summary>The caller has stopped. Returns whether the submission may have arrived by then, so that its answer is worth waiting for.</summary>
    public bool Stop()
    {
        lock (_lock)
        {
            _isStopped = true;
            return _mayHaveArrived;
        }
    }
}

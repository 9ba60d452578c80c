namespace VodPreheat.Client.Errors;

/// <summary>What a failure means for the next requests.</summary>
[Flags]
internal enum Reaction
{
    /// <summary>Nothing: it concerns only what the request was about.</summary>
    None = 0,

    /// <summary>A query is retried.</summary>
    RetryQuery = 1,

    /// <summary>A submission that was not sent is retried.</summary>
    RetrySubmission = 2,

    /// <summary>The rate limit holds all requests of its kind, and repeats this one.</summary>
    Hold = 4,

    /// <summary>A wait queries the task again.</summary>
    Temporary = 8,

    /// <summary>A request of several URLs is divided, until those are found that were refused.</summary>
    Divide = 16,

    /// <summary>Submitting pauses, and what was not accepted is submitted again.</summary>
    Pause = 32,

    /// <summary>No other request of the same kind, query or submission, can succeed for now.</summary>
    EndKind = 64,

    /// <summary>Nothing else can succeed on this connection.</summary>
    EndEverything = 128,

    /// <summary>The service refused the request, not the caller: it accepted the credentials.</summary>
    CredentialsAccepted = 256,

    /// <summary>An answer of this kind does not show whether the request took effect.</summary>
    EffectUnknown = 512,

    /// <summary>No other submission can succeed for now, while queries can.</summary>
    EndSubmissions = 1024,
}

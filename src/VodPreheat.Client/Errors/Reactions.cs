using static VodPreheat.Client.Errors.Reaction;

namespace VodPreheat.Client.Errors;

/// <summary>
/// What each kind of failure means for the next requests: the one table. <see cref="VodClientException"/> answers with it, and asks
/// <see cref="Delivery"/> first: what may have been accepted is never sent again, whatever the kind.
/// </summary>
internal static class Reactions
{
    public static Reaction Of(FailureKind kind) => kind switch
    {
        FailureKind.Authentication => EndEverything,
        FailureKind.PermissionDenied => CredentialsAccepted,
        FailureKind.InvalidArgument => Divide | CredentialsAccepted,
        FailureKind.NotFound => Divide | CredentialsAccepted,
        FailureKind.ProjectNotFound => EndEverything,
        FailureKind.ProjectMismatch => EndEverything | CredentialsAccepted,
        FailureKind.InvalidOperation => Divide | CredentialsAccepted,
        FailureKind.QuotaExceeded => EndKind | CredentialsAccepted,
        FailureKind.Throttled => Hold | Temporary | Pause,
        FailureKind.Unavailable => RetryQuery | Temporary | Pause | EffectUnknown,
        FailureKind.NotConnected => EndEverything,
        FailureKind.InvalidSetting => EndEverything,
        FailureKind.InsecureEndpoint => EndEverything,
        FailureKind.JournalUnavailable => EndEverything,
        FailureKind.ConnectionFailed => RetryQuery | RetrySubmission | Temporary | Pause,
        FailureKind.ProxyRefused => EndKind,
        FailureKind.Timeout => RetryQuery | RetrySubmission | Temporary | Pause | EffectUnknown,
        FailureKind.UnexpectedResponse => Temporary | Pause | EffectUnknown,
        FailureKind.Intercepted => Temporary | Pause,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}

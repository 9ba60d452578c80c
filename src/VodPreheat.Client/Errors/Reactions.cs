using static VodPreheat.Client.Errors.Reaction;

namespace VodPreheat.Client.Errors;

/// <summary>
/// What each kind of failure means for the next requests: the one table. <see cref="VodClientException"/> answers with it, and asks
/// <see cref="Delivery"/> first: what may have been accepted is never sent again, whatever the kind.
/// </summary>
internal static class Reactions
{
    /// <summary>The reaction to a failure of a service: without the credentials that another one issues, VOD cannot be asked either.</summary>
    public static Reaction Of(FailureKind kind, CloudService service)
    {
        Reaction reaction = Of(kind);
        return service == CloudService.Vod || (reaction & (Temporary | EndKind)) != 0 ? reaction : EndEverything;
    }

    public static Reaction Of(FailureKind kind) => kind switch
    {
        FailureKind.Authentication => EndEverything,
        FailureKind.PermissionDenied => CredentialsAccepted,
        FailureKind.InvalidArgument => Divide | CredentialsAccepted,
        FailureKind.NotFound => Divide | CredentialsAccepted,
        FailureKind.WrongAddress => EndSubmissions,
        FailureKind.ProjectNotFound => EndEverything,
        FailureKind.ProjectMismatch => EndEverything | CredentialsAccepted,
        FailureKind.InvalidOperation => Divide | CredentialsAccepted,
        FailureKind.QuotaExceeded => EndKind | CredentialsAccepted,
        FailureKind.Throttled => Hold | Temporary | Pause,
        FailureKind.Unavailable => RetryQuery | Temporary | Pause | EffectUnknown,
        FailureKind.NotConnected => EndEverything,
        FailureKind.InvalidSetting => EndEverything,
        FailureKind.InsecureEndpoint => EndEverything,
        FailureKind.JournalUnavailable => EndSubmissions,
        FailureKind.ConnectionFailed => RetryQuery | RetrySubmission | Temporary | Pause,
        FailureKind.ProxyRefused => EndKind,
        FailureKind.Timeout => RetryQuery | RetrySubmission | Temporary | Pause | EffectUnknown,
        FailureKind.UnexpectedResponse => Temporary | Pause | EffectUnknown,
        FailureKind.Intercepted => Temporary | Pause,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}

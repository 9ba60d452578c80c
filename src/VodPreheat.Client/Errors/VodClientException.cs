using System.Globalization;
using System.Net;
using System.Text;
using VodPreheat.Client.Display;
using VodPreheat.Client.Http;

namespace VodPreheat.Client.Errors;

/// <summary>The one exception of the client. Its texts are fit to be shown, and so is what is inside of it.</summary>
public sealed class VodClientException : Exception
{
    internal VodClientException(FailureKind kind, string errorCode, string what, Hint hint, CauseException? cause = null)
        : base(DisplayText.Clean(what), cause)
    {
        Kind = kind;
        ErrorCode = errorCode;
        Hint = hint;
    }

    // The same failure, told otherwise.
    private VodClientException(VodClientException other, string what, Hint hint)
        : this(other.Kind, other.ErrorCode, what, hint, (CauseException?)other.InnerException)
    {
        Service = other.Service;
        Delivery = other.Delivery;
        StatusCode = other.StatusCode;
        RequestId = other.RequestId;
        RetryAfter = other.RetryAfter;
    }

    /// <summary>What sort of failure it was; retry, rate limit, renewal and error records look at nothing else.</summary>
    public FailureKind Kind { get; }

    /// <summary>The service's error_code, or one of <see cref="ErrorIds"/>. Never empty.</summary>
    public string ErrorCode { get; }

    /// <summary>What to do next.</summary>
    public Hint Hint { get; }

    /// <summary>The service that the failed request went to.</summary>
    public CloudService Service { get; internal init; }

    /// <summary>Whether the request reached its service.</summary>
    public Delivery Delivery { get; internal init; }

    /// <summary>The HTTP status, or null when there was no answer.</summary>
    public HttpStatusCode? StatusCode { get; internal init; }

    /// <summary>The service's id of the request (X-Request-Id, or X-IAM-Trace-Id of IAM), or null.</summary>
    public string? RequestId { get; internal init; }

    /// <summary>How long the service asks to wait before the next request; null if it does not say.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>What happened, without the code, the request id and the hint.</summary>
    public string What => base.Message;

    /// <summary>What happened, the code, the status, the request ID, and what to do next in neutral words.</summary>
    public override string Message => $"{Summary} {Hint}";

    /// <summary>The message without the hint, for a failure after which something else is to be done.</summary>
    public string Summary
    {
        get
        {
            var text = new StringBuilder(What.TrimEnd('.')).Append(" (").Append(ErrorCode);
            if (StatusCode is { } status)
            {
                text.Append(CultureInfo.InvariantCulture, $", HTTP {(int)status}");
            }

            if (RequestId is { } id)
            {
                text.Append(", request id ").Append(id);
            }

            return text.Append(").").ToString();
        }
    }

    /// <summary>
    /// Whether the answer shows that VOD accepted the credentials: it then judged the request, not the caller.
    /// </summary>
    internal bool CredentialsAccepted => Service == CloudService.Vod && Kind is FailureKind.PermissionDenied or FailureKind.InvalidArgument
        or FailureKind.NotFound or FailureKind.InvalidOperation or FailureKind.QuotaExceeded or FailureKind.ProjectMismatch;

    /// <summary>Whether the service asks for a longer wait than any request waits: it is not repeated.</summary>
    public bool IsWaitTooLong => RetryAfter > RetryHandler.LongestRetryAfter;

    /// <summary>Whether nothing further can work on this connection.</summary>
    public bool EndsEverything => Kind is FailureKind.Authentication or FailureKind.ProjectNotFound or FailureKind.ProjectMismatch
        or FailureKind.NotConnected or FailureKind.InvalidSetting or FailureKind.InsecureEndpoint or FailureKind.JournalUnavailable;

    /// <summary>Whether no further submission can succeed for now, while queries may: also a used-up quota, or a wait that is too long.</summary>
    public bool EndsSubmissions => EndsEverything || Kind == FailureKind.QuotaExceeded || (Kind == FailureKind.Throttled && IsWaitTooLong);

    /// <summary>
    /// Whether a service refused the credentials: sent again, they might be locked. Credentials that could not be had are none.
    /// </summary>
    internal bool IsRefusal => Kind == FailureKind.Authentication && Delivery == Delivery.Refused;

    /// <summary>The same failure for requests that are not sent because of it, now and until there is another connection.</summary>
    internal VodClientException Remembered() =>
        new(this, $"{What} Nothing more is sent with these credentials until you connect again.", Hint) { Delivery = Delivery.NotSent };

    /// <summary>The same failure for a request that is not sent because of it; the next one may be.</summary>
    internal VodClientException Passing() => new(this, What, Hint) { Delivery = Delivery.NotSent };

    /// <summary>The same failure with a hint that fits better.</summary>
    internal VodClientException WithHint(Hint hint) => new(this, What, hint);

    /// <summary>
    /// Whether a submission may have taken effect although it failed: it was sent, and no answer says what became of it.
    /// </summary>
    public bool OutcomeUnknown => Service == CloudService.Vod && Delivery == Delivery.Unknown;
}

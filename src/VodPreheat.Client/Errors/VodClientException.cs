using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using VodPreheat.Client.Display;

namespace VodPreheat.Client.Errors;

/// <summary>A failure that the client reports. Its texts, and those of its inner exceptions, are safe to display.</summary>
public sealed class VodClientException : Exception
{
    // A longer Retry-After is not observed: the failure is reported instead.
    private static readonly TimeSpan s_longestRetryAfter = TimeSpan.FromMinutes(5);

    internal VodClientException(FailureKind kind, string errorCode, string what, string hint, CauseException? cause = null)
        : base(DisplayText.Clean(what), cause)
    {
        Kind = kind;
        ErrorCode = errorCode;
        Hint = hint;
    }

    // The same failure with another text.
    private VodClientException(VodClientException other, string what, string hint)
        : this(other.Kind, other.ErrorCode, what, hint, (CauseException?)other.InnerException)
    {
        Service = other.Service;
        Delivery = other.Delivery;
        StatusCode = other.StatusCode;
        RequestId = other.RequestId;
        RetryAfter = other.RetryAfter;
    }

    /// <summary>The kind of the failure.</summary>
    public FailureKind Kind { get; }

    /// <summary>The service's error_code, or one of <see cref="ErrorIds"/>. Never empty.</summary>
    public string ErrorCode { get; }

    /// <summary>
    /// What to do next. A name in braces, such as {Region}, stands for something that each caller of the client has its own word for.
    /// What came from outside is never part of a hint, because it could contain such a name: it belongs in <see cref="What"/>.
    /// </summary>
    public string Hint { get; }

    /// <summary>The service that the failed request went to.</summary>
    public CloudService Service { get; internal init; }

    /// <summary>Whether the request reached its service.</summary>
    public Delivery Delivery { get; internal init; }

    /// <summary>The HTTP status, or null when there was no answer.</summary>
    public HttpStatusCode? StatusCode { get; internal init; }

    /// <summary>The service's ID of the request (X-Request-Id, or X-IAM-Trace-Id of IAM), or null.</summary>
    public string? RequestId { get; internal init; }

    /// <summary>How long the service asks to wait before the next request; null if it does not say.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>What happened, without the code, the request ID and the hint.</summary>
    public string What => base.Message;

    /// <summary>What happened, the code, the status, the request ID, and what to do next.</summary>
    public override string Message => $"{Summary} {Hint}";

    /// <summary>The message without the hint.</summary>
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
                text.Append(", request ID ").Append(id);
            }

            return text.Append(").").ToString();
        }
    }

    /// <summary>
    /// Whether the answer shows that VOD accepted the credentials: it refused the request, not the caller.
    /// </summary>
    internal bool CredentialsAccepted => Service == CloudService.Vod && Has(Reaction.CredentialsAccepted);

    /// <summary>Whether the service asks for a longer wait than the client accepts: the request is not repeated.</summary>
    public bool IsWaitTooLong => MustNotWait(RetryAfter);

    internal static bool MustNotWait([NotNullWhen(true)] TimeSpan? retryAfter) => retryAfter > s_longestRetryAfter;

    /// <summary>Whether nothing else can succeed on this connection.</summary>
    public bool EndsEverything => Has(Reaction.EndEverything);

    /// <summary>
    /// Whether no other submission can succeed for now, while queries can: also if the quota is used up, the proxy refuses its login,
    /// or the service asks to wait for too long.
    /// </summary>
    public bool EndsSubmissions => EndsQueries || Has(Reaction.EndSubmissions) || (IsThrottled && IsWaitTooLong);

    /// <summary>Whether a command that submits has nothing left to do after the failure.</summary>
    /// <param name="hasAccepted">Whether tasks were accepted, which can be waited for.</param>
    public bool EndsCommand(bool hasAccepted) => EndsEverything || (!hasAccepted && Has(Reaction.EndSubmissions));

    /// <summary>Whether no other query can succeed for now.</summary>
    public bool EndsQueries => Has(Reaction.EndEverything | Reaction.EndKind);

    /// <summary>Whether a wait queries the task again.</summary>
    public bool IsTemporary => Has(Reaction.Temporary);

    /// <summary>Whether a refused request of several URLs can be divided to find the one that it was refused for.</summary>
    public bool IsDivided => Has(Reaction.Divide);

    /// <summary>Whether submitting pauses and can succeed afterwards.</summary>
    public bool PausesSubmissions => Has(Reaction.Pause);

    /// <summary>Whether too many requests were sent.</summary>
    internal bool IsThrottled => Has(Reaction.Hold);

    /// <summary>Whether a query is sent again immediately.</summary>
    internal bool IsQueryRetried => Has(Reaction.RetryQuery);

    /// <summary>Whether a submission is sent again immediately: only if it never reached the service.</summary>
    internal bool IsSubmissionRetried => Delivery == Delivery.NotSent && Has(Reaction.RetrySubmission);

    /// <summary>Whether there was not even a connection.</summary>
    public bool IsWithoutConnection => IsSubmissionRetried;

    /// <summary>
    /// Whether a service refused the credentials: sent again, they might be locked. Not if no credentials could be obtained.
    /// </summary>
    internal bool IsRefusal => Kind == FailureKind.Authentication && Delivery == Delivery.Refused;

    /// <summary>The same failure for all later requests of the connection, which are not sent because of it.</summary>
    internal VodClientException Remembered() =>
        new(this, $"{What} Nothing more is sent with these credentials until you connect again.", Hint) { Delivery = Delivery.NotSent };

    /// <summary>The same failure for a request that is not sent because of it; later ones may be.</summary>
    internal VodClientException NotSent() => new(this, What, Hint) { Delivery = Delivery.NotSent };

    /// <summary>The same failure with a more specific hint, and with a sentence more about what happened.</summary>
    internal VodClientException WithHint(string hint, string? detail = null) => new(this, detail is null ? What : $"{What} {detail}", hint);

    /// <summary>
    /// Whether a submission may have been accepted although it failed: it was sent, and its outcome is unknown.
    /// </summary>
    public bool OutcomeUnknown => Service == CloudService.Vod && Delivery == Delivery.Unknown;

    private bool Has(Reaction any) => (Reactions.Of(Kind, Service) & any) != 0;
}

using System.Globalization;
using System.Net;
using System.Text;

namespace VodPreheat.Client.Errors;

/// <summary>The one exception of the client. Its texts are already free of secrets.</summary>
public sealed class VodClientException : Exception
{
    internal VodClientException(FailureKind kind, string errorCode, string what, string hint, Exception? inner = null)
        : base(what, inner)
    {
        Kind = kind;
        ErrorCode = errorCode;
        Hint = hint;
    }

    /// <summary>What sort of failure it was.</summary>
    public FailureKind Kind { get; }

    /// <summary>The service's error_code, or one of <see cref="ErrorIds"/>. Never empty.</summary>
    public string ErrorCode { get; }

    /// <summary>What to do next, as a sentence.</summary>
    public string Hint { get; }

    /// <summary>The HTTP status, or null when there was no answer.</summary>
    public HttpStatusCode? StatusCode { get; internal init; }

    /// <summary>The service's id of the request (X-Request-Id, or X-IAM-Trace-Id of IAM), or null.</summary>
    public string? RequestId { get; internal init; }

    /// <summary>Whether it is certain that the request never reached the service: then even a POST may be repeated.</summary>
    public bool BeforeSending { get; internal init; }

    /// <summary>Whether it comes from signing in, which has retries of its own: repeating it would multiply them.</summary>
    internal bool AlreadyRetried { get; init; }

    /// <summary>What happened, without the code, the request id and the hint.</summary>
    public string What => base.Message;

    /// <summary>What happened, the code, the status, the request id, and what to do next.</summary>
    public override string Message
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

            return text.Append("). ").Append(Hint).ToString();
        }
    }

    /// <summary>The same failure with a hint that fits better.</summary>
    internal VodClientException WithHint(string hint) => new(Kind, ErrorCode, What, hint, InnerException)
    {
        StatusCode = StatusCode,
        RequestId = RequestId,
        BeforeSending = BeforeSending,
        AlreadyRetried = AlreadyRetried,
    };

    /// <summary>The same failure, met while signing in for a request that was therefore not sent.</summary>
    internal VodClientException WhileSigningIn() => new(Kind, ErrorCode, What, Hint, InnerException)
    {
        StatusCode = StatusCode,
        RequestId = RequestId,
        BeforeSending = true,
        AlreadyRetried = true,
    };

    /// <summary>
    /// Whether the answer shows that the credentials were accepted: the service then judged the request, not the caller.
    /// </summary>
    internal bool CredentialsAccepted => !AlreadyRetried && Kind is FailureKind.PermissionDenied or FailureKind.InvalidArgument
        or FailureKind.NotFound or FailureKind.InvalidOperation or FailureKind.QuotaExceeded;

    /// <summary>
    /// Whether a POST may have taken effect although it failed: it was sent, and no answer says what became of it.
    /// </summary>
    public bool OutcomeUnknown => !BeforeSending
        && (Kind is FailureKind.ConnectionFailed or FailureKind.Timeout or FailureKind.Unavailable or FailureKind.UnexpectedResponse
            || WasUnderWay);

    /// <summary>Whether the connection was taken away while the request was under way.</summary>
    internal bool WasUnderWay { get; init; }
}

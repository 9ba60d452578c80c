using System.Globalization;
using System.Net;
using System.Text.Json;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Secrets;
using VodPreheat.Client.Signing;

namespace VodPreheat.Client.Http;

/// <summary>Makes the exception for a request to a service that failed, or whose answer is not as documented; without secrets.</summary>
internal sealed class FailureFactory(CloudService service, Redactor redactor, TransportSettings settings)
{
    /// <summary>The hint if the metadata service has no keys, or does not exist.</summary>
    public const string AgencyRequired =
        "The metadata service exists only on an ECS, and has keys only if the server has an agency for a cloud service " +
        "(ECS console: the server's Agency). Elsewhere, use another method to sign in.";

    // The gateway refuses a signature whose X-Sdk-Date differs by more. Source: devg-apisign/api-sign-0001.
    private static readonly TimeSpan s_clockTolerance = TimeSpan.FromMinutes(15);

    /// <summary>Reads a successful answer; any 2xx is success, because the pages differ (200 and 202 for the same operation).</summary>
    /// <exception cref="VodClientException">An error in the body, or not the JSON of the API.</exception>
    public T Read<T>(HttpResponseMessage response, Func<ReadOnlyMemory<byte>, T> read)
    {
        ReadOnlyMemory<byte> body = BodyContent.Of(response);
        try
        {
            return read(body);
        }
        catch (JsonException error)
        {
            // Some services answer 200 with an error in the body.
            throw ErrorBody.Parse(body.Span, redactor.Clean) is { Code: not null } reported
                ? FromResponse(response, reported)
                : Unexpected(response, body.IsEmpty ? "it is empty" : error.Message.Split(" LineNumber:")[0].TrimEnd('.'), error);
        }
    }

    /// <summary>An answer with an error status.</summary>
    public VodClientException FromResponse(HttpResponseMessage response) =>
        FromResponse(response, ErrorBody.Parse(BodyContent.Of(response).Span, redactor.Clean));

    private VodClientException FromResponse(HttpResponseMessage response, ErrorBody body)
    {
        HttpRequestMessage request = response.RequestMessage!;
        bool isSigned = request.Headers.Contains(HeaderNames.Date);

        // The metadata service is never asked through anything; that of another cloud answers with pages.
        (FailureKind kind, string hint) = service != CloudService.Metadata && body.Code is null && WebPage.HintFor(response) is { } page
            ? (FailureKind.Intercepted, page)
            : ErrorCatalog.Find(body.Code, response.StatusCode, service, request.Method, isSigned);
        string what = body.Message is { } message ? $"The service answered: {message.Trim().TrimEnd('.')}." : Describe(response, kind);
        if (isSigned && ErrorCatalog.MayBeTheClock(body.Code) && ClockSkew(response) is { } skew)
        {
            what += $" This machine's clock is {skew} the service's.";
            hint = "Set the clock of this machine (a difference of 15 minutes or more is refused), then {Reconnect}.";
        }

        TimeSpan? retryAfter = RetryAfter(response);
        if (Reactions.Of(kind).HasFlag(Reaction.Pause) && VodClientException.MustNotWait(retryAfter))
        {
            hint = $"The service asks to wait {Math.Ceiling(retryAfter.Value.TotalMinutes).ToString("0", CultureInfo.InvariantCulture)} minutes: try again after that.";
        }

        if (kind == FailureKind.InvalidArgument && body.Message is null && hint != ErrorCatalog.TooLarge)
        {
            hint = "The answer does not say what is wrong: check the values that were specified, and {Endpoint}.";
        }

        string? requestId = RequestId(response) ?? body.RequestId;
        if (kind == FailureKind.Unavailable && requestId is not null)
        {
            hint += " Give the request ID to support.";
        }

        return new VodClientException(
            kind, body.Code ?? CodeOf(kind), what, service == CloudService.Iam ? OfService(hint) : hint)
        {
            Service = service,
            Delivery = DeliveryOf(kind),
            StatusCode = response.StatusCode,
            RequestId = requestId,
            RetryAfter = retryAfter,
        };
    }

    private string Describe(HttpResponseMessage response, FailureKind kind)
    {
        int status = (int)response.StatusCode;
        string via = settings.ProxyFor(response.RequestMessage!.RequestUri!) is { } proxy ? $" The request was sent through the proxy {proxy.Authority}." : string.Empty;
        return status is >= 300 and < 400
            ? $"The service answered with a redirect, which is not followed because it could carry the credentials elsewhere.{via}"
            : kind == FailureKind.Intercepted
            ? string.Create(CultureInfo.InvariantCulture, $"HTTP {status} with a web page: a proxy or firewall on the way answered, not the service.{via}")
            : string.Create(CultureInfo.InvariantCulture, $"The service answered with HTTP {status} and no error code{MediaType(response)}.{via}");
    }

    // Hints name the address of the service that was asked.
    private string OfService(string hint) => service switch
    {
        CloudService.Iam => hint.Replace("{Endpoint}", "{IamEndpoint}", StringComparison.Ordinal),
        CloudService.Metadata => AgencyRequired,
        _ => hint,
    };

    // A proxy that refuses a request does not forward it; a failure of the service does not show whether it took effect.
    private static Delivery DeliveryOf(FailureKind kind) =>
        kind == FailureKind.ProxyRefused ? Delivery.NotSent
        : Reactions.Of(kind).HasFlag(Reaction.EffectUnknown) ? Delivery.Unknown
        : Delivery.Refused;

    /// <summary>A success status with a body that is not as documented.</summary>
    public VodClientException Unexpected(HttpResponseMessage response, string problem, Exception? cause = null) => new(
        FailureKind.UnexpectedResponse,
        ErrorIds.UnexpectedResponse,
        $"The answer is not the JSON that the API promises: {redactor.Clean(problem)}{MediaType(response)}.",
        OfService("Check {Endpoint} and the network: something other than the service may have answered."),
        CauseOf(cause))
    {
        Service = service,
        Delivery = Delivery.Unknown,
        StatusCode = response.StatusCode,
        RequestId = RequestId(response),
    };

    /// <summary>No complete answer within the timeout of one attempt.</summary>
    public VodClientException Timeout(Uri uri, TimeSpan timeout, Exception cause, Delivery delivery) => new(
        FailureKind.Timeout,
        ErrorIds.Timeout,
        delivery == Delivery.NotSent
            ? $"The connection to {uri.Authority} timed out."
            : $"{uri.Authority} sent no complete answer within {timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s.",
        OfService("Try again, or increase {Timeout} of {Connection}."),
        CauseOf(cause))
    {
        Service = service,
        Delivery = delivery,
    };

    /// <summary>No answer, or an incomplete one.</summary>
    public VodClientException FromTransport(Uri uri, Exception error, bool isUnsent = false)
    {
        TransportCause cause = TransportCause.Of(error, uri, settings);
        HttpStatusCode? status = TransportCause.StatusOf(error);

        // .NET ends the text about a refused tunnel with a quotation mark that nothing opens.
        string detail = TransportCause.Innermost(error).Message.TrimEnd(status is null ? ['.'] : ['.', '"']);
        return new VodClientException(
            status == HttpStatusCode.ProxyAuthenticationRequired ? FailureKind.ProxyRefused : FailureKind.ConnectionFailed,
            ErrorIds.ConnectionFailed,
            $"{cause.What}: {redactor.Clean(detail)}.",
            OfService(cause.Hint),
            CauseOf(error))
        {
            Service = service,
            Delivery = isUnsent ? Delivery.NotSent : cause.Delivery,
            StatusCode = status,
        };
    }

    private CauseException? CauseOf(Exception? error) => error is null ? null : CauseException.Of(error, redactor);

    private static string CodeOf(FailureKind kind) => kind switch
    {
        FailureKind.UnexpectedResponse or FailureKind.Intercepted => ErrorIds.UnexpectedResponse,
        FailureKind.ConnectionFailed or FailureKind.ProxyRefused => ErrorIds.ConnectionFailed,
        FailureKind.Timeout => ErrorIds.Timeout,
        _ => ErrorIds.HttpError,
    };

    private string MediaType(HttpResponseMessage response) => BodyContent.MediaTypeOf(response) is { } type
        ? $" (content type {redactor.Clean(type)})"
        : string.Empty;

    /// <summary>The service's ID of a request, for support.</summary>
    public string? RequestId(HttpResponseMessage response)
    {
        foreach (string name in (ReadOnlySpan<string>)["X-Request-Id", "X-IAM-Trace-Id"])
        {
            if (response.Headers.NonValidated.TryGetValues(name, out System.Net.Http.Headers.HeaderStringValues values))
            {
                return redactor.Clean(values.ToString());
            }
        }

        return null;
    }

    // In seconds or as a date. It is not documented for the API; gateways and proxies send it.
    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        TimeSpan? asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - settings.Clock.GetUtcNow(),
            _ => null,
        };
        return asked < TimeSpan.Zero ? TimeSpan.Zero : asked;
    }

    private string? ClockSkew(HttpResponseMessage response)
    {
        if (response.Headers.Date is not { } theirs)
        {
            return null;
        }

        TimeSpan ahead = settings.Clock.GetUtcNow() - theirs;
        return ahead.Duration() < s_clockTolerance
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{ahead.Duration().TotalMinutes:0} minutes {(ahead > TimeSpan.Zero ? "ahead of" : "behind")}");
    }
}

using System.Globalization;
using System.Net;

namespace VodPreheat.Client.Errors;

/// <summary>
/// What each error code means and what to do about it. The code decides; the HTTP status only if the code is unknown,
/// because the service answers a missing asset with 400 or 403, a refused login with 403, an internal error with 403.
/// </summary>
/// <remarks>
/// Sources: the VOD error code table (api-vod/ErrorCode), the API gateway's (devg-apisign/api-sign-errorcode) and IAM's.
/// </remarks>
internal static class ErrorCatalog
{
    private const string CheckKey =
        "Check the access key and its secret, that the key is enabled, and this machine's clock. Then {Reconnect}; " +
        "more than five failures in a row lock an access key for five minutes.";

    private const string CheckToken =
        "Check that the token was issued by IAM of this region for the project of the connection, and that it was not revoked, as by a new password. " +
        "Then {Reconnect}.";

    private const string CheckCredentials = "Check the credentials, then {Reconnect}.";

    private const string CheckProject =
        "Specify the project ID of the connection's region (console: My Credentials) as {ProjectId} of {Connection}.";

    private const string AskQueryPermission = "Ask an administrator to grant vod:asset:getPreheatTask to this user.";

    private const string AskSubmitPermission = "Ask an administrator to grant vod:asset:preheat to this user.";

    private const string AskRegionPermission =
        "The user is not allowed to use this region: use another region, or ask an administrator.";

    private const string AskIamPermission =
        "Ask an administrator to allow this user to get tokens from IAM and to list its projects.";

    // Keystone has the same answer for every refused login; only its text describes the cause, and cannot be relied on.
    private const string CheckPassword =
        "Check the user name, the password, and {AccountName}, and that the user has a role in the project ({ProjectId}, or the one named after {Region}). HUAWEI ID and federated users cannot sign in with " +
        "a password, nor can users who need a verification code (MFA): create an IAM user for programmatic access, or use {AccessKey}.";

    private const string CheckEndpoint =
        "Check {Region} and {Endpoint} of {Connection}: the host does not serve this API.";

    private const string SlowDown =
        "Wait a minute, or lower {QueryLimit} or {SubmissionLimit} of {Connection}. " +
        "Other clients of the account may share the limit.";

    private const string TryLater = "Try again in a few minutes.";

    /// <summary>The request, or its headers, are longer than something on the way accepts.</summary>
    public const string TooLarge =
        "Something on the way limits the size of requests or of their headers. Tokens are large if they have a catalog: request one without it (nocatalog=true).";

    private const string CheckInput = "Check the value that the message names.";

    private const string CheckAsset =
        "Publish the asset, and enable its acceleration domain; a domain without traffic for a month is disabled.";

    private const string WaitForQuota = "Wait for the next day, or ask for a higher quota.";

    private const string AskAccountOwner = "Ask the owner of the account to resolve its status with Huawei Cloud.";

    /// <summary>Kind and hint of an answer.</summary>
    /// <param name="code">The service's error_code, if the answer has one.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="service">The service that answered.</param>
    /// <param name="method">The method of the request: a query and a submission need different permissions.</param>
    /// <param name="isSigned">Whether the request was signed with an access key: else it has a token, or a password.</param>
    public static (FailureKind Kind, string Hint) Find(string? code, HttpStatusCode status, CloudService service, HttpMethod method, bool isSigned)
    {
        (FailureKind kind, string hint) = Find(code, status);
        return kind switch
        {
            FailureKind.PermissionDenied when hint == AskQueryPermission && service == CloudService.Iam => (kind, AskIamPermission),
            FailureKind.PermissionDenied when hint == AskQueryPermission && method != HttpMethod.Get => (kind, AskSubmitPermission),
            FailureKind.Authentication when !isSigned && hint is CheckKey or CheckCredentials =>
                (kind, service == CloudService.Iam && method == HttpMethod.Post ? CheckPassword : CheckToken),
            _ => (kind, hint),
        };
    }

    private static (FailureKind Kind, string Hint) Find(string? code, HttpStatusCode status)
    {
        int dot = code?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (dot < 0 || !int.TryParse(code.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return ByStatus(status);
        }

        return code.AsSpan(0, dot) switch
        {
            "VOD" or "VST" => Vod(number) ?? ByStatus(status),
            "APIGW" or "APIG" or "APIC" => Gateway(number) ?? ByStatus(status),
            "IAM" => Iam(number) ?? ByStatus(status),
            _ => ByStatus(status),
        };
    }

    /// <summary>Whether the code is that of the gateway for an invalid signature, which can be caused by a wrong clock.</summary>
    public static bool MayBeTheClock(string? code) =>
        code is not null && (code.EndsWith(".0301", StringComparison.Ordinal) || code.EndsWith(".0303", StringComparison.Ordinal));

    private static (FailureKind, string)? Vod(int number) => number switch
    {
        10001 or 10053 or 10058 or 10059 or 10081 => (FailureKind.InvalidArgument, CheckInput),
        10002 or 10051 or 10052 => (FailureKind.Unavailable, TryLater),
        10004 or 10054 => (FailureKind.Authentication, CheckCredentials),
        10055 or 10056 or 10120 or 10132 => (FailureKind.PermissionDenied, AskAccountOwner),
        10057 => (FailureKind.ProjectMismatch, CheckProject),
        10060 or 10088 or 10089 or 10098 or 10110 => (FailureKind.InvalidOperation, CheckAsset),
        10062 => (FailureKind.NotFound, "Check the task or asset ID, and that it belongs to the region and the project of the connection."),
        10074 or 10111 or 10133 => (FailureKind.PermissionDenied, AskQueryPermission),
        10078 or 10086 => (FailureKind.QuotaExceeded, WaitForQuota),
        10079 or 10080 or 10083 or 10099 or 10136 => (FailureKind.InvalidOperation, "Check the status of the asset in the console."),
        10109 => (FailureKind.InvalidArgument, "Send at most 10 URLs in one request."),
        10127 => (FailureKind.Throttled, SlowDown),
        _ => null,
    };

    private static (FailureKind, string)? Gateway(int number) => number switch
    {
        101 or 103 => (FailureKind.WrongAddress, CheckEndpoint),
        204 or 602 or 607 => (FailureKind.InvalidArgument, CheckEndpoint),
        301 or 303 or 305 or 1009 => (FailureKind.Authentication, CheckKey),
        302 or 304 or 306 => (FailureKind.PermissionDenied, AskQueryPermission),
        307 => (FailureKind.Authentication, "The token has expired: {Reconnect} with a new one."),
        308 => (FailureKind.Throttled, SlowDown),
        310 => (FailureKind.ProjectMismatch, CheckProject),
        401 or 402 or 404 => (FailureKind.PermissionDenied, "Send requests from an address that the access control of the account allows."),
        501 => (FailureKind.QuotaExceeded, WaitForQuota),
        502 => (FailureKind.PermissionDenied, AskAccountOwner),
        601 or 605 or 606 or 608 or 609 or 610 or 611 or 612 or 613 or 705 => (FailureKind.Unavailable, TryLater),
        802 => (FailureKind.PermissionDenied, AskRegionPermission),
        _ => null,
    };

    private static (FailureKind, string)? Iam(int number) => number switch
    {
        1 or 66 or 67 => (FailureKind.Authentication, CheckCredentials),
        2 or 3 => (FailureKind.PermissionDenied, AskQueryPermission),
        4 => (FailureKind.NotFound, "Check the names that were specified for {Connection}."),
        6 or 20 => (FailureKind.Unavailable, TryLater),
        12 => (FailureKind.Throttled, SlowDown),
        61 => (FailureKind.Authentication, "The user is locked after too many wrong passwords: wait, or ask an administrator to unlock it."),
        62 => (FailureKind.Authentication, "Check the user name, the password, and {AccountName}."),
        80 or 82 => (FailureKind.Authentication, "The user is disabled: ask an administrator to enable it."),
        81 => (FailureKind.Authentication, "The user can only use the console: ask an administrator for programmatic access."),
        83 => (FailureKind.PermissionDenied, AskRegionPermission),
        1061 => (FailureKind.Authentication, "The user needs a verification code (MFA): use {AccessKey} or {Token} instead."),
        1104 or 1105 or 1106 or 1107 => (FailureKind.Authentication, "The access key is blocked, expired, or disabled: create a new one in the console."),
        1108 => (FailureKind.Authentication, "The temporary key has expired: get a new key, secret, and security token together."),
        1109 => (FailureKind.ProjectNotFound, CheckProject),
        _ => null,
    };

    private static (FailureKind, string) ByStatus(HttpStatusCode status) => (int)status switch
    {
        400 or 422 => (FailureKind.InvalidArgument, CheckInput),
        413 or 414 => (FailureKind.InvalidArgument, TooLarge),
        431 or 494 => (FailureKind.InvalidSetting, TooLarge),
        401 => (FailureKind.Authentication, CheckCredentials),
        403 => (FailureKind.PermissionDenied, AskQueryPermission),
        404 => (FailureKind.WrongAddress, CheckEndpoint),
        407 => (FailureKind.ProxyRefused, "The proxy requires a login: specify {ProxyLogin} for {Connection}."),
        408 => (FailureKind.Timeout, TryLater),
        429 => (FailureKind.Throttled, SlowDown),
        >= 500 => (FailureKind.Unavailable, TryLater),
        < 400 => (FailureKind.UnexpectedResponse, CheckEndpoint),
        _ => (FailureKind.InvalidOperation, CheckEndpoint),
    };
}

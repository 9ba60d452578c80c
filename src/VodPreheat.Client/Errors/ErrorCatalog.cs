using System.Globalization;
using System.Net;

namespace VodPreheat.Client.Errors;

/// <summary>
/// What each error code means and what to do about it. The code decides; the HTTP status only where the code is unknown,
/// because the service answers a missing asset with 400 or 403, a refused login with 403, an internal error with 403.
/// </summary>
/// <remarks>
/// Sources: the VOD error code table (api-vod/ErrorCode), the API gateway's (devg-apisign/api-sign-errorcode) and IAM's.
/// </remarks>
internal static class ErrorCatalog
{
    private const string CheckKey =
        "Check the access key and its secret, that the key is enabled, and this machine's clock. Then run Connect-VodAccount again; " +
        "more than five failures in a row lock an access key for five minutes.";

    private const string CheckLogin = "Check the credentials and run Connect-VodAccount again.";

    private const string CheckProject =
        "Use the project id of the connection's region (console: My Credentials) with Connect-VodAccount -ProjectId.";

    private const string AskQueryPermission = "Ask an administrator to grant vod:asset:getPreheatTask to this user.";

    private const string AskSubmitPermission = "Ask an administrator to grant vod:asset:preheat to this user.";

    private const string AskIamPermission = "Ask an administrator to allow this user to get tokens from IAM and to list its projects.";

    // Keystone answers every refused login alike; only its text tells what was wrong, and the text is not to be relied on.
    private const string CheckPassword =
        "Check user name, password and -DomainName (the account's name). HUAWEI ID and federated users cannot sign in this way, " +
        "nor users who must give a verification code (MFA): make an IAM user for programmatic access, or use -AccessKey.";

    private const string CheckEndpoint = "Check -Region and -Endpoint of Connect-VodAccount: the host does not serve this API.";

    private const string SlowDown =
        "Wait a minute, or lower the connection's -RequestsPerMinute or -SubmissionsPerMinute; others of the tenant share the limit.";

    private const string TryLater = "The fault is on the service's side: try again in a few minutes; tell support the request id.";

    private const string CheckInput = "Check the value named in the message.";

    private const string CheckAsset =
        "Publish the asset, and enable its acceleration domain; a domain without traffic for a month is disabled.";

    private const string WaitForQuota = "Wait for the next day, or ask for a higher quota.";

    private const string AskAccountOwner = "Ask the owner of the account to settle its state with Huawei Cloud.";

    /// <summary>Kind and hint of an answer.</summary>
    /// <param name="code">The service's error_code, if the answer has one.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="service">The service that answered.</param>
    /// <param name="method">The method of the request: a query and a submission need different permissions.</param>
    public static (FailureKind Kind, string Hint) Find(string? code, HttpStatusCode status, CloudService service, HttpMethod method)
    {
        (FailureKind kind, string hint) = Find(code, status);
        return kind switch
        {
            FailureKind.PermissionDenied when hint == AskQueryPermission && service == CloudService.Iam => (kind, AskIamPermission),
            FailureKind.PermissionDenied when hint == AskQueryPermission && method != HttpMethod.Get => (kind, AskSubmitPermission),
            FailureKind.Authentication when hint == CheckLogin && service == CloudService.Iam && method == HttpMethod.Post => (kind, CheckPassword),
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

    /// <summary>Whether the code is the gateway's for a signature it does not accept, of which a wrong clock is one cause.</summary>
    public static bool MayBeTheClock(string? code) =>
        code is not null && (code.EndsWith(".0301", StringComparison.Ordinal) || code.EndsWith(".0303", StringComparison.Ordinal));

    private static (FailureKind, string)? Vod(int number) => number switch
    {
        10001 or 10053 or 10058 or 10059 or 10081 => (FailureKind.InvalidArgument, CheckInput),
        10002 or 10051 or 10052 => (FailureKind.Unavailable, TryLater),
        10004 or 10054 => (FailureKind.Authentication, CheckLogin),
        10055 or 10056 or 10120 or 10132 => (FailureKind.PermissionDenied, AskAccountOwner),
        10057 => (FailureKind.ProjectMismatch, CheckProject),
        10060 or 10088 or 10089 or 10098 or 10110 => (FailureKind.InvalidOperation, CheckAsset),
        10062 => (FailureKind.NotFound, "Check the task or asset id, and that the connection's region and project are those it was made in."),
        10074 or 10111 or 10133 => (FailureKind.PermissionDenied, AskQueryPermission),
        10078 or 10086 => (FailureKind.QuotaExceeded, WaitForQuota),
        10079 or 10080 or 10083 or 10099 or 10136 => (FailureKind.InvalidOperation, "Check the state of the asset in the console."),
        10109 => (FailureKind.InvalidArgument, "Send at most 10 URLs in one request."),
        10127 => (FailureKind.Throttled, SlowDown),
        _ => null,
    };

    private static (FailureKind, string)? Gateway(int number) => number switch
    {
        101 or 103 => (FailureKind.NotFound, CheckEndpoint),
        204 or 602 or 607 => (FailureKind.InvalidArgument, CheckEndpoint),
        301 or 303 or 305 or 1009 => (FailureKind.Authentication, CheckKey),
        302 or 304 or 306 => (FailureKind.PermissionDenied, AskQueryPermission),
        307 => (FailureKind.Authentication, "The token has expired: run Connect-VodAccount again with a fresh one."),
        308 => (FailureKind.Throttled, SlowDown),
        310 => (FailureKind.ProjectMismatch, CheckProject),
        401 or 402 or 404 => (FailureKind.PermissionDenied, "Call from an address that the access control of the account allows."),
        501 => (FailureKind.QuotaExceeded, WaitForQuota),
        502 => (FailureKind.PermissionDenied, AskAccountOwner),
        601 or 605 or 606 or 608 or 609 or 610 or 611 or 612 or 613 or 705 => (FailureKind.Unavailable, TryLater),
        802 => (FailureKind.PermissionDenied, "The user is forbidden in this region: use another region, or ask an administrator."),
        _ => null,
    };

    private static (FailureKind, string)? Iam(int number) => number switch
    {
        1 or 66 or 67 => (FailureKind.Authentication, CheckLogin),
        2 or 3 => (FailureKind.PermissionDenied, AskQueryPermission),
        4 => (FailureKind.NotFound, "Check the names given to Connect-VodAccount."),
        6 or 20 => (FailureKind.Unavailable, TryLater),
        12 => (FailureKind.Throttled, SlowDown),
        61 => (FailureKind.Authentication, "The user is locked after too many wrong passwords: wait, or ask an administrator to unlock it."),
        62 => (FailureKind.Authentication, "Check user name, password and -DomainName (the account's name)."),
        80 or 82 => (FailureKind.Authentication, "The user is disabled: ask an administrator to enable it."),
        81 => (FailureKind.Authentication, "The user may only use the console: ask an administrator for programmatic access."),
        83 => (FailureKind.PermissionDenied, "The user may not use this region: use another region, or ask an administrator."),
        1061 => (FailureKind.Authentication, "The user needs a verification code (MFA): use an access key (-AccessKey) or a token (-Token) instead."),
        1104 or 1105 or 1106 or 1107 => (FailureKind.Authentication, "The access key is barred, expired or disabled: make a new one in the console."),
        1108 => (FailureKind.Authentication, "The temporary key has expired: get a new key, secret and security token together."),
        1109 => (FailureKind.ProjectNotFound, CheckProject),
        _ => null,
    };

    private static (FailureKind, string) ByStatus(HttpStatusCode status) => (int)status switch
    {
        400 or 413 or 414 or 422 or 431 or 494 => (FailureKind.InvalidArgument, CheckInput),
        401 => (FailureKind.Authentication, CheckLogin),
        403 => (FailureKind.PermissionDenied, AskQueryPermission),
        404 => (FailureKind.NotFound, CheckEndpoint),
        407 => (FailureKind.ProxyRefused, "The proxy wants a login: give Connect-VodAccount -ProxyCredential."),
        408 => (FailureKind.Timeout, TryLater),
        429 => (FailureKind.Throttled, SlowDown),
        >= 500 => (FailureKind.Unavailable, TryLater),
        < 400 => (FailureKind.UnexpectedResponse, CheckEndpoint),
        _ => (FailureKind.InvalidOperation, CheckEndpoint),
    };
}

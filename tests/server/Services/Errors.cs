using VodPreheat.TestServer.Wire;

namespace VodPreheat.TestServer.Services;

/// <summary>The formats of error answers.</summary>
internal static class Errors
{
    public static HttpAnswer Gateway(RecordedRequest request, int status, string code, string message) =>
        HttpAnswer.Json(status, new { error_msg = message, error_code = code, request_id = request.RequestId });

    public static HttpAnswer Unauthorized(RecordedRequest request, string message) =>
        Gateway(request, 401, "APIGW.0301", "Incorrect IAM authentication information: " + message);

    public static HttpAnswer Throttled(RecordedRequest request) =>
        Gateway(request, 429, "APIGW.0308", "The throttling threshold has been reached: policy user over ratelimit,limit:100,time:1 minute");

    public static HttpAnswer NoSuchApi(RecordedRequest request) =>
        Gateway(request, 404, "APIGW.0101", "The API does not exist or has not been published in the environment");

    /// <summary>VOD and the v3.0 part of IAM.</summary>
    public static HttpAnswer Service(int status, string code, string message) =>
        HttpAnswer.Json(status, new { error_code = code, error_msg = message });

    public static HttpAnswer IllegalField(string field) =>
        Service(400, "VOD.10053", $"The request parameter is illegal, illegal field: {{{field}}}.");

    /// <summary>The v3 part of IAM: nested, and the code is a number.</summary>
    public static HttpAnswer Keystone(int status, string title, string message) =>
        HttpAnswer.Json(status, new { error = new { code = status, message, title } });
}

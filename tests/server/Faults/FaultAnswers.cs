using System.IO.Compression;
using System.Text;
using System.Text.Json;
using VodPreheat.TestServer.Services;
using VodPreheat.TestServer.Wire;

namespace VodPreheat.TestServer.Faults;

/// <summary>The faults in what is answered; FaultyWire has those in how it is sent.</summary>
internal static class FaultAnswers
{
    private const int HugeBodySize = 17 * 1024 * 1024;
    private const string Row = """{"url":"https://cdn.example.com/a.mp4","status":"succeed"}""";
    private static readonly Lazy<HttpAnswer> s_hugeBody = new(HugeBody);

    /// <summary>The answer to a request that the service does not execute; null if the fault is of another kind.</summary>
    public static HttpAnswer? Refusal(FaultKind kind, RecordedRequest request) => kind switch
    {
        FaultKind.Redirect302 => HttpAnswer.Empty(302).With("Location", "/elsewhere?" + request.Query),
        FaultKind.EchoSecretsIn400 => EchoSecrets(request),
        FaultKind.EchoBodyIn400 => Errors.Service(400, "VOD.10053", $"The request is illegal: {Encoding.UTF8.GetString(request.BodyBytes)}"),
        FaultKind.Unauthorized401 => Errors.Unauthorized(request, "verify aksk signature fail"),
        FaultKind.TokenExpired0307 => Errors.Gateway(request, 401, "APIGW.0307", "The token must be updated."),
        FaultKind.EchoCanonicalRequest => EchoCanonicalRequest(request),
        FaultKind.Forbidden403 => Errors.Gateway(request, 403, "APIGW.0302", "The IAM user is not allowed to access the API."),
        FaultKind.Html401 => Html(401, "401 Authorization Required"),
        FaultKind.Html403 => Html(403, "Access Denied"),
        FaultKind.Html511 => Html(511, "Please log in"),
        FaultKind.PermissionVod => Errors.Service(403, "VOD.10074", "You do not have the permission to perform this operation."),
        FaultKind.IamDenied => HttpAnswer.Json(403, new
        {
            error_code = "IAM.0002",
            error_msg = "Policy doesn't allow vod:asset:getPreheatTask to be performed.",
            encoded_authorization_message = Convert.ToBase64String(new byte[90]),
            request_id = request.RequestId,
        }),
        FaultKind.Throttled429 => Errors.Throttled(request),
        FaultKind.Throttled429RetryNow => Errors.Throttled(request).With("Retry-After", "0"),
        FaultKind.Throttled429RetryAfter => Errors.Throttled(request).With("Retry-After", "1"),
        FaultKind.Error500 => Errors.Service(500, "VOD.10051", "Internal error."),
        FaultKind.Error502 => Errors.Gateway(request, 502, "APIGW.0201", "Backend unavailable."),
        FaultKind.Html502 => Html(502, "502 Bad Gateway"),
        FaultKind.Error503 => Errors.Gateway(request, 503, "APIGW.0613", "IAM is temporarily unavailable."),
        FaultKind.Error504 => Errors.Gateway(request, 504, "APIGW.0201", "Backend timeout."),
        _ => null,
    };

    /// <summary>The answer, with the fault, to a request that the service has executed.</summary>
    public static HttpAnswer Bend(FaultKind kind, HttpAnswer normal) => kind switch
    {
        FaultKind.TruncatedJson => normal with { Body = normal.Body[..(normal.Body.Length / 2)] },
        FaultKind.EmptyBody => normal with { Body = [] },
        FaultKind.Gzip => (normal with { Body = Compress(normal.Body) }).With("Content-Encoding", "gzip"),
        FaultKind.WrongContentType => normal with { ContentType = "text/plain" },
        FaultKind.Bom => normal with { Body = [0xEF, 0xBB, 0xBF, .. normal.Body] },
        FaultKind.Accepted202 => normal with { Status = 202 },
        FaultKind.SetCookie => normal.With("Set-Cookie", "HWWAFSESID=0123456789; path=/"),
        FaultKind.NoContent204 => HttpAnswer.Empty(204),
        FaultKind.HtmlPage => Html(200, "Please log in"),
        FaultKind.HugeBody => s_hugeBody.Value,
        FaultKind.HugeString => Ok(
            $$"""{"preheating_results":[{"url":"https://cdn.example.com/{{new string('a', 1_000_000)}}","status":"succeed"}]}"""),
        FaultKind.DuplicateKeys => Ok(
            $$"""
            {"preheating_results":[{{Row}}],
             "preheating_results":[{"url":"https://cdn.example.com/a.mp4","url":"https://cdn.example.com/b.mp4","status":"succeed","status":"failed"}]}
            """),
        FaultKind.DeepNesting => Ok($$"""{"preheating_results":{{new string('[', 10_000)}}{{new string(']', 10_000)}}}"""),
        FaultKind.NumberForString => Ok("""{"preheating_results":[{"url":1,"status":2}]}"""),
        FaultKind.JsonArray => Ok($"[{Row}]"),
        FaultKind.JsonString => Ok("\"preheating_results\""),
        FaultKind.NullResults => Ok("""{"preheating_results":null}"""),
        FaultKind.NoResults => Ok("{}"),
        FaultKind.EmptyResults => Ok("""{"preheating_results":[]}"""),
        FaultKind.OtherObject => Ok("""{"foo":1}"""),
        FaultKind.InvalidUtf8 => InvalidUtf8(),
        _ => normal,
    };

    /// <summary>The answer to a client that follows Redirect302.</summary>
    public static HttpAnswer Redirected() => Ok($$"""{"preheating_results":[{{Row}}]}""");

    private static HttpAnswer Ok(string json) => HttpAnswer.Text(200, json, "application/json");

    private static HttpAnswer Html(int status, string text) => HttpAnswer.Text(
        status, $"<html><head><title>{text}</title></head><body><h1>{text}</h1></body></html>", "text/html; charset=utf-8");

    private static HttpAnswer EchoCanonicalRequest(RecordedRequest request)
    {
        string[] headers = [.. request.Headers.Select(h => $"{h.Key.ToLowerInvariant()}:{h.Value}").Order(StringComparer.Ordinal)];
        return Errors.Unauthorized(
            request,
            "verify aksk signature fail, canonicalRequest:"
            + $"{request.Method}|{request.Path}/|{request.Query}|{string.Join('|', headers)}||{Signature.BodyHash(request)}");
    }

    private static HttpAnswer EchoSecrets(RecordedRequest request)
    {
        JsonElement body = Json.TryParse(request.BodyBytes) ?? default;
        string?[] secrets =
        [
            request.Header("X-Auth-Token"),
            request.Header("X-Security-Token"),
            Json.Text(body, "auth", "identity", "password", "user", "password"),
            Json.Text(body, "auth", "id_token", "id"),
        ];
        StringBuilder text = new("The request parameter is illegal, illegal field: {header}.");
        foreach (string secret in secrets.OfType<string>())
        {
            byte[] bytes = Encoding.UTF8.GetBytes(secret);
            text.Append(' ').AppendJoin(
                ' ', secret, Uri.EscapeDataString(secret), Convert.ToBase64String(bytes), Convert.ToHexString(bytes).ToLowerInvariant());
        }

        return Errors.Service(400, "VOD.10053", text.ToString());
    }

    private static HttpAnswer HugeBody()
    {
        StringBuilder text = new("{\"preheating_results\":[", HugeBodySize + 128);
        while (text.Length < HugeBodySize)
        {
            text.Append(Row).Append(',');
        }

        return Ok(text.Append(Row).Append("]}").ToString());
    }

    private static HttpAnswer InvalidUtf8()
    {
        HttpAnswer answer = Ok("""{"preheating_results":[{"url":"https://cdn.example.com/??.mp4","status":"succeed"}]}""");
        int at = Array.IndexOf(answer.Body, (byte)'?');
        answer.Body[at] = 0xFF;
        answer.Body[at + 1] = 0xFE;
        return answer;
    }

    private static byte[] Compress(byte[] body)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(body);
        }

        return compressed.ToArray();
    }
}

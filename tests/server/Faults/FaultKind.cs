namespace VodPreheat.TestServer.Faults;

/// <summary>The faults and unusual forms of an answer.</summary>
public enum FaultKind
{
    // The connection.

    /// <summary>A TCP reset instead of an answer.</summary>
    ResetBeforeHeaders,

    /// <summary>A TCP reset in the middle of the headers.</summary>
    ResetInHeaders,

    /// <summary>A TCP reset in the middle of the body.</summary>
    ResetInBody,

    /// <summary>The connection ends properly, without an answer.</summary>
    CloseBeforeHeaders,

    /// <summary>Less body than Content-Length specifies, then the connection ends properly.</summary>
    TruncatedBody,

    /// <summary>No answer until the client gives up.</summary>
    Stall,

    /// <summary>Headers and half the body, then nothing until the client gives up.</summary>
    StallInBody,

    /// <summary>The body is sent a byte every 200 ms and does not end.</summary>
    DripBody,

    /// <summary>The body is sent fast, in chunks, and does not end.</summary>
    EndlessBody,

    /// <summary>An invalid status line that contains the credentials of the request.</summary>
    EchoInStatusLine,

    /// <summary>An invalid header line that contains the credentials of the request.</summary>
    EchoInHeaderLine,

    /// <summary>Two 1xx answers before the final one.</summary>
    Continue100,

    // The normal answer, modified.

    /// <summary>Valid HTTP with half of the JSON.</summary>
    TruncatedJson,

    /// <summary>The normal status with no body.</summary>
    EmptyBody,

    /// <summary>The normal answer, compressed, which was not requested.</summary>
    Gzip,

    /// <summary>The correct JSON as text/plain.</summary>
    WrongContentType,

    /// <summary>A byte order mark before the JSON.</summary>
    Bom,

    /// <summary>The normal body with 202.</summary>
    Accepted202,

    /// <summary>The normal answer with a cookie, which must not be returned.</summary>
    SetCookie,

    // 2xx with another body.

    /// <summary>204.</summary>
    NoContent204,

    /// <summary>200 with an HTML page, as from a captive portal.</summary>
    HtmlPage,

    /// <summary>17 MiB of valid JSON.</summary>
    HugeBody,

    /// <summary>A result with a URL of 1 MB.</summary>
    HugeString,

    /// <summary>Every property is duplicated.</summary>
    DuplicateKeys,

    /// <summary>10,000 nested arrays.</summary>
    DeepNesting,

    /// <summary>Numbers for the URL and the status.</summary>
    NumberForString,

    /// <summary>The results without the object around them.</summary>
    JsonArray,

    /// <summary>A JSON string.</summary>
    JsonString,

    /// <summary>The list is null.</summary>
    NullResults,

    /// <summary>An empty object.</summary>
    NoResults,

    /// <summary>An empty list.</summary>
    EmptyResults,

    /// <summary>An object with other properties only.</summary>
    OtherObject,

    /// <summary>A URL with bytes that are not UTF-8.</summary>
    InvalidUtf8,

    // Refusals: the request has no effect.

    /// <summary>302 to a path of this server that answers 200 with a result, and is in the requests if it is followed.</summary>
    Redirect302,

    /// <summary>400 VOD.10053 with the token headers, password and identity token in its text: plain, URL-encoded, in Base64 and in hex.</summary>
    EchoSecretsIn400,

    /// <summary>400 VOD.10053 with the body of the request in its text.</summary>
    EchoBodyIn400,

    /// <summary>401 APIGW.0301.</summary>
    Unauthorized401,

    /// <summary>401 APIGW.0307: the token has expired.</summary>
    TokenExpired0307,

    /// <summary>401 APIGW.0301 with a canonical request of all headers in its text, tokens included.</summary>
    EchoCanonicalRequest,

    /// <summary>403 APIGW.0302.</summary>
    Forbidden403,

    /// <summary>401 with an HTML page, as from a proxy that requires a login of its own.</summary>
    Html401,

    /// <summary>403 with an HTML page, as from a firewall.</summary>
    Html403,

    /// <summary>511 with an HTML page, as from a captive portal.</summary>
    Html511,

    /// <summary>403 VOD.10074: no permission for the operation.</summary>
    PermissionVod,

    /// <summary>403 in the format of IAM 5, with an encoded_authorization_message.</summary>
    IamDenied,

    /// <summary>429 APIGW.0308.</summary>
    Throttled429,

    /// <summary>429 APIGW.0308 with Retry-After: 0.</summary>
    Throttled429RetryNow,

    /// <summary>429 APIGW.0308 with Retry-After: 1.</summary>
    Throttled429RetryAfter,

    /// <summary>500 VOD.10051.</summary>
    Error500,

    /// <summary>502 APIGW.0201.</summary>
    Error502,

    /// <summary>502 with an HTML page.</summary>
    Html502,

    /// <summary>503 APIGW.0613.</summary>
    Error503,

    /// <summary>504 APIGW.0201.</summary>
    Error504,
}

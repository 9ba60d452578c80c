namespace VodPreheat.TestServer.Faults;

/// <summary>Ways in which an answer can go wrong, or be unusual.</summary>
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

    /// <summary>Less body than Content-Length says, then the connection ends properly.</summary>
    TruncatedBody,

    /// <summary>No answer until the client gives up.</summary>
    Stall,

    /// <summary>Headers and half the body, then nothing until the client gives up.</summary>
    StallInBody,

    /// <summary>The body comes a byte every 200 ms and does not end.</summary>
    DripBody,

    /// <summary>The body comes fast, in chunks, and does not end.</summary>
    EndlessBody,

    /// <summary>Compressed blocks with nothing in them, without end: gigabytes that unpack to no byte.</summary>
    EndlessGzip,

    /// <summary>A status line that is none, with the credentials of the request in it.</summary>
    EchoInStatusLine,

    /// <summary>A header line that is none, with the credentials of the request in it.</summary>
    EchoInHeaderLine,

    /// <summary>Two 1xx answers before the real one.</summary>
    Continue100,

    // The normal answer, bent.

    /// <summary>Good HTTP around half the JSON.</summary>
    TruncatedJson,

    /// <summary>The normal status with no body.</summary>
    EmptyBody,

    /// <summary>The normal answer, compressed.</summary>
    Gzip,

    /// <summary>Says gzip, is not.</summary>
    BrokenGzip,

    /// <summary>The right JSON as text/plain.</summary>
    WrongContentType,

    /// <summary>A byte order mark before the JSON.</summary>
    Bom,

    /// <summary>The normal body with 202.</summary>
    Accepted202,

    /// <summary>The normal answer with a cookie, which must not come back.</summary>
    SetCookie,

    // 2xx with another body.

    /// <summary>204.</summary>
    NoContent204,

    /// <summary>200 with a page of HTML, as a captive portal gives.</summary>
    HtmlPage,

    /// <summary>17 MiB of valid JSON.</summary>
    HugeBody,

    /// <summary>A row with a URL of 1 MB.</summary>
    HugeString,

    /// <summary>Every property twice.</summary>
    DuplicateKeys,

    /// <summary>10,000 arrays in each other.</summary>
    DeepNesting,

    /// <summary>Numbers for the URL and the status.</summary>
    NumberForString,

    /// <summary>The rows without the object around them.</summary>
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

    /// <summary>302 to a path of this server which answers 200 with a row; it shows among the requests if followed.</summary>
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

    /// <summary>403 VOD.10074: no permission for the operation.</summary>
    PermissionVod,

    /// <summary>403 in the shape of IAM 5, with an encoded_authorization_message.</summary>
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

    /// <summary>502 with a page of HTML.</summary>
    Html502,

    /// <summary>503 APIGW.0613.</summary>
    Error503,

    /// <summary>504 APIGW.0201.</summary>
    Error504,
}

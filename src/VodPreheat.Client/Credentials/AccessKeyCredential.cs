using System.Security.Cryptography;
using System.Text;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Secrets;
using VodPreheat.Client.Signing;

namespace VodPreheat.Client.Credentials;

/// <summary>An access key (AK/SK), with a security token if it is temporary.</summary>
public sealed class AccessKeyCredential(string accessKey, Secret secretKey, Secret? securityToken) : Credential
{
    /// <summary>The access key ID. It names the key and is not secret.</summary>
    public string AccessKey => accessKey;

    /// <summary>Whether a text can be an access key ID: letters and digits, which cannot break out of a header.</summary>
    internal static bool IsAccessKey(string text) => text.Length > 0 && text.All(char.IsAsciiLetterOrDigit);

    /// <summary>Makes a credential of parts that a user specified.</summary>
    /// <exception cref="VodClientException">VodCredentialInvalid: a part is empty or cannot be a key.</exception>
    public static AccessKeyCredential Create(string accessKey, Secret secretKey, Secret? securityToken, string? projectId = null)
    {
        ArgumentNullException.ThrowIfNull(accessKey);
        ArgumentNullException.ThrowIfNull(secretKey);
        accessKey = accessKey.Trim();

        // Their lengths in Huawei Cloud. Before any other error: the ID is displayed, and here it is the secret.
        if ((accessKey.Length, secretKey.Length) is (40, 20) || secretKey.Bytes.SequenceEqual(Encoding.UTF8.GetBytes(accessKey)))
        {
            secretKey.Dispose();
            throw InvalidCredential.Given(
                "The access key ID and the secret key are swapped, or the same.",
                "Specify the access key ID (20 characters) as the user name, and its secret key (40 characters) as the password.");
        }

        if (!IsAccessKey(accessKey))
        {
            throw InvalidCredential.Given(
                "The access key ID does not consist of letters and digits only.",
                "Specify the access key ID as the user name, and its secret key as the password.");
        }

        return new(accessKey, secretKey.CheckedForHeader("secret key"), securityToken?.CheckedForHeader("security token")) { ProjectId = projectId };
    }

    internal override IEnumerable<Secret> Secrets => securityToken is null ? [secretKey] : [secretKey, securityToken];

    /// <summary>
    /// Signs the request. Host, X-Sdk-Date and, where present, X-Project-Id and X-Security-Token are signed; Content-Type and
    /// User-Agent are not, because proxies and HttpClient may rewrite them.
    /// </summary>
    internal override void Authorize(HttpRequestMessage request, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        Uri uri = request.RequestUri!;
        string date = RequestSigner.FormatDate(now);
        SetHeader(request, HeaderNames.Date, date);
        if (securityToken is not null)
        {
            SetHeader(request, HeaderNames.SecurityToken, securityToken.Reveal());
        }

        // In ordinal order of the lowercase names.
        var signed = new List<KeyValuePair<string, string>>(4) { new("host", request.Headers.Host!) };
        AddIfPresent(signed, request, "x-project-id", HeaderNames.ProjectId);
        signed.Add(new("x-sdk-date", date));
        AddIfPresent(signed, request, "x-security-token", HeaderNames.SecurityToken);

        string signedHeaders = CanonicalRequest.SignedHeaders(signed);
        byte[] canonical = CanonicalRequest.Build(
            request.Method.Method,
            UriEncoding.CanonicalPath(uri.AbsolutePath),
            uri.Query.Length == 0 ? [] : uri.Query.AsSpan(1),
            signed,
            signedHeaders,
            CanonicalRequest.Hash(body));
        byte[] stringToSign = RequestSigner.StringToSign(date, canonical);
        CryptographicOperations.ZeroMemory(canonical);
        SetHeader(request, HeaderNames.Authorization, RequestSigner.Authorization(accessKey, secretKey.Bytes, signedHeaders, stringToSign));
        GC.KeepAlive(secretKey);
    }

    private static void AddIfPresent(List<KeyValuePair<string, string>> signed, HttpRequestMessage request, string lowerName, string name)
    {
        if (request.Headers.NonValidated.TryGetValues(name, out System.Net.Http.Headers.HeaderStringValues values))
        {
            signed.Add(new(lowerName, values.ToString()));
        }
    }
}

using System.Security.Cryptography;
using System.Text;

namespace VodPreheat.UnitTests.Support;

/// <summary>Signs a sent request again, by the documentation of the algorithm only.</summary>
internal static class SignatureCheck
{
    /// <summary>The names in SignedHeaders of an Authorization header.</summary>
    public static string[] SignedHeaders(this Sent sent) =>
        sent.Header("Authorization")!.Split("SignedHeaders=")[1].Split(',')[0].Split(';');

    /// <summary>Asserts that the signature is that of the path, query, headers, and body that were sent.</summary>
    public static void AssertSigned(this Sent sent)
    {
        string[] names = sent.SignedHeaders();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        string query = sent.Uri.Query.Length == 0 ? "" : sent.Uri.Query[1..];
        string headers = string.Concat(names.Select(name => $"{name}:{sent.Header(name)}\n"));
        string canonical = $"{sent.Method}\n{sent.Uri.AbsolutePath}/\n{query}\n{headers}\n{string.Join(';', names)}\n{Hex(SHA256.HashData(sent.Body))}";
        string toSign = $"SDK-HMAC-SHA256\n{sent.Header("X-Sdk-Date")}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        string signature = Hex(HMACSHA256.HashData(Encoding.UTF8.GetBytes(TestClient.SecretKey), Encoding.UTF8.GetBytes(toSign)));
        Assert.Equal(
            $"SDK-HMAC-SHA256 Access={TestClient.AccessKey}, SignedHeaders={string.Join(';', names)}, Signature={signature}",
            sent.Header("Authorization"));
    }

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();
}

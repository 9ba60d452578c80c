using System.Text;
using System.Text.Json;
using VodPreheat.Client.Signing;

namespace VodPreheat.UnitTests.Signing;

/// <summary>Every vector of signing-vectors.json: canonical request, string to sign, Authorization.</summary>
public sealed class SigningVectorTests
{
    private static readonly JsonElement s_vectors =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "signing-vectors.json"))).RootElement.GetProperty("vectors");

    public static TheoryData<string> Ids => [.. s_vectors.EnumerateArray().Select(vector => vector.GetProperty("id").GetString()!)];

    [Fact]
    public void All_24_vectors_are_tested() => Assert.Equal(24, s_vectors.GetArrayLength());

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_vector_is_reproduced(string id)
    {
        JsonElement vector = s_vectors.EnumerateArray().Single(candidate => candidate.GetProperty("id").GetString() == id);
        JsonElement inputs = vector.GetProperty("inputs");
        string authorization = vector.GetProperty("authorization").GetString()!;
        Dictionary<string, string> present = inputs.GetProperty("headers").EnumerateObject()
            .Concat(vector.GetProperty("headers_added_by_signer").EnumerateObject())
            .ToDictionary(header => header.Name.ToLowerInvariant(), header => header.Value.GetString()!);
        string signedHeaders = authorization.Split("SignedHeaders=")[1].Split(',')[0];
        KeyValuePair<string, string>[] signed = [.. signedHeaders.Split(';').Select(name => KeyValuePair.Create(name, present[name]))];
        Assert.Equal(signedHeaders, CanonicalRequest.SignedHeaders(signed));
        string payloadHash = vector.GetProperty("payload_hash_line").GetString()!;
        if (!present.ContainsKey("x-sdk-content-sha256"))
        {
            Assert.Equal(payloadHash, CanonicalRequest.Hash(Encoding.UTF8.GetBytes(inputs.GetProperty("body").GetString()!)));
        }

        byte[] canonical = CanonicalRequest.Build(
            inputs.GetProperty("method").GetString()!,
            UriEncoding.CanonicalPath(inputs.GetProperty("path").GetString()!),
            UriEncoding.CanonicalQuery(inputs.GetProperty("query").EnumerateArray()
                .Select(pair => KeyValuePair.Create(pair[0].GetString()!, pair[1].GetString()!))),
            signed,
            signedHeaders,
            payloadHash);
        Assert.Equal(vector.GetProperty("canonical_request").GetString(), Encoding.UTF8.GetString(canonical));

        byte[] stringToSign = RequestSigner.StringToSign(present["x-sdk-date"], canonical);
        Assert.Equal(vector.GetProperty("string_to_sign").GetString(), Encoding.UTF8.GetString(stringToSign));
        Assert.Equal(authorization, RequestSigner.Authorization(
            inputs.GetProperty("ak").GetString()!, Encoding.UTF8.GetBytes(inputs.GetProperty("sk").GetString()!), signedHeaders, stringToSign));
    }

    // No vector has such a value. Source: devg-apisign/api-sign-algorithm-001 to -005.
    [Fact]
    public void A_header_is_signed_in_UTF_8_and_without_the_spaces_around_its_value() => Assert.Equal(
        "GET\n/\n\nx-name:\u00e9 \u4e2d\n\nx-name\nhash",
        Encoding.UTF8.GetString(CanonicalRequest.Build("GET", "/", "", [new("x-name", "  \u00e9 \u4e2d ")], "x-name", "hash")));
}

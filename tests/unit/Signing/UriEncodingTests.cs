using System.Text;
using System.Text.RegularExpressions;
using FsCheck.Xunit;
using VodPreheat.Client;
using VodPreheat.Client.Signing;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Signing;

[Properties(Arbitrary = [typeof(OddTexts)])]
public sealed partial class UriEncodingTests
{
    [Property(MaxTest = 2000)]
    public void Encoded_text_has_only_unreserved_characters_and_uppercase_escapes(string text) =>
        Assert.Matches(Canonical(), UriEncoding.CanonicalQuery([new(text, text)]));

    [Property(MaxTest = 2000)]
    public void Encoded_text_decodes_to_the_same_with_lone_surrogates_as_U_FFFD(string text) =>
        Assert.Equal(AsUtf8(text), Uri.UnescapeDataString(UriEncoding.CanonicalQuery([new(text, "")])[..^1]));

    [Property(MaxTest = 500)]
    public void The_task_ID_that_is_sent_is_the_one_that_is_signed(string taskId)
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = TestClient.Create(network);
        Assert.True(client.QueryAsync(taskId).IsCompletedSuccessfully);

        Sent sent = Assert.Single(network.Sent);
        sent.AssertSigned();
        Match query = Query().Match(sent.Uri.PathAndQuery);
        Assert.True(query.Success, sent.Uri.PathAndQuery);
        Assert.Equal(AsUtf8(taskId), Uri.UnescapeDataString(query.Groups[1].Value));
    }

    [Property(MaxTest = 1000)]
    public void A_query_is_sorted_by_decoded_names_and_then_values_in_code_point_order(string[] names, string[] values)
    {
        KeyValuePair<string, string>[] pairs = [.. names.Zip(values, KeyValuePair.Create)];
        string[] encoded = UriEncoding.CanonicalQuery(pairs).Split('&', StringSplitOptions.RemoveEmptyEntries);
        (string Name, string Value)[] decoded =
            [.. encoded.Select(pair => (Uri.UnescapeDataString(pair.Split('=')[0]), Uri.UnescapeDataString(pair.Split('=')[1])))];

        Assert.Equal(pairs.Length, decoded.Length);
        Assert.Equal(decoded.OrderBy(pair => Utf32(pair.Name), StringComparer.Ordinal).ThenBy(pair => Utf32(pair.Value), StringComparer.Ordinal), decoded);
    }

    [Theory]
    [InlineData("", "/")]
    [InlineData("/", "/")]
    [InlineData("/v1.0/p/asset/preheating", "/v1.0/p/asset/preheating/")]
    [InlineData("/v1.0/p/", "/v1.0/p/")]
    [InlineData("/a//b", "/a//b/")]
    [InlineData("/a%2fb", "/a%2Fb/")]
    [InlineData("/a%41%7E~", "/aA~~/")]
    [InlineData("/a b+c", "/a%20b%2Bc/")]
    [InlineData("/中", "/%E4%B8%AD/")]
    [InlineData("/100%", "/100%25/")]
    public void A_path_is_decoded_and_encoded_segment_by_segment_and_ends_in_a_slash(string path, string canonical) =>
        Assert.Equal(canonical, UriEncoding.CanonicalPath(path));

    [Fact]
    public void An_empty_value_keeps_its_equals_sign() =>
        Assert.Equal("a=&b=", UriEncoding.CanonicalQuery([new("b", ""), new("a", "")]));

    // A surrogate pair is sorted after U+FFFF by code point, and before it by UTF-16 unit.
    [Fact]
    public void Characters_outside_the_basic_plane_are_sorted_last() =>
        Assert.Equal("%EF%BF%BF=&%F0%9F%98%80=", UriEncoding.CanonicalQuery([new("\U0001F600", ""), new("\uFFFF", "")]));

    private static string AsUtf8(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static string Utf32(string text) => string.Concat(text.EnumerateRunes().Select(rune => $"{rune.Value:x6}"));

    [GeneratedRegex(@"\A([A-Za-z0-9\-_.~]|%[0-9A-F]{2})*=([A-Za-z0-9\-_.~]|%[0-9A-F]{2})*\z")]
    private static partial Regex Canonical();

    [GeneratedRegex(@"\A/v1\.0/[0-9a-f]{32}/asset/preheating\?task_id=((?:[A-Za-z0-9\-_.~]|%[0-9A-F]{2})*)\z")]
    private static partial Regex Query();
}

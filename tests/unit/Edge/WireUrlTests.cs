using FsCheck.Xunit;
using VodPreheat.Client.Edge;
using VodPreheat.Client.Http;
using VodPreheat.Client.Preheating;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Edge;

public sealed class WireUrlTests
{
    [Theory]
    [InlineData("https://h", "https://h/")]
    [InlineData("HTTP://H.Example:8080", "http://h.example:8080/")]
    [InlineData("https://h:443/a", "https://h/a")]
    [InlineData("https://h ", "https://h/")]
    [InlineData("https://视频.example/a", "https://视频.example/a")]
    [InlineData("https://h?x=1", "https://h/?x=1")]
    [InlineData("https://h#part", "https://h/")]
    [InlineData("https://h/a#part?x", "https://h/a")]
    [InlineData("https://user:pass@h/a@b", "https://h/a@b")]
    [InlineData("https://h?u=a@b", "https://h/?u=a@b")]
    [InlineData("https://[::1]:8443/a", "https://[::1]:8443/a")]
    [InlineData("https://h/a%2Fb%41%zz/../c//d;e?auth_key=1-0-0-%2B+&x=/?", "https://h/a%2Fb%41%zz/../c//d;e?auth_key=1-0-0-%2B+&x=/?")]
    [InlineData("https://h/!\"$&'()*+,-.:;<=>@[\\]^_`{|}~", "https://h/!\"$&'()*+,-.:;<=>@[\\]^_`{|}~")]
    [InlineData("https://h/a b", "https://h/a%20b")]
    [InlineData("https://h/a\x7f", "https://h/a%7F")]
    [InlineData("https://h/预热?q=é", "https://h/%E9%A2%84%E7%83%AD?q=%C3%A9")]
    [InlineData("https://h/\ud83d\ude00\u202e", "https://h/%F0%9F%98%80%E2%80%AE")]
    public void Only_characters_that_are_invalid_in_a_request_line_are_changed(string url, string wire) => Assert.Equal(wire, WireUrl.Of(url));

    [Property(MaxTest = 2000, Arbitrary = [typeof(OddTexts)])]
    public async Task Every_valid_URL_can_be_requested(string text)
    {
        using var network = new FakeNetwork(Answers.Body(200, ""));
        using var client = new EdgeClient(new TransportSettings { Network = () => network });
        foreach (string url in new[] { $"https://h/{text}", $"https://h?{text}", $"http://h{text}", $"https://{text}" }.Where(PreheatUrl.IsValid))
        {
            await client.TestAsync(url, TestClient.Context());
            Sent sent = network.Sent[^1];
            Assert.StartsWith("/", sent.Uri.PathAndQuery, StringComparison.Ordinal);
            Assert.All(sent.Uri.PathAndQuery, static c => Assert.InRange(c, '!', '~'));
            Assert.Equal((new Uri(url).IdnHost, new Uri(url).Port), (sent.Uri.IdnHost, sent.Uri.Port));
        }
    }
}

using System.Text.Json;
using FsCheck.Xunit;
using VodPreheat.Client.Preheating;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Preheating;

[Properties(Arbitrary = [typeof(OddTexts)])]
public sealed class PreheatUrlTests
{
    [Theory]
    [InlineData("http://a/")]
    [InlineData("https://cdn.example.com/a.mp4?auth_key=1-2-3%2F+x&y=#z")]
    [InlineData("HTTPS://CDN.EXAMPLE.COM/A")]
    [InlineData("https://cdn.example.com:8443/中文/\U0001F600.m3u8")]
    [InlineData("https://[2001:db8::1]/a")]
    [InlineData("https://视频_1.cdn-2.example/a")]
    public void An_absolute_http_or_https_URL_is_valid(string url) => Assert.True(PreheatUrl.IsValid(url));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("cdn.example.com/a.mp4")]
    [InlineData("//cdn.example.com/a.mp4")]
    [InlineData("/a.mp4")]
    [InlineData(" https://cdn.example.com/a.mp4")]
    [InlineData("ftp://cdn.example.com/a.mp4")]
    [InlineData("httpx://cdn.example.com/a.mp4")]
    [InlineData("file:///a.mp4")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://")]
    [InlineData("https:///a.mp4")]
    [InlineData("https://cdn\uffff.example.com/a.mp4")]
    [InlineData("https://\uff0a.example.com/a.mp4")]
    [InlineData("https://cdn.example.com/\n")]
    [InlineData("https://cdn.example.com/\u0085")]
    [InlineData("https://cdn.example.com/\0")]
    public void Anything_else_is_invalid(string url) => Assert.False(PreheatUrl.IsValid(url));

    [Theory]
    [InlineData(253, true)]
    [InlineData(254, false)]
    public void A_host_name_can_have_253_characters(int length, bool isValid)
    {
        string labels = string.Concat(Enumerable.Repeat($"{new string('h', 49)}.", 5));
        Assert.Equal(isValid, PreheatUrl.IsValid($"https://{labels}{new string('x', length - labels.Length)}/a"));
    }

    // Not a theory: names of test cases cannot contain lone surrogates.
    [Fact]
    public void Lone_surrogates_are_invalid() =>
        Assert.DoesNotContain(new[] { "\ud83d", "\ude00", "\ude00\ud83d", "\ud83d\ud83d\ude00", "\ud83d/" }, tail => PreheatUrl.IsValid("https://cdn.example.com/" + tail));

    [Property(MaxTest = 2000)]
    public bool A_valid_URL_is_not_changed_by_JSON(string tail)
    {
        string url = "https://cdn.example.com/" + tail;
        return !PreheatUrl.IsValid(url) || JsonSerializer.Deserialize<string>(JsonSerializer.SerializeToUtf8Bytes(url)) == url;
    }

    [Theory]
    [InlineData("succeed", true, false)]
    [InlineData("SUCCEED", true, false)]
    [InlineData("failed", false, true)]
    [InlineData("FAILED", false, true)]
    [InlineData("processing", false, false)]
    [InlineData("success", false, false)]
    [InlineData("succeed ", false, false)]
    [InlineData("", false, false)]
    public void A_status_is_not_case_sensitive_and_an_unknown_one_is_not_final(string status, bool succeeded, bool failed)
    {
        Assert.Equal((succeeded, failed), (PreheatStatus.IsSucceed(status), PreheatStatus.IsFailed(status)));
        Assert.Equal(succeeded || failed, PreheatStatus.IsFinal(status));
    }
}

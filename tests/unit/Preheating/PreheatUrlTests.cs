using System.Text;
using System.Text.Json;
using FsCheck.Xunit;
using VodPreheat.Client.Display;
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

    [Theory]
    [InlineData("https://a/1.mp4\nhttps://a/2.mp4", "several lines")]
    [InlineData("https://a/1.mp4\r\n\r\nhttps://a/2.mp4", "several lines")]
    [InlineData("https://a/1.mp4\u2028https://a/2.mp4", "several lines")]
    [InlineData("https://a/1.mp4,https://a/2.mp4", "another URL at position 17")]
    [InlineData("https://a/1.mp4 HTTP://a/2.mp4", "another URL at position 17")]
    [InlineData("https://a/1.mp4；https://a/2.mp4", "another URL at position 17")]
    [InlineData("https://a/1.mp4\thttps://a/2.mp4", "another URL at position 17")]
    [InlineData("https://a/1.mp4\",\"https://a/2.mp4", "another URL at position 19")]
    [InlineData("[\"https://a/1.mp4\", \"https://a/2.mp4\"]", "another URL at position 22")]
    [InlineData("https://a/1.mp4  1080p", "a space at position 16")]
    [InlineData("https://a/1.mp4\t1080p", "invisible character (U+0009) at position 16")]
    [InlineData("https://a/1.mp4\",", "\", which no URL contains, at position 16")]
    [InlineData("\"https://a/1.mp4\"", "\", which no URL contains, at position 1")]
    [InlineData("<https://a/1.mp4>", "<, which no URL contains, at position 1")]
    [InlineData("https:\\\\a\\1.mp4", "\\, which no URL contains, at position 7")]
    [InlineData("https://a/{0}.mp4", "{, which no URL contains, at position 11")]
    [InlineData("https://a/\u200b1.mp4", "invisible character (U+200B) at position 11")]
    [InlineData("https://a/1.mp4?\ufeffk", "invisible character (U+FEFF) at position 17")]
    [InlineData("https://a/\U0001F600\u202e1.mp4", "invisible character (U+202E) at position 13")]
    [InlineData("https://a/\U000E00011.mp4", "invisible character (U+E0001) at position 11")]
    [InlineData("https://a/\u30001.mp4", "invisible character (U+3000) at position 11")]
    [InlineData("https://a/\ufffd\ufffd1.mp4", "U+FFFD at position 11: the text was read in the wrong encoding")]
    [InlineData("https://https://a/1.mp4", "host is 'https'")]
    [InlineData("http://HTTP://a/1.mp4", "host is 'http'")]
    [InlineData("cdn.example.com/1.mp4", "not an absolute HTTP or HTTPS URL")]
    [InlineData("", "not an absolute HTTP or HTTPS URL")]
    [InlineData("https:/a/1.mp4", "not an absolute HTTP or HTTPS URL")]
    [InlineData("https:a/1.mp4", "not an absolute HTTP or HTTPS URL")]
    public void The_reason_names_what_is_wrong_and_where(string text, string reason)
    {
        InputFault? fault = PreheatUrl.FaultOf(text);
        Assert.Contains(reason, fault?.What, StringComparison.Ordinal);
        Assert.True(DisplayText.IsClean(fault!.What));
        Assert.NotEmpty(fault.Hint);
    }

    [Theory]
    [InlineData("https://a/x?u=https://b/y&v=http://c/z")]
    [InlineData("https://a/https://b/y")]
    [InlineData("https://a/1,2;3[4]'5'.mp4,")]
    [InlineData("https://httpd/x")]
    [InlineData("https://https.example.com/x")]
    [InlineData("https://a?https,http:")]
    [InlineData("https://a/?u='https://b/'")]
    public void What_only_looks_like_two_URLs_is_valid(string url) => Assert.Null(PreheatUrl.FaultOf(url));

    // The sizes are those of the seeds.
    [Property(MaxTest = 4000, EndSize = 1_000_000)]
    public bool A_valid_URL_is_sent_byte_for_byte(int seed)
    {
        string url = ListLines.Valid(seed);
        byte[] expected = Encoding.UTF8.GetBytes(url);
        using JsonDocument body = JsonDocument.Parse(PreheatingJson.SubmitUrls([InputText.Trim($"\ufeff \t{url}\u3000\r\n")]));
        return PreheatUrl.FaultOf(url) is null && Encoding.UTF8.GetBytes(body.RootElement.GetProperty("urls")[0].GetString()!).AsSpan().SequenceEqual(expected);
    }

    [Property(MaxTest = 4000, EndSize = 1_000_000)]
    public void A_URL_with_a_character_that_none_has_is_refused_and_the_character_is_named(int seed)
    {
        var random = new Random(seed);
        char bad = (ListLines.Forbidden + new string(ListLines.Invisible))[random.Next(ListLines.Forbidden.Length + ListLines.Invisible.Length)];
        (string line, int at) = ListLines.With(ListLines.Valid(seed), $"{bad}x", seed);
        string name = bad switch
        {
            ' ' => "a space",
            < '\u007f' and >= ' ' => $"{bad},",
            _ => $"U+{(int)bad:X4}",
        };

        InputFault? fault = PreheatUrl.FaultOf(line);
        Assert.True(fault?.What.Contains(name, StringComparison.Ordinal) == true && fault.What.Contains($"position {at + 1}", StringComparison.Ordinal), $"{line}: {fault?.What}");
    }

    [Property(MaxTest = 4000, EndSize = 1_000_000)]
    public bool Two_URLs_on_a_line_are_refused(int seed)
    {
        string separator = ListLines.Separators[new Random(seed).Next(ListLines.Separators.Length)];
        return PreheatUrl.FaultOf(ListLines.Valid(seed) + separator + ListLines.Valid(seed + 1))?.What.Contains("another URL", StringComparison.Ordinal) == true;
    }

    // What is valid can be sent and seen, and what is refused has a reason that can be displayed.
    [Fact]
    public void Any_text_is_either_sent_unchanged_or_refused_with_a_reason() =>
        Fuzz.Run([.. Enumerable.Range(0, 200).Select(ListLines.Valid)], static bytes =>
        {
            string text = InputText.Trim(Encoding.UTF8.GetString(bytes));
            if (PreheatUrl.FaultOf(text) is { } fault)
            {
                Assert.True(fault.What.Length < 200 && DisplayText.IsClean(fault.What));
            }
            else
            {
                Assert.True(DisplayText.IsClean(text) && !text.Intersect(ListLines.Forbidden).Any());
                Assert.Equal(text, JsonSerializer.Deserialize<string>(JsonSerializer.SerializeToUtf8Bytes(text)));
            }
        });

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

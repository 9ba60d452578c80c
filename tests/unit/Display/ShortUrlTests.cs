using System.Globalization;
using FsCheck.Xunit;
using VodPreheat.Client.Display;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Display;

public sealed class ShortUrlTests
{
    [Theory]
    [InlineData(47, "https://vod.example.com/asset/part1.mp4", "https://vod.example.com/asset/part1.mp4")]
    [InlineData(47, "https://vod.example.com/asset/part1.mp4?auth_key=1798560000-0-0-30c8", "https://vod.example.com/asset/part1.mp4?auth_k…")]
    [InlineData(40, "https://vod.example.com/asset/part1.mp4?auth_key=1798560000-0-0-30c8", "https://vod.example.com/asset/part1.mp4…")]
    [InlineData(39, "https://vod.example.com/asset/part1.mp4?auth_key=1798560000-0-0-30c8", "https://vod.example.com/as…/part1.mp4?…")]
    [InlineData(40, "https://vod.example.com/asset/part1.mp4#t=1798560000", "https://vod.example.com/asset/part1.mp4…")]
    [InlineData(39, "https://vod.example.com/asset/0123456789/part1.mp4", "https://vod.example.com/asse…/part1.mp4")]
    [InlineData(35, "https://vod.example.com/asset/0123456789/part1.mp4", "https://vod.example.com/…/part1.mp4")]
    [InlineData(33, "https://vod.example.com/asset/0123456789/part1.mp4", "vod.example.com/asset/…/part1.mp4")]
    [InlineData(27, "https://vod.example.com/asset/0123456789/part1.mp4", "vod.example.com/…/part1.mp4")]
    [InlineData(26, "https://vod.example.com/asset/0123456789/part1.mp4", "vod.exampl…56789/part1.mp4")]
    [InlineData(26, "https://vod.example.com/a-long-name-of-a-file.mp4", "vod.exampl…e-of-a-file.mp4")]
    [InlineData(36, "https://vod.example.com/a-long-name-of-a-file.mp4", "vod.example.com/…-name-of-a-file.mp4")]
    [InlineData(35, "https://vod.example.com/asset/0123456789/folder/", "https://vod.example.com/as…/folder/")]
    [InlineData(47, "https://vod.example.com/首播/第一集.mp4", "https://vod.example.com/首播/第一集.mp4")]
    [InlineData(38, "https://vod.example.com/首播/第一集第一集.mp4", "vod.example.com/首播…/第一集第一集.mp4")]
    [InlineData(37, "https://vod.example.com/首播/第一集第一集.mp4", "vod.example.com/首…/第一集第一集.mp4")]
    [InlineData(16, "nonsense that is too long to be shown", "nonsen… be shown")]
    [InlineData(16, "://////////////////", "/…//////////////")]
    [InlineData(3, "abcdef", "…ef")]
    public void The_host_and_the_file_name_are_kept(int cells, string url, string shown) => Assert.Equal(shown, ShortUrl.Fit(url, cells));

    [Theory]
    [InlineData("abc", 3)]
    [InlineData("中文", 4)]
    [InlineData("\U0001F600", 2)]
    [InlineData("\U00020000", 2)]
    [InlineData("한국", 4)]
    [InlineData("ｶﾞ", 2)]
    [InlineData("Ａ", 2)]
    [InlineData("✅", 2)]
    public void The_width_is_in_cells(string text, int cells) => Assert.Equal(cells, TerminalText.WidthOf(text));

    [Theory]
    [InlineData("a\U0001F600b", 2, "a", "b")]
    [InlineData("ae\u0301b", 2, "a", "b")]
    [InlineData("中文", 3, "中", "文")]
    [InlineData("%E4%B8%AD%E6%96%87", 17, "%E4%B8%AD", "%E6%96%87")]
    [InlineData("%41%42", 5, "%41", "%42")]
    [InlineData("%41\u0301b", 3, "", "b")]
    [InlineData("%zz%4", 2, "%z", "%4")]
    [InlineData("ab", 0, "", "")]
    public void A_character_is_not_divided(string text, int cells, string start, string end)
    {
        Assert.Equal(start, TerminalText.Start(text, cells));
        Assert.Equal(end, TerminalText.End(text, cells));
    }

    [Property(Arbitrary = [typeof(OddTexts)])]
    public void A_short_URL_fits_and_has_whole_characters(string path, string query, byte extra)
    {
        string url = $"https://vod.example.com/{path}?{query}";
        int cells = 16 + extra;
        string shown = ShortUrl.Fit(url, cells);
        Assert.True(TerminalText.WidthOf(shown) <= cells);
        if (shown == url)
        {
            return;
        }

        int cut = shown.IndexOf('…', StringComparison.Ordinal);
        int[] boundaries = [.. StringInfo.ParseCombiningCharacters(url), url.Length];
        Assert.Contains(url.IndexOf(shown[..cut], StringComparison.Ordinal) + cut, boundaries);
    }

    [Property]
    public void Of_a_URL_that_is_too_wide_host_and_file_name_are_shown_whole_if_they_fit(byte folders, byte extra)
    {
        string path = string.Concat(Enumerable.Range(0, folders).Select(static number => $"/folder{number}"));
        string url = $"https://vod.example.com{path}/part1.mp4?auth_key=1798560000-0-0-30c8";
        string shown = ShortUrl.Fit(url, "vod.example.com/…/part1.mp4?…".Length + extra);
        Assert.Contains("vod.example.com/", shown, StringComparison.Ordinal);
        Assert.Contains("/part1.mp4", shown, StringComparison.Ordinal);
    }
}

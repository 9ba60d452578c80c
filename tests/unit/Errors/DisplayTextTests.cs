using FsCheck.Xunit;
using VodPreheat.Client.Errors;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Errors;

public sealed class DisplayTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain 中文 \U0001F600", "plain 中文 \U0001F600")]
    [InlineData("a\u001b]0;title\u0007b", "a ]0;title b")]
    [InlineData("a\r\n\tb", "a b")]
    [InlineData("a\u009b31mb", "a 31mb")]
    [InlineData("\u202eb\u200b", " b ")]
    [InlineData("a\u2028\u2029b", "a b")]
    [InlineData("a\U000E0041b", "a b")]
    public void Control_characters_are_replaced_by_one_space(string text, string shown) => Assert.Equal(shown, DisplayText.Clean(text));

    [Theory]
    [InlineData(4, "abcdef", "abcd...")]
    [InlineData(6, "abcdef", "abcdef")]
    [InlineData(3, "ab\U0001F600d", "ab\U0001F600...")]
    [InlineData(3, "\u001b\u001b\u001b\u001bab", " ab")]
    public void A_text_is_truncated_between_characters(int maxLength, string text, string shown) => Assert.Equal(shown, DisplayText.Clean(text, maxLength));

    [Property(Arbitrary = [typeof(OddTexts)])]
    public void A_cleaned_text_is_not_changed_again(string text)
    {
        string shown = DisplayText.Clean(text);
        Assert.True(DisplayText.IsClean(shown));
        Assert.DoesNotContain(shown, char.IsControl);
        Assert.Equal(shown, DisplayText.Clean(shown));
        Assert.Equal(DisplayText.IsClean(text), text == shown);
    }
}

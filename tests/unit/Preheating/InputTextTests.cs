using FsCheck.Xunit;
using VodPreheat.Client.Display;
using VodPreheat.Client.Preheating;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Preheating;

public sealed class InputTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" \t\u3000\r\n", "")]
    [InlineData("\ufeff", "")]
    [InlineData("\ufeff \u00a0", "")]
    [InlineData(" \ufeff a b\ufeff\r\n", "a b")]
    [InlineData("\ufeff\ufeffa", "\ufeffa")]
    [InlineData("\u200ba", "\u200ba")]
    public void White_space_and_one_byte_order_mark_are_removed(string text, string expected = "") => Assert.Equal(expected, InputText.Trim(text));

    [Theory]
    [InlineData("5199a1b2", null)]
    [InlineData("a b/\u4e2d\U0001F600", null)]
    [InlineData("5199\u200ba1b2", "invisible character (U+200B) at position 5")]
    [InlineData("5199\u00a0a1b2", "invisible character (U+00A0) at position 5")]
    [InlineData("\u001b[31m", "invisible character (U+001B) at position 1")]
    [InlineData("5199\ufffd", "U+FFFD at position 5")]
    public void An_ID_with_what_nobody_sees_is_refused(string id, string? reason)
    {
        string? what = InputText.FaultOf(id)?.What;
        Assert.Equal(reason is null, what is null);
        Assert.Contains(reason ?? "", what ?? "", StringComparison.Ordinal);
    }

    // Not a theory: names of test cases cannot contain lone surrogates.
    [Fact]
    public void Half_of_a_character_is_named() => Assert.All(
        [("\ud83d", "U+D83D", 1), ("a\ude00", "U+DE00", 2), ("\ude00\ud83d", "U+DE00", 1), ("\ud83d\ud83d\ude00", "U+D83D", 1), ("\ud83d\ude00\ud83dx", "U+D83D", 3)],
        static ((string Text, string Code, int Position) half) =>
            Assert.Equal($"It contains half of a character ({half.Code}) at position {half.Position}.", InputText.FaultOf(half.Text)?.What));

    [Property(Arbitrary = [typeof(OddTexts)], MaxTest = 2000)]
    public bool A_text_without_fault_can_be_displayed(string text) => InputText.FaultOf(text) is not null || DisplayText.IsClean(text);
}

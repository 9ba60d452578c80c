using System.Text;
using System.Text.Json;
using VodPreheat.Client.Json;

namespace VodPreheat.UnitTests.Json;

public sealed class JsonFieldsTests
{
    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("\"a\\u0062\\n\"", "ab\n")]
    [InlineData("null", null)]
    [InlineData("", null)]
    public void A_text_is_unescaped(string value, string? text) => Assert.Equal(text, JsonFields.Text(Encoding.UTF8.GetBytes(value)));

    [Theory]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(100_000)]
    public void A_text_can_have_any_length(int length)
    {
        string text = new('x', length);
        Assert.Equal(text, JsonFields.Text(Encoding.UTF8.GetBytes($"\"{text}\"")));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("\"\\ud800\"")]
    public void Another_value_is_not_a_text(string value) => Assert.Throws<JsonException>(() => JsonFields.Text(Encoding.UTF8.GetBytes(value)));

    [Fact]
    public void The_last_of_members_with_the_same_name_counts()
    {
        byte[] json = """{"a":{"b":"1"},"x":[{"a":2}],"a":{"b":"3"}}"""u8.ToArray();
        Assert.Equal("3", JsonFields.Text(json, "a", "b"));
        Assert.Null(JsonFields.Text(json, "a", "c"));
        Assert.Null(JsonFields.Text(json, "c", "b"));
    }

    [Theory]
    [InlineData("2026-03-01T13:00:00Z")]
    [InlineData("2026-03-01T21:00:00+08:00")]
    [InlineData("2026-03-01T13:00:00.000000")]
    public void A_time_is_in_UTC_whatever_its_offset_is(string text)
    {
        DateTimeOffset? time = JsonFields.Time(Encoding.UTF8.GetBytes($$"""{"a":"{{text}}"}"""), "a");
        Assert.Equal((new DateTime(2026, 3, 1, 13, 0, 0), TimeSpan.Zero), (time?.DateTime, time?.Offset));
    }

    [Fact]
    public void A_name_that_is_not_Unicode_is_that_of_another_member() =>
        Assert.Equal("1", JsonFields.Text("""{"a":"1","\ud800":"2"}"""u8, "a"));

    [Theory]
    [InlineData("{\"a\":1")]
    [InlineData("{\"a\":1}}")]
    [InlineData("{\"a\":1}{}")]
    [InlineData("[{\"a\":1}")]
    [InlineData("")]
    public void A_text_that_is_not_JSON_is_an_error(string json) =>
        Assert.ThrowsAny<JsonException>(() => JsonFields.Find(Encoding.UTF8.GetBytes(json), "b").Length);
}

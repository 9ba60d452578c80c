using System.Text;
using VodPreheat.Client.Http;

namespace VodPreheat.UnitTests.Http;

public sealed class BodyContentTests
{
    [Theory]
    [InlineData("\uFEFF{}", "{}")]
    [InlineData("{}", "{}")]
    [InlineData("", "")]
    public void It_is_read_without_a_byte_order_mark_and_overwritten_when_disposed(string text, string body)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + "rest");
        using var received = new ByteArrayContent([]);
        var content = new BodyContent(bytes, bytes.Length - "rest".Length, received.Headers);
        Assert.Equal(body, Encoding.UTF8.GetString(content.Body.Span));
        content.Dispose();
        Assert.All(bytes, static b => Assert.Equal(0, b));
    }
}

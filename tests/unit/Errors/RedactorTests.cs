using System.Text;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;

namespace VodPreheat.UnitTests.Errors;

public sealed class RedactorTests
{
    private const string Token = "MIIF+tok/en==中";

    private static readonly Redactor s_redactor = new(() => [new Secret("another"), new Secret(Token), new Secret("")]);

    public static TheoryData<string> Forms
    {
        get
        {
            byte[] bytes = Encoding.UTF8.GetBytes(Token);
            string encoded = Uri.EscapeDataString(Token);
            return
            [
                Token, encoded, encoded.ToLowerInvariant(), Convert.ToBase64String(bytes), Convert.ToHexString(bytes),
                Convert.ToHexString(bytes).ToLowerInvariant(), "another",
            ];
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_known_secret_is_taken_out_in_every_form(string form) =>
        Assert.Equal("a *** b *** c", s_redactor.Clean($"a {form} b {form} c"));

    [Theory]
    [InlineData("x-auth-token:MIIF", "x-auth-token:***")]
    [InlineData("X-Auth-Token: MIIF", "X-Auth-Token: ***")]
    [InlineData("x-security-token:gAAA|x-sdk-date:2026", "x-security-token:***|x-sdk-date:2026")]
    [InlineData("""{"X-Subject-Token":"gAAA","a":1}""", """{"X-Subject-Token":"***","a":1}""")]
    [InlineData("authorization: SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=abc", "authorization: SDK-HMAC-SHA256 ***, SignedHeaders=host, Signature=***")]
    [InlineData("signature = 'abc'", "signature = '***'")]
    [InlineData("no x-auth-token found", "no x-auth-token found")]
    public void A_truncated_echo_of_a_header_is_known_by_its_name(string text, string clean) => Assert.Equal(clean, s_redactor.Clean(text));

    [Fact]
    public void Every_control_and_format_character_is_taken_out()
    {
        string all = string.Concat(Enumerable.Range(0, 0xFFFF).Select(unit => (char)unit).Where(c => !char.IsSurrogate(c)).Chunk(500).Select(chunk => new string(chunk)));
        foreach (char[] chunk in all.Chunk(1000))
        {
            Assert.DoesNotContain(s_redactor.Clean(new string(chunk)), c => char.IsControl(c) || c is '\u202e' or '\u200b' or '\ufeff');
        }

        Assert.Equal("a b", s_redactor.Clean("a\u001b\r\n\u0007b"));
    }

    [Fact]
    public void A_text_is_cut_only_after_its_secrets_are_out()
    {
        string clean = s_redactor.Clean(new string('x', Redactor.MaxLength - 3) + Token);
        Assert.Equal(new string('x', Redactor.MaxLength - 3) + "***", clean);
        Assert.Equal(new string('y', Redactor.MaxLength) + "...", s_redactor.Clean(new string('y', 100_000)));
    }
}

using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using FsCheck.Xunit;
using VodPreheat.Client.Display;
using VodPreheat.Client.Secrets;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Secrets;

public sealed class RedactorTests
{
    private const string Token = "MIIF+tok/en==中";

    private static readonly Redactor s_redactor = new(() => [new Secret("another"), new Secret(Token), new Secret("")]);

    [Theory]
    [InlineData(Token)]
    [InlineData("another")]
    public void A_known_secret_is_redacted_in_every_notation(string secret)
    {
        foreach (string form in FormsOf(secret))
        {
            Assert.Equal(form == secret ? "a *** b *** c" : "***", s_redactor.Clean($"a {form} b {form} c"));
            Assert.Equal(form == secret ? "a ***" : "***", s_redactor.Clean($"a {form}"));
        }
    }

    [Property(Arbitrary = [typeof(OddTexts)])]
    public void Any_secret_is_redacted_in_every_notation(string odd)
    {
        // A lone surrogate has no UTF-8 form. The secret has U+FFFD instead, as in the request.
        string secret = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes($"<{odd}>secret"));
        var redactor = new Redactor(() => [new Secret(secret)]);
        foreach (string form in FormsOf(secret))
        {
            Assert.Equal(form == secret ? "a *** b" : "***", redactor.Clean($"a {form} b"));
            Assert.Equal("***", redactor.Clean($"a {JavaScriptEncoder.Default.Encode($"<{form}>")} b"));
        }
    }

    [Theory]
    [InlineData("p%25", "p\\u002525")]
    [InlineData("back\\slash\\\\\"", "back\\\\slash\\\\\\\\\\\"")]
    [InlineData("a\"b/c", "a\\\\\\\"b\\/c")]
    [InlineData("a\\\\b<c", "a\\\\b&lt;c")]
    [InlineData("one two", "one+two")]
    [InlineData("one+two", "one%2btwo")]
    public void Ambiguous_escapes_are_read_as_the_secret(string secret, string form) =>
        Assert.Equal("***", new Redactor(() => [new Secret(secret)]).Clean($"a {form} b"));

    [Theory]
    [InlineData("p%25", "a p%25 b", "a *** b")]
    [InlineData("back\\slash\\\\\"", "a back\\slash\\\\\" b", "a *** b")]
    [InlineData("end\\", "a end\\\\ b", "a ***\\ b")]
    [InlineData("p%25", "a p%2525 b", "a ***25 b")]
    [InlineData("user-secret", "x \\user-secret x", "x \\*** x")]
    [InlineData("Unix-secret", "x \\\\\\Unix-secret x", "x \\\\\\*** x")]
    public void A_secret_as_it_is_is_no_escape(string secret, string text, string shown) =>
        Assert.Equal(shown, new Redactor(() => [new Secret(secret)]).Clean(text));

    [Theory]
    [InlineData("Basic ", "user:", "")]
    [InlineData("Basic ", "users:", "")]
    [InlineData("Basic ", "domain\\u:", "\u4e2d")]
    [InlineData("base64=", "", "\n")]
    [InlineData("x ", "", "xyz")]
    [InlineData("x ", "a", "bc")]
    [InlineData("x ", "ab", "cd")]
    [InlineData("x ", "abc", "")]
    [InlineData("x ", "abcd", "")]
    [InlineData("x ", "abcde", "")]
    public void A_text_with_a_secret_in_base64_is_not_displayed(string name, string before, string behind)
    {
        string whole = Convert.ToBase64String(Encoding.UTF8.GetBytes(before + Token + behind));
        Assert.Equal("***", s_redactor.Clean($"{name}{whole} c"));
        Assert.Equal("***", s_redactor.Clean($"{name}{whole.Replace('+', '-').Replace('/', '_').TrimEnd('=')} c"));
        Assert.Equal("***", s_redactor.Clean($"{name}/{whole}"));
        Assert.Equal("***", s_redactor.Clean($"{name}{Uri.EscapeDataString(whole)} c"));
    }

    [Fact]
    public void Overlapping_secrets_are_redacted_to_the_end_of_the_last() =>
        Assert.Equal("a ***d", new Redactor(() => [new Secret("secret-one"), new Secret("one-secret-two")]).Clean("a secret-one-secret-twod"));

    [Theory]
    [InlineData("se-\ud83d\ude00", "x se-\\ud83d\\ude00")]
    [InlineData("uuuu", "x \\u0075uuu x")]
    [InlineData("pass1", "a 7061737331 b")]
    [InlineData("pass1", "a f7061737331 b")]
    public void A_text_with_a_secret_that_it_spells_differently_is_not_displayed(string secret, string text) =>
        Assert.Equal("***", new Redactor(() => [new Secret(secret)]).Clean(text));

    [Theory]
    [InlineData("x \\b x")]
    [InlineData("x \\xb x")]
    public void A_backslash_is_no_character_of_the_secret(string text) =>
        Assert.Equal(text, new Redactor(() => [new Secret("ab")]).Clean(text));

    [Fact]
    public void A_text_with_a_character_that_is_not_hex_is_not_the_secret_in_hex() =>
        Assert.Equal("a 70617g37331 b", new Redactor(() => [new Secret("pass1")]).Clean("a 70617g37331 b"));

    [Fact]
    public void A_text_without_the_secret_is_not_changed()
    {
        const string Text = "100% of +2 \\u00 a&b; &#x; MIIF tok/en anothe 中 %4 QUJDREVGR0g= deadbeef";
        Assert.Equal(Text, s_redactor.Clean(Text));
    }

    [Theory]
    [InlineData("\\ud83d\\ude")]
    [InlineData("\\ud83d\\u")]
    [InlineData("\\ud83d")]
    [InlineData("\\ud8")]
    [InlineData("\\ud83dxde00x")]
    [InlineData("\\ud83d\\ude01x")]
    [InlineData("&#x1f60")]
    [InlineData("&#x1f601;x")]
    [InlineData("%F0%9F%98%8")]
    [InlineData("%F0%9F%98%81x")]
    public void An_escape_that_is_incomplete_or_of_another_character_is_not_redacted(string text) =>
        Assert.Equal(text, new Redactor(() => [new Secret("\ud83d\ude00x")]).Clean(text));

    [Theory]
    [InlineData("abc", "616263")]
    [InlineData("abc", "6162630a")]
    [InlineData("abcd", "x YWJjZA== x")]
    public void A_short_secret_is_recognized_in_its_shortest_encodings(string secret, string text) =>
        Assert.Equal("***", new Redactor(() => [new Secret(secret)]).Clean(text));

    [Theory]
    [InlineData("ab", "6162")]
    [InlineData("abc", "YWJj")]
    public void A_shorter_secret_is_not_searched_for_in_them(string secret, string text) =>
        Assert.Equal(text, new Redactor(() => [new Secret(secret)]).Clean(text));

    /// <summary>Anything but linear time would take minutes for these.</summary>
    [Theory]
    [InlineData(1000, "", "a")]
    [InlineData(1000, "b", "a")]
    [InlineData(100_000, "", "a")]
    [InlineData(100_000, "b", "a")]
    [InlineData(1000, "", "&#97;")]
    [InlineData(1000, "b", "\\u0061")]
    [InlineData(1000, "b", "%61")]
    [InlineData(1000, "", "YWFh")]
    public void A_secret_that_repeats_itself_is_found_in_16_MiB_that_repeat_it(int repeats, string end, string echo)
    {
        var redactor = new Redactor(() => [new Secret(new string('a', repeats) + end)]);
        string text = string.Concat(Enumerable.Repeat(echo, 16 * 1024 * 1024 / echo.Length));
        Assert.Equal(end.Length == 0 ? "***" : text[..DisplayText.MaxLength] + "...", redactor.Clean(text));
        Assert.Equal(
            end.Length == 0 || echo != "a" ? "***" : "***" + text[..(DisplayText.MaxLength - 3)] + "...",
            redactor.Clean(text[..(repeats * echo.Length)] + end + text));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_secret_that_is_encoded_at_the_end_of_what_is_displayed_is_recognized_as_a_whole(int layers)
    {
        string secret = new([.. Enumerable.Range(0, 3000).Select(static i => (char)('a' + (i * i % 23)))]);
        string form = string.Concat(secret.Select(static c => $"\\u{(int)c:x4}"));
        form = layers == 0 ? form : Uri.EscapeDataString(form);
        Assert.Equal("***", new Redactor(() => [new Secret(secret)]).Clean(new string('x', DisplayText.MaxLength - 30) + form));
    }

    [Fact]
    public void No_text_is_displayed_after_a_secret_was_overwritten()
    {
        var secret = new Secret(Token);
        var redactor = new Redactor(() => [new Secret("another"), secret]);
        Assert.Equal("a *** b", redactor.Clean($"a {Token} b"));
        secret.Dispose();
        Assert.Equal("***", redactor.Clean($"a {Token} b"));
    }

    [Fact]
    public async Task A_secret_that_is_overwritten_during_the_redaction_is_not_displayed()
    {
        string text = $"{new string('x', 500)} {Token}";
        for (int i = 0; i < 2000; i++)
        {
            var secret = new Secret(Token);
            Task wipe = Task.Run(secret.Dispose);
            Assert.DoesNotContain(Token, new Redactor(() => [secret]).Clean(text), StringComparison.Ordinal);
            await wipe;
        }
    }

    [Theory]
    [InlineData("x-auth-token:MIIF", "x-auth-token:***")]
    [InlineData("X-Auth-Token: MIIF", "X-Auth-Token: ***")]
    [InlineData("x-security-token:gAAA|x-sdk-date:2026", "x-security-token:***|x-sdk-date:2026")]
    [InlineData("""{"X-Subject-Token":"gAAA","a":1}""", """{"X-Subject-Token":"***","a":1}""")]
    [InlineData("authorization: SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=abc", "authorization: ***, SignedHeaders=host, Signature=***")]
    [InlineData("Authorization: Bearer X", "Authorization: ***")]
    [InlineData("""{"Proxy-Authorization":"Basic dXNlcjpw","a":1}""", """{"Proxy-Authorization":"***","a":1}""")]
    [InlineData("proxy 'http://user:p%40ss@proxy.example.com:3128/' failed", "proxy 'http://***@proxy.example.com:3128/' failed")]
    [InlineData("https://user:p@ss@host/a@b", "https://***@host/a@b")]
    [InlineData("https://host/a@b", "https://host/a@b")]
    [InlineData("signature = 'abc'", "signature = '***'")]
    [InlineData("no x-auth-token found", "no x-auth-token found")]
    public void A_truncated_header_is_recognized_by_its_name(string text, string clean) => Assert.Equal(clean, s_redactor.Clean(text));

    [Fact]
    public void Control_and_format_characters_are_removed()
    {
        string all = string.Concat(Enumerable.Range(0, 0xFFFF).Select(unit => (char)unit).Where(c => !char.IsSurrogate(c)).Chunk(500).Select(chunk => new string(chunk)));
        foreach (char[] chunk in all.Chunk(1000))
        {
            Assert.DoesNotContain(s_redactor.Clean(new string(chunk)), c => char.IsControl(c) || c is '\u202e' or '\u200b' or '\ufeff');
        }

        Assert.Equal("a b", s_redactor.Clean("a\u001b\r\n\u0007b"));
    }

    [Fact]
    public void A_text_is_truncated_only_after_the_redaction()
    {
        string clean = s_redactor.Clean(new string('x', DisplayText.MaxLength - 3) + Token);
        Assert.Equal(new string('x', DisplayText.MaxLength - 3) + "***", clean);
        Assert.Equal(new string('y', DisplayText.MaxLength) + "...", s_redactor.Clean(new string('y', 100_000)));
    }

    private static IEnumerable<string> FormsOf(string secret)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(secret);
        string percent = Uri.EscapeDataString(secret);
        string lower = Regex.Replace(percent, "%..", static escape => escape.Value.ToLowerInvariant());
        string json = JavaScriptEncoder.Default.Encode(secret);
        return
        [
            secret, percent, lower, WebUtility.UrlEncode(secret),
            json, JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(secret), JavaScriptEncoder.Default.Encode(json), JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(json),
            WebUtility.HtmlEncode(secret), HtmlEncoder.Default.Encode(secret),
            Convert.ToBase64String(bytes), Convert.ToHexString(bytes), Convert.ToHexString(bytes).ToLowerInvariant(),
        ];
    }
}

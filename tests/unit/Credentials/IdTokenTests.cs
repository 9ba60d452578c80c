using System.Text;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Secrets;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Credentials;

public sealed class IdTokenTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vodpreheat");

    private string Path => System.IO.Path.Combine(_folder.FullName, "token");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("aA0-_.b.c")]
    [InlineData("aA0-_.b.c\n")]
    [InlineData("aA0-_.b.c\r\n\r\n")]
    [InlineData("\uFEFFaA0-_.b.c\n")]
    [InlineData(" \t\naA0-_.b.c ")]
    public void Common_contents_of_a_token_file_are_read(string text)
    {
        File.WriteAllText(Path, text);
        using Secret token = IdToken.ReadFile(Path);
        Assert.Equal("aA0-_.b.c", token.Reveal());
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\uFEFF \r\n", "is empty")]
    [InlineData("FIND.ME.a\nFIND.ME.b", "is not an identity token")]
    [InlineData("""{"value":"FIND.ME.x"}""", "is not an identity token")]
    [InlineData("Bearer FIND.ME.x", "is not an identity token")]
    [InlineData("FIND.MÉ.x", "is not an identity token")]
    public void An_invalid_token_is_refused_without_displaying_it(string text, string expected)
    {
        File.WriteAllText(Path, text);
        AssertRefused(expected);
    }

    [Fact]
    public void A_file_can_have_100_KiB()
    {
        File.WriteAllText(Path, new string('a', IdToken.MaxFileBytes));
        using Secret token = IdToken.ReadFile(Path);
        Assert.Equal(100 * 1024, token.Length);
        File.WriteAllText(Path, new string('a', IdToken.MaxFileBytes + 1));
        AssertRefused("larger than 100 KiB");
    }

    [Fact]
    public void A_missing_file_is_an_error() => AssertRefused("does not exist");

    [Theory]
    [InlineData("""{"iss":"https://i.example","aud":"client","sub":"repo:a/b","exp":1772366399}""",
        "issuer 'https://i.example', audience 'client', subject 'repo:a/b', and expired at 2026-03-01T11:59:59Z.")]
    [InlineData("""{"aud":["a","b"],"exp":1772366401.5}""", """issuer (none), audience '["a","b"]', subject (none), and expires at 2026-03-01T12:00:01Z.""")]
    [InlineData("""{"sub":"???>>>"}""", "subject '???>>>'")]
    [InlineData("""{"sub":"a???>>>"}""", "subject 'a???>>>'")]
    [InlineData("""{"sub":"ab???>>>"}""", "subject 'ab???>>>'")]
    [InlineData("""{"exp":1772366400}""", "expired at 2026-03-01T12:00:00Z")]
    [InlineData("""{"exp":0}""", "expired at 1970-01-01T00:00:00Z")]
    [InlineData("""{"exp":-1}""", "no end")]
    [InlineData("""{"exp":253402300799}""", "expires at 9999-12-31T23:59:59Z")]
    [InlineData("""{"exp":253402300800}""", "no end")]
    [InlineData("""{"exp":1e300}""", "no end")]
    [InlineData("""{"exp":"soon","sub":"??>"}""", "subject '??>', and no end")]
    [InlineData("{}", "no end")]
    [InlineData("[]", "not a readable JWT")]
    [InlineData("{", "not a readable JWT")]
    [InlineData("""{"sub":"\ud800"}""", "not a readable JWT")]
    public void The_claims_of_a_token_are_displayed(string claims, string expected)
    {
        string payload = Convert.ToBase64String(Encoding.UTF8.GetBytes(claims)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        using var token = new Secret($"head.{payload}.signature");
        string text = IdTokenClaims.Describe(token, s_now);
        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.Equal($"head.{payload}.signature", token.Reveal());
    }

    [Fact]
    public void The_claims_of_a_token_with_an_empty_header_are_displayed()
    {
        using var token = new Secret(".eyJpc3MiOiJpIn0.signature");
        Assert.Contains("issuer 'i'", IdTokenClaims.Describe(token, s_now), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("token")]
    [InlineData("a.b")]
    [InlineData("..")]
    [InlineData("a.b.c")]
    [InlineData("a.&&&&.c")]
    public void A_token_that_is_not_a_JWT_is_reported(string text)
    {
        using var token = new Secret(text);
        Assert.Equal("The token is not a readable JWT.", IdTokenClaims.Describe(token, s_now));
    }

    [Fact]
    public void No_token_causes_an_exception() => Fuzz.Run(
        ["eyJh.eyJpc3MiOiJpIiwiYXVkIjoiYSIsInN1YiI6InMiLCJleHAiOjE3NzIzNjYzOTl9.c2ln", """{"iss":"i","aud":["a",1],"sub":"s","exp":1772366399}""", "{\"exp\":1e10}"],
        input =>
        {
            // As a token, and as the claims of one.
            using var token = new Secret(input.AsSpan());
            Assert.NotEmpty(IdTokenClaims.Describe(token, s_now));
            using var bearer = new Secret($"eyJh.{Convert.ToBase64String(input).TrimEnd('=').Replace('+', '-').Replace('/', '_')}.c2ln");
            Assert.NotEmpty(IdTokenClaims.Describe(bearer, s_now));
            try
            {
                IdToken.Parse(input, "It").Dispose();
            }
            catch (VodClientException failure)
            {
                Assert.Equal(ErrorIds.CredentialInvalid, failure.ErrorCode);
            }
        });

    private void AssertRefused(string expected)
    {
        VodClientException failure = Assert.Throws<VodClientException>(() => IdToken.ReadFile(Path));
        Assert.Equal((ErrorIds.CredentialInvalid, FailureKind.Authentication), (failure.ErrorCode, failure.Kind));
        Assert.Contains(Path, failure.What, StringComparison.Ordinal);
        Assert.Contains(expected, failure.What, StringComparison.Ordinal);
        Assert.DoesNotContain("FIND", failure.ToString(), StringComparison.Ordinal);
    }
}

using System.Reflection;
using System.Runtime.CompilerServices;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Secrets;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Secrets;

public sealed class SecretTests
{
    [Fact]
    public void Overwriting_a_secret_zeroes_its_bytes_and_prevents_its_use()
    {
        var secret = new Secret("s3cret");
        ReadOnlySpan<byte> bytes = secret.Bytes;
        Assert.True(bytes.SequenceEqual("s3cret"u8));
        secret.Dispose();
        secret.Dispose();
        Assert.True(bytes.SequenceEqual(new byte[6]));
        Assert.Throws<ObjectDisposedException>(secret.Reveal);
        Assert.Throws<ObjectDisposedException>(() => secret.Bytes.Length);
        Assert.True(secret.IsWiped);
    }

    [Fact]
    public void A_secret_without_references_is_overwritten()
    {
        byte[] bytes = LetGo();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(new byte[6], bytes);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static byte[] LetGo()
        {
            var secret = new Secret("s3cret");
            byte[] bytes = (byte[])typeof(Secret).GetField("_utf8", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(secret)!;
            Assert.Equal("s3cret"u8, bytes);
            return bytes;
        }
    }

    [Fact]
    public void The_text_of_a_secret_or_credential_does_not_contain_it()
    {
        using AccessKeyCredential key = TestClient.Key("security-token");
        using var token = new TokenCredential(new Secret("to-ken"));
        foreach (object? shown in new object?[] { new Secret("s3cret"), key, token, new FixedCredentialSource(key, AuthenticationType.AccessKey), new FetchedCredential(key, TimeSpan.Zero) })
        {
            Assert.DoesNotContain("ecret", shown?.ToString()?.Replace("Secret", "", StringComparison.Ordinal) ?? "", StringComparison.Ordinal);
            Assert.DoesNotContain(TestClient.SecretKey, shown?.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("-token", shown?.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData(" a", "space")]
    [InlineData("a\n", "line break")]
    [InlineData("a\u007f", "not ASCII")]
    [InlineData("pä", "not ASCII")]
    public void A_secret_for_a_header_must_be_visible_ASCII(string text, string expected)
    {
        var secret = new Secret(text);
        VodClientException failure = Assert.Throws<VodClientException>(() => secret.CheckedForHeader("token"));
        Assert.True(secret.IsWiped);
        Assert.Equal(ErrorIds.CredentialInvalid, failure.ErrorCode);
        Assert.Contains($"The token ", failure.What, StringComparison.Ordinal);
        Assert.Contains(expected, failure.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_can_contain_every_visible_ASCII_character()
    {
        string all = string.Concat(Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c));
        Assert.Equal(all, new Secret(all).CheckedForHeader("token").Reveal());
    }
}

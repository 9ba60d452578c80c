using VodPreheat.Client.Credentials;
using VodPreheat.Client.Secrets;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Credentials;

public sealed class FixedCredentialSourceTests
{
    [Fact]
    public void The_account_name_that_was_specified_is_before_the_access_key()
    {
        using var named = new FixedCredentialSource(TestClient.Key(), AuthenticationType.AccessKey, "ops");
        using var unnamed = new FixedCredentialSource(TestClient.Key(), AuthenticationType.AccessKey);
        using var token = new FixedCredentialSource(new TokenCredential(new Secret("tok")), AuthenticationType.Token);
        Assert.Equal(("ops", TestClient.AccessKey, null), (named.AccountName, unnamed.AccountName, token.AccountName));
    }
}

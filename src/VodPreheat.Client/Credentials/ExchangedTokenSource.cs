using VodPreheat.Client.Http;

namespace VodPreheat.Client.Credentials;

/// <summary>
/// A token that IAM gave for an identity token which was handed over once and is wiped by now: nothing is left to renew it from.
/// </summary>
/// <param name="token">The token.</param>
/// <param name="authenticationType">How the connection signs in.</param>
/// <param name="accountName">The identity provider.</param>
/// <param name="hintAtEnd">What to do when the token has ended.</param>
internal sealed class ExchangedTokenSource(Credential token, string authenticationType, string accountName, string hintAtEnd) : CredentialSource
{
    public override string AuthenticationType => authenticationType;

    public override string? AccountName => accountName;

    public override DateTimeOffset? ExpiresAt => token.ExpiresAt;

    internal override IEnumerable<Secret> Secrets => token.Secrets;

    internal override ValueTask<Credential> GetAsync(InvocationContext scope, CancellationToken cancellation) => new(token);

    // The service decides when it has ended; this machine's clock may be off.
    internal override ValueTask<Credential?> RenewAsync(Credential refused, InvocationContext scope, CancellationToken cancellation) =>
        ValueTask.FromException<Credential?>(InvalidCredential.Given(
            "The service no longer accepts the token that IAM gave for the identity token, and an identity token that was given once cannot be used to renew it.",
            hintAtEnd));

    protected override void Dispose(bool disposing) => token.Dispose();
}

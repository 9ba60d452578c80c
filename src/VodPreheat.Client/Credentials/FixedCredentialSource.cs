using VodPreheat.Client.Invocation;
using VodPreheat.Client.Secrets;

namespace VodPreheat.Client.Credentials;

/// <summary>A credential that cannot be renewed: an access key, a token that was obtained elsewhere, or one for an identity token that was specified.</summary>
/// <param name="credential">The credential.</param>
/// <param name="authenticationType">How the connection signs in.</param>
/// <param name="accountName">The user or identity provider; null for the ID of the access key.</param>
/// <param name="hintAtRefusal">The hint when the service has refused it; null for that of the service's error.</param>
public sealed class FixedCredentialSource(
    Credential credential, AuthenticationType authenticationType, string? accountName = null, string? hintAtRefusal = null) : CredentialSource
{
    /// <inheritdoc/>
    public override AuthenticationType AuthenticationType => authenticationType;

    /// <inheritdoc/>
    public override string? AccountName => accountName ?? (credential as AccessKeyCredential)?.AccessKey;

    /// <inheritdoc/>
    public override DateTimeOffset? ExpiresAt => credential.ExpiresAt;

    internal override IEnumerable<Secret> Secrets => credential.Secrets;

    internal override string? HintAtRefusal => hintAtRefusal;

    internal override ValueTask<Credential> GetAsync(InvocationContext context) => new(credential);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => credential.Dispose();
}

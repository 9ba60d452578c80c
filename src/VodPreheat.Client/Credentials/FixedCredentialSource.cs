using VodPreheat.Client.Http;

namespace VodPreheat.Client.Credentials;

/// <summary>A credential that was given and cannot be renewed: an access key or a token got elsewhere.</summary>
public sealed class FixedCredentialSource(Credential credential, string authenticationType) : CredentialSource
{
    /// <inheritdoc/>
    public override string AuthenticationType => authenticationType;

    /// <inheritdoc/>
    public override string? AccountName => (credential as AccessKeyCredential)?.AccessKey;

    /// <inheritdoc/>
    public override DateTimeOffset? ExpiresAt => credential.ExpiresAt;

    internal override IEnumerable<Secret> Secrets => credential.Secrets;

    internal override ValueTask<Credential> GetAsync(InvocationContext scope, CancellationToken cancellation) => new(credential);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => credential.Dispose();
}

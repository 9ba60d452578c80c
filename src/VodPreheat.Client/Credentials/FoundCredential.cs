namespace VodPreheat.Client.Credentials;

/// <summary>What <see cref="CredentialChain"/> found: one of the two.</summary>
internal readonly record struct FoundCredential(AccessKeyCredential? Key, IdentityProviderLogin? Provider);

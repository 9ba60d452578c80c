namespace VodPreheat.Client.Credentials;

/// <summary>An identity provider, the file in which its tokens are, and the project id beside them, if there is one.</summary>
internal sealed record IdentityProviderLogin(string Provider, string TokenPath, string? ProjectId);

namespace VodPreheat.Client.Credentials;

/// <summary>An identity provider, the file with its tokens, and the project ID that comes with them, if any.</summary>
internal sealed record IdentityProviderLogin(string Provider, string TokenPath, string? ProjectId);

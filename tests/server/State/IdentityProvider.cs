namespace VodPreheat.TestServer.State;

/// <summary>
/// An OpenID Connect provider in IAM: the issuer of its tokens, the audience (the client ID), the signing key, and the
/// subjects of the identity conversion rules, with the projects in which they get permissions.
/// </summary>
internal sealed record IdentityProvider(string Id, string Issuer, string ClientId, byte[] Key, string[] Subjects, string[] ProjectIds);

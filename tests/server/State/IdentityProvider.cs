namespace VodPreheat.TestServer.State;

/// <summary>
/// An OpenID Connect provider as IAM knows it: who issues its tokens, for whom (the client ID), signed by which key, and the
/// subjects that the identity conversion rules apply to, with the projects that they get permissions in.
/// </summary>
internal sealed record IdentityProvider(string Id, string Issuer, string ClientId, byte[] Key, string[] Subjects, string[] ProjectIds);

using VodPreheat.Client.Secrets;
using VodPreheat.Client.Signing;


namespace VodPreheat.Client.Credentials;

/// <summary>A user token of IAM, sent as X-Auth-Token.</summary>
public sealed class TokenCredential(Secret token) : Credential
{
    internal override IEnumerable<Secret> Secrets => [token];

    internal override void Authorize(HttpRequestMessage request, ReadOnlySpan<byte> body, DateTimeOffset now) =>
        SetHeader(request, HeaderNames.AuthToken, token.Reveal());
}

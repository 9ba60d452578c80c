using VodPreheat.Client.Credentials;

namespace VodPreheat.Client.Http;

/// <summary>
/// The innermost handler: adds the authentication headers, so that each attempt has its own X-Sdk-Date.
/// The credential was chosen further out, by <see cref="CredentialHandler"/>.
/// </summary>
internal sealed class SignHandler(TimeProvider clock) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Options.TryGetValue(CredentialHandler.Key, out Credential? credential))
        {
            ReadOnlyMemory<byte> body = request.Content is { } content ? ((RequestBody)content).Json : default;
            credential.Authorize(request, body.Span, clock.GetUtcNow());
        }

        return base.SendAsync(request, cancellationToken);
    }
}

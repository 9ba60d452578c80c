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
            if (request.Content is { } content)
            {
                return SendWithBodyAsync(request, content, credential, cancellationToken);
            }

            credential.Authorize(request, body: [], clock.GetUtcNow());
        }

        return base.SendAsync(request, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendWithBodyAsync(
        HttpRequestMessage request, HttpContent content, Credential credential, CancellationToken cancellation)
    {
        credential.Authorize(request, await content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false), clock.GetUtcNow());
        return await base.SendAsync(request, cancellation).ConfigureAwait(false);
    }
}

using VodPreheat.Client.Identity;

namespace VodPreheat.Client.Http;

/// <summary>
/// The innermost handler: puts the authentication headers on, so that each attempt has its own X-Sdk-Date.
/// The credential was chosen further out, by <see cref="CredentialHandler"/>.
/// </summary>
internal sealed class SignHandler(TimeProvider clock) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Options.TryGetValue(CredentialHandler.Key, out Credential? credential))
        {
            byte[] body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            credential.Authorize(request, body, clock.GetUtcNow());
        }

        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}

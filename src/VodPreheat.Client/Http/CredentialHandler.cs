using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Http;

/// <summary>
/// Chooses the credential of a request, and sends once more with a renewed one when the service refused it as expired or
/// revoked. Outside the attempt's time-out: signing in again takes time of its own.
/// </summary>
internal sealed class CredentialHandler(CredentialSource source) : DelegatingHandler
{
    internal static readonly HttpRequestOptionsKey<Credential> Key = new(nameof(Credential));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var scope = InvocationContext.Of(request);
        Credential credential = await source.GetAsync(scope, cancellationToken).ConfigureAwait(false);
        request.Options.Set(Key, credential);
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (VodClientException failure) when (failure.Kind == FailureKind.Authentication)
        {
            if (await source.RenewAsync(credential, scope, cancellationToken).ConfigureAwait(false) is not { } renewed)
            {
                throw;
            }

            request.Options.Set(Key, renewed);
        }

        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}

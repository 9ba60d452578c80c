using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;

namespace VodPreheat.Client.Http;

/// <summary>
/// Chooses the credential of an attempt, and notifies its source when the service refused it. Outside the timeout of the attempt:
/// signing in again has its own.
/// </summary>
internal sealed class CredentialHandler(CredentialSource source, AuthenticationBreaker breaker) : DelegatingHandler
{
    internal static readonly HttpRequestOptionsKey<Credential> Key = new(nameof(Credential));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Credential credential = await source.GetAsync(InvocationContext.Of(request)).ConfigureAwait(false);
        breaker.ThrowIfRefused();
        request.Options.Set(Key, credential);
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (VodClientException failure) when (failure.IsRefusal)
        {
            source.Reject(credential);
            if (source.HintAtRefusal is { } hint)
            {
                throw failure.WithHint(hint);
            }

            throw;
        }
    }
}

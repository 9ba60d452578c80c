using System.Net;
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
        Credential credential = await SignInAsync(source.GetAsync(scope, cancellationToken)).ConfigureAwait(false);
        request.Options.Set(Key, credential);
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
        {
            return response;
        }

        if (await SignInAsync(source.RenewAsync(credential, scope, cancellationToken)).ConfigureAwait(false) is not { } renewed)
        {
            return response;
        }

        response.Dispose();
        request.Options.Set(Key, renewed);
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private static ValueTask<T> SignInAsync<T>(ValueTask<T> credential) =>
        credential.IsCompletedSuccessfully ? credential : SignInSlowlyAsync(credential);

    private static async ValueTask<T> SignInSlowlyAsync<T>(ValueTask<T> credential)
    {
        try
        {
            return await credential.ConfigureAwait(false);
        }
        catch (VodClientException failure)
        {
            throw failure.WhileSigningIn();
        }
    }
}

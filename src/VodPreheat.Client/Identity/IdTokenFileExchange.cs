using System.Security.Cryptography;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Secrets;

namespace VodPreheat.Client.Identity;

/// <summary>
/// Gets tokens for the identity token that a file contains at the time. One that IAM has refused is not sent again, but no refusal
/// is permanent: the issuer writes new identity tokens into the file.
/// </summary>
/// <param name="iam">The client of IAM.</param>
/// <param name="identityProvider">The name of the identity provider.</param>
/// <param name="path">The file.</param>
/// <param name="project">The project to get tokens for.</param>
internal sealed class IdTokenFileExchange(IamClient iam, string identityProvider, string path, Project project)
{
    private byte[] _refused = [];
    private VodClientException? _refusal;

    /// <summary>Gets a token. One call at a time.</summary>
    /// <exception cref="VodClientException">No identity token in the file, or IAM refused it.</exception>
    public async Task<FetchedCredential> GetTokenAsync(InvocationContext context)
    {
        using Secret idToken = IdToken.ReadFile(path);
        byte[] hash = SHA256.HashData(idToken.Bytes);
        if (_refusal is not null && hash.AsSpan().SequenceEqual(_refused))
        {
            throw _refusal;
        }

        try
        {
            return await iam.GetTokenAsync(identityProvider, idToken, project, context).ConfigureAwait(false);
        }
        catch (VodClientException failure) when (failure.IsRefusal)
        {
            _refused = hash;
            throw _refusal = failure.NotSent();
        }
    }
}

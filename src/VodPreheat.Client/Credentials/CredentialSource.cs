using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;

namespace VodPreheat.Client.Credentials;

/// <summary>Where a connection's credential comes from, and whether it can be renewed.</summary>
public abstract class CredentialSource : IDisposable
{
    /// <summary>How the connection signs in: AccessKey, Token, Password, IdToken, Identity or Sandbox.</summary>
    public abstract string AuthenticationType { get; }

    /// <summary>The access key id, user name or identity provider; null for a bare token.</summary>
    public abstract string? AccountName { get; }

    /// <summary>When the credential in use ends; null if it does not, or none was fetched yet.</summary>
    public abstract DateTimeOffset? ExpiresAt { get; }

    /// <summary>Every secret in play, so that it can be kept out of what is shown.</summary>
    internal abstract IEnumerable<Secret> Secrets { get; }

    /// <summary>The credential for a request that is about to be sent.</summary>
    internal abstract ValueTask<Credential> GetAsync(InvocationContext context, CancellationToken cancellation);

    /// <summary>Whether there can be another credential in place of one that the service refused.</summary>
    internal virtual bool IsRenewable => false;

    /// <summary>What to do when the service has refused the credential; null where its error says so.</summary>
    internal virtual Hint? HintAtRefusal => null;

    /// <summary>Notes that the service refused a credential: the next <see cref="GetAsync"/> gives another one where there can be one.</summary>
    internal virtual void Reject(Credential credential)
    {
    }

    /// <summary>Wipes the secrets.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Wipes the secrets.</summary>
    protected abstract void Dispose(bool disposing);
}

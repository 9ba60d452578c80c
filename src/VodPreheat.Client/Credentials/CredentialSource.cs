using VodPreheat.Client.Invocation;
using VodPreheat.Client.Secrets;

namespace VodPreheat.Client.Credentials;

/// <summary>The source of a connection's credential, which may be able to renew it.</summary>
public abstract class CredentialSource : IDisposable
{
    /// <summary>How the connection signs in.</summary>
    public abstract AuthenticationType AuthenticationType { get; }

    /// <summary>The access key ID, user name or identity provider; null for a token that was obtained elsewhere.</summary>
    public abstract string? AccountName { get; }

    /// <summary>When the current credential expires; null if it does not, or none was requested yet.</summary>
    public abstract DateTimeOffset? ExpiresAt { get; }

    /// <summary>All secrets in use, to be removed from texts that are shown.</summary>
    internal abstract IEnumerable<Secret> Secrets { get; }

    /// <summary>The credential for a request that is about to be sent.</summary>
    internal abstract ValueTask<Credential> GetAsync(InvocationContext context);

    /// <summary>Whether a credential that the service refused can be replaced by a new one.</summary>
    internal virtual bool IsRenewable => false;

    /// <summary>The hint when the service has refused the credential; null for that of the service's error.</summary>
    internal virtual string? HintAtRefusal => null;

    /// <summary>Marks a credential as refused by the service: the next <see cref="GetAsync"/> replaces it if it can be renewed.</summary>
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

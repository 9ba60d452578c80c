using VodPreheat.Client.Secrets;

namespace VodPreheat.Client.Credentials;

/// <summary>Authenticates requests. It owns its secrets and wipes them.</summary>
public abstract class Credential : IDisposable
{
    /// <summary>When it expires; null if it does not.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The project that it belongs to; null if its source does not say.</summary>
    public string? ProjectId { get; init; }

    /// <summary>All secrets in it.</summary>
    internal abstract IEnumerable<Secret> Secrets { get; }

    /// <summary>Adds the authentication headers to a request that is otherwise complete.</summary>
    internal abstract void Authorize(HttpRequestMessage request, ReadOnlySpan<byte> body, DateTimeOffset now);

    /// <summary>Sets a header. A retried request still has the headers of its last attempt.</summary>
    private protected static void SetHeader(HttpRequestMessage request, string name, string value)
    {
        request.Headers.Remove(name);
        request.Headers.TryAddWithoutValidation(name, value);
    }

    /// <summary>Wipes the secrets.</summary>
    public void Dispose()
    {
        foreach (Secret secret in Secrets)
        {
            secret.Dispose();
        }

        GC.SuppressFinalize(this);
    }
}

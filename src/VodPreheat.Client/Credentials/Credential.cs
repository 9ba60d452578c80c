namespace VodPreheat.Client.Credentials;

/// <summary>What authenticates one request. It owns its secrets and wipes them.</summary>
public abstract class Credential : IDisposable
{
    /// <summary>When the service stops accepting it; null if it does not end by itself.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The project that it belongs to, if its source told.</summary>
    public string? ProjectId { get; init; }

    /// <summary>Every secret in it.</summary>
    internal abstract IEnumerable<Secret> Secrets { get; }

    /// <summary>Puts the authentication headers on a request that is otherwise complete.</summary>
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

using VodPreheat.Client;

namespace VodPreheat;

/// <summary>
/// A connection to one project of one region. Immutable, without a secret in any public member, and safe to share between
/// runspaces of one process; a copy in another process (a job, a remote session) is data only and refuses to work.
/// </summary>
public sealed class VodConnection
{
    internal VodConnection(VodClient client)
    {
        Client = client;
        Region = client.Region;
        ProjectId = client.ProjectId;
        Endpoint = client.Endpoint;
        AuthenticationType = client.AuthenticationType.ToString();
    }

    /// <summary>Makes a copy without a client, for a deserialized connection.</summary>
    internal VodConnection(string? region, string? projectId)
    {
        Region = region;
        ProjectId = projectId ?? string.Empty;
        AuthenticationType = "None";
    }

    /// <summary>The region ID; null if only an endpoint was specified.</summary>
    public string? Region { get; }

    /// <summary>The project ID.</summary>
    public string ProjectId { get; }

    /// <summary>The address of the service.</summary>
    public Uri? Endpoint { get; }

    /// <summary>AccessKey, Token, Password, IdToken, Identity or Sandbox.</summary>
    public string AuthenticationType { get; }

    /// <summary>The current access key ID, the user name or the identity provider; null for a token that was obtained elsewhere.</summary>
    public string? AccountName => Client?.AccountName;

    /// <summary>When the current credential expires, if it does; those of Password and Identity, and of IdToken from a file, are renewed before they expire.</summary>
    public DateTimeOffset? ExpiresAt => Client?.ExpiresAt;

    internal VodClient? Client { get; }

    /// <summary>Account, project and region.</summary>
    public override string ToString() => $"{AccountName ?? AuthenticationType}@{ProjectId} ({Region ?? Endpoint?.Host})";
}

using VodPreheat.Client;

namespace VodPreheat;

/// <summary>
/// A connection to one project of one region. Immutable, without a secret in any public member, and safe to share between
/// runspaces of one process; a copy in another process (a job, a remote session) is data only and refuses to work.
/// </summary>
public sealed class VodConnection
{
    /// <summary>Makes a connection that is data only, such as for a test, or a copy of another process.</summary>
    public VodConnection()
    {
    }

    internal VodConnection(VodClient client) => Client = client;

    /// <summary>The region ID; null if only an endpoint was specified.</summary>
    public string? Region { get => Client is null ? field : Client.Region; init => field = OptionalText.From(value); }

    /// <summary>The project ID.</summary>
    public string ProjectId { get => Client?.ProjectId ?? field; init; } = string.Empty;

    /// <summary>The address of the service.</summary>
    public Uri? Endpoint { get => Client?.Endpoint ?? field; init; }

    /// <summary>AccessKey, Token, Password, IdToken, Identity or Sandbox.</summary>
    public string AuthenticationType { get => Client?.AuthenticationType.ToString() ?? field; init; } = string.Empty;

    /// <summary>The current access key ID, the user name or the identity provider; null for a token that was obtained elsewhere.</summary>
    public string? AccountName { get => Client is null ? field : Client.AccountName; init => field = OptionalText.From(value); }

    /// <summary>When the current credential expires, if it does; those of Password and Identity, and of IdToken from a file, are renewed before they expire.</summary>
    public DateTimeOffset? ExpiresAt { get => Client is null ? field : Client.ExpiresAt; init; }

    internal VodClient? Client { get; }

    /// <summary>Account, project and region.</summary>
    public override string ToString() => $"{AccountName ?? AuthenticationType}@{ProjectId} ({Region ?? Endpoint?.Host})";
}

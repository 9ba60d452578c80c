using VodPreheat.Client.Http;

namespace VodPreheat.Client.Connections;

/// <summary>Settings that all methods of signing in share.</summary>
public sealed record ConnectSettings
{
    /// <summary>The region ID, such as cn-north-4, in any case; null uses HW_REGION_NAME, then HUAWEICLOUD_SDK_REGION.</summary>
    public string? Region { get; init; }

    /// <summary>The address of VOD; null uses the region's.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The address of IAM; null uses the region's, in the public cloud only.</summary>
    public Uri? IamEndpoint { get; init; }

    /// <summary>The project ID; null uses the one that comes with the keys or the token, or looks it up.</summary>
    public string? ProjectId { get; init; }

    /// <summary>Request settings.</summary>
    public TransportSettings Transport { get; init; } = new();

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> ReadVariable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Resolves a path that a user wrote to an absolute one; null if it is not a path of the file system.</summary>
    public Func<string, string?> ResolvePath { get; init; } = Path.GetFullPath;

    /// <summary>The folder of the user, in which the default credentials file is; empty if there is none.</summary>
    public string HomeFolder { get; init; } =
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);

    /// <summary>Receives warnings, on the thread that connects, before the first request is sent.</summary>
    public Action<string> Warn { get; init; } = static _ => { };
}

using VodPreheat.Client.Http;

namespace VodPreheat.Client.Connections;

/// <summary>What every way of signing in has in common.</summary>
public sealed record ConnectSettings
{
    /// <summary>The region's id, such as cn-north-4, in any case; null takes HW_REGION_NAME, then HUAWEICLOUD_SDK_REGION.</summary>
    public string? Region { get; init; }

    /// <summary>The address of VOD; null takes the region's.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The address of IAM; null takes the region's, in the public cloud only.</summary>
    public Uri? IamEndpoint { get; init; }

    /// <summary>The project id; null takes the one beside the keys, in the token, or looks it up.</summary>
    public string? ProjectId { get; init; }

    /// <summary>How requests travel.</summary>
    public TransportSettings Transport { get; init; } = new();

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> ReadVariable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Makes a path that a person wrote absolute; null if it is no path of the file system.</summary>
    public Func<string, string?> ResolvePath { get; init; } = Path.GetFullPath;

    /// <summary>Takes a warning, on the thread that connects, before the first request is sent.</summary>
    public Action<string> Warn { get; init; } = static _ => { };
}

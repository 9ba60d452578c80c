namespace VodPreheat.TestServer.Faults;

/// <summary>How the metadata service of the ECS behaves.</summary>
public enum MetadataMode
{
    /// <summary>A session token is required; without it, 401.</summary>
    V2,

    /// <summary>There are no session tokens: PUT is answered with 404, and GET requires none.</summary>
    V1Only,

    /// <summary>The ECS has no agency: 401 with the text that says so.</summary>
    NoAgency,

    /// <summary>404 for everything, as on another cloud.</summary>
    NotThere,

    /// <summary>Never answers.</summary>
    Hang,
}

namespace VodPreheat.TestServer.Faults;

/// <summary>How the metadata service of the virtual machine behaves.</summary>
public enum MetadataMode
{
    /// <summary>A session token is needed; without it 401.</summary>
    V2,

    /// <summary>There are no session tokens: the PUT answers 404, the GET needs none.</summary>
    V1Only,

    /// <summary>The machine has no agency: 401 with the text that says so.</summary>
    NoAgency,

    /// <summary>404 for everything, as on another cloud.</summary>
    NotThere,

    /// <summary>Never answers.</summary>
    Hang,
}

namespace VodPreheat.TestServer.Faults;

/// <summary>What is wrong with a TLS server, usually its certificate.</summary>
public enum TlsFault
{
    /// <summary>Correct names and dates, but self-signed.</summary>
    UntrustedRoot,

    /// <summary>Self-signed, and expired yesterday.</summary>
    Expired,

    /// <summary>Self-signed, for another host.</summary>
    WrongName,

    /// <summary>The handshake ends with a TCP reset, as a firewall does that does not like the name.</summary>
    Reset,

    /// <summary>The client must have a certificate of its own.</summary>
    ClientCertificate,
}

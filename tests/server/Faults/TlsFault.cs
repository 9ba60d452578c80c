namespace VodPreheat.TestServer.Faults;

/// <summary>What is wrong with the certificate of a TLS server.</summary>
public enum TlsFault
{
    /// <summary>Correct names and dates, but self-signed.</summary>
    UntrustedRoot,

    /// <summary>Self-signed, and expired yesterday.</summary>
    Expired,

    /// <summary>Self-signed, for another host.</summary>
    WrongName,
}

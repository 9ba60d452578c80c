namespace VodPreheat.TestServer.Faults;

/// <summary>What is wrong with the certificate of a TLS server.</summary>
public enum TlsFault
{
    /// <summary>Right names and dates, but self-signed.</summary>
    UntrustedRoot,

    /// <summary>Self-signed, and ended yesterday.</summary>
    Expired,

    /// <summary>Self-signed, for another host.</summary>
    WrongName,
}

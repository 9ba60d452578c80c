using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VodPreheat.TestServer.Faults;

namespace VodPreheat.TestServer.Wire;

/// <summary>Creates invalid certificates in memory.</summary>
internal static class Certificates
{
    public static X509Certificate2 Make(TlsFault fault)
    {
        string name = fault == TlsFault.WrongName ? "wrong.example.com" : "localhost";
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        if (fault != TlsFault.WrongName)
        {
            names.AddIpAddress(IPAddress.Loopback);
        }

        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset end = DateTimeOffset.UtcNow.AddDays(fault == TlsFault.Expired ? -1 : 30);
        using X509Certificate2 made = request.CreateSelfSigned(end.AddDays(-60), end);

        // On some systems, SslStream does not accept the ephemeral key of a new certificate, but one that is loaded.
        return new X509Certificate2(made.Export(X509ContentType.Pfx), (string?)null, X509KeyStorageFlags.Exportable);
    }
}

using System.Net;
using VodPreheat.Client.Secrets;

namespace VodPreheat.Client.Credentials;

/// <summary>The login of a proxy. Its password becomes a string only when the proxy asks for it, and is wiped with the connection.</summary>
public sealed class ProxyLogin(string userName, string domain, Secret password) : ICredentials, IDisposable
{
    /// <summary>The password.</summary>
    internal Secret Password => password;

    /// <summary>Name and password, for any proxy and scheme: there is only one proxy.</summary>
    public NetworkCredential GetCredential(Uri uri, string authType) => new(userName, password.Reveal(), domain);

    /// <summary>Wipes the password.</summary>
    public void Dispose() => password.Dispose();
}

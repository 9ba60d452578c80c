using System.Management.Automation;
using System.Net;
using System.Runtime.InteropServices;
using System.Security;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Secrets;

namespace VodPreheat.Parameters;

/// <summary>Copies a SecureString into a secret of the client, without a string in between.</summary>
internal static class SecureStringReader
{
    /// <summary>The secret.</summary>
    public static unsafe Secret Read(SecureString secure)
    {
        // A copy: its owner could change the text between the reading of its characters and of its length.
        using SecureString own = Copy(secure);
        IntPtr text = Marshal.SecureStringToGlobalAllocUnicode(own);
        try
        {
            return new Secret(new ReadOnlySpan<char>((void*)text, own.Length));
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(text);
        }
    }

    private static SecureString Copy(SecureString secure)
    {
        try
        {
            return secure.Copy();
        }
        catch (ObjectDisposedException)
        {
            throw InvalidCredential.Disposed();
        }
    }

    /// <summary>The login of a proxy; null if there is none.</summary>
    public static ProxyLogin? ReadProxyLogin(PSCredential? credential)
    {
        // Splits the name; the password is not read from it, because it would be a string.
        NetworkCredential? login = credential?.GetNetworkCredential();
        return login is null ? null : new(login.UserName, login.Domain, Read(credential!.Password));
    }
}

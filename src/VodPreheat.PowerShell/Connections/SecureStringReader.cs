using System.Runtime.InteropServices;
using System.Security;
using VodPreheat.Client.Credentials;

namespace VodPreheat.Connections;

/// <summary>Takes a SecureString over into the client, without a string in between.</summary>
internal static class SecureStringReader
{
    /// <summary>The secret's text as the client keeps it.</summary>
    public static unsafe Secret Read(SecureString secure)
    {
        IntPtr text = Marshal.SecureStringToGlobalAllocUnicode(secure);
        try
        {
            return new Secret(new ReadOnlySpan<char>((void*)text, secure.Length));
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(text);
        }
    }
}

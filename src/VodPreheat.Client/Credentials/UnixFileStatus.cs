using System.Runtime.InteropServices;
using System.Text;

namespace VodPreheat.Client.Credentials;

/// <summary>Type, permissions and owner of a file on Unix; symbolic links are followed.</summary>
/// <remarks>
/// .NET has no public member for type and owner, and the layout of libc's stat differs between systems and processors. The
/// framework's own native library has one layout everywhere; it is not a public interface, so a doubtful answer counts as none.
/// </remarks>
internal readonly record struct UnixFileStatus(bool IsRegular, UnixFileMode Mode, uint Owner)
{
    private const string Library = "libSystem.Native";
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;

    /// <summary>The effective user of this process.</summary>
    public static uint CurrentUser => GetEffectiveUser();

    /// <summary>The status of a file; null on Windows, if there is no such file, or if it cannot be determined.</summary>
    public static UnixFileStatus? Of(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        // Longer than the library's structure in any version.
        Span<int> status = stackalloc int[128];
        try
        {
            if (Stat(Encoding.UTF8.GetBytes(path + '\0'), ref MemoryMarshal.GetReference(status)) != 0)
            {
                return null;
            }
        }
        catch (Exception error) when (error is EntryPointNotFoundException or DllNotFoundException)
        {
            return null;
        }

        // Flags, mode, owner, group, ...
        int mode = status[1];
        return (mode & TypeMask) is 0x1000 or 0x2000 or 0x4000 or 0x6000 or Regular or 0xC000
            ? new UnixFileStatus((mode & TypeMask) == Regular, (UnixFileMode)(mode & 0xFFF), (uint)status[2])
            : null;
    }

    [DllImport(Library, EntryPoint = "SystemNative_Stat")]
    private static extern int Stat(byte[] path, ref int status);

    [DllImport(Library, EntryPoint = "SystemNative_GetEUid")]
    private static extern uint GetEffectiveUser();
}

using System.Management.Automation;

namespace VodPreheat.Parameters;

/// <summary>Resolves file paths like PowerShell's own cmdlets: ~, drives, and the session's current location.</summary>
internal static class FileSystemPath
{
    /// <summary>The absolute path; null if it is not a path of the file system. The file need not exist.</summary>
    public static string? Resolve(PathIntrinsics paths, string path)
    {
        // If the current location is not in the file system, PowerShell would resolve /a/b as a path of the current drive.
        if (Path.IsPathFullyQualified(path))
        {
            return path;
        }

        try
        {
            string resolved = paths.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            return provider.Name == "FileSystem" ? resolved : null;
        }
        catch (Exception error) when (error is SessionStateException or ProviderInvocationException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}

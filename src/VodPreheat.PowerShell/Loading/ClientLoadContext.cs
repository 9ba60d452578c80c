using System.Reflection;
using System.Runtime.Loader;

namespace VodPreheat.Loading;

/// <summary>
/// The private context of the client and its packages, so that they do not conflict with other modules' versions of them.
/// </summary>
internal sealed class ClientLoadContext(string directory) : AssemblyLoadContext(nameof(VodPreheat))
{
    private readonly string[] _framework =
        ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? string.Empty).Split(Path.PathSeparator);

    /// <summary>The module's own file, unless the runtime or the host has the same or a newer version of it.</summary>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string file = assemblyName.Name + ".dll";
        string ours = Path.Combine(directory, file);
        if (!File.Exists(ours))
        {
            return null;
        }

        string? theirs = Array.Find(_framework, path => Path.GetFileName(path.AsSpan()).Equals(file, StringComparison.OrdinalIgnoreCase));
        return theirs is null || VersionOf(ours) > VersionOf(theirs) ? LoadFromAssemblyPath(ours) : null;
    }

    private static Version VersionOf(string path) => AssemblyName.GetAssemblyName(path).Version ?? new Version();
}

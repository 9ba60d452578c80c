using System.Reflection;
using System.Runtime.Loader;

namespace VodPreheat.Loading;

/// <summary>
/// The private context of the client and its packages, so that they do not conflict with other modules' versions of them.
/// </summary>
internal sealed class ClientLoadContext : AssemblyLoadContext
{
    private const string ClientName = "VodPreheat.Client";

    private static readonly string s_library =
        Path.Combine(Path.GetDirectoryName(typeof(ClientLoadContext).Assembly.Location)!, "lib");

    private static readonly ClientLoadContext s_context = new();

    private readonly string[] _framework =
        ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? string.Empty).Split(Path.PathSeparator);

    private ClientLoadContext() : base(nameof(VodPreheat))
    {
    }

    /// <summary>
    /// What the default load context finds: VodPreheat.Client, in the private context, and nothing else. By path, and only if the
    /// file exists: LoadFromAssemblyName would call this method again and overflow the stack.
    /// </summary>
    public static Assembly? Resolve(AssemblyLoadContext _, AssemblyName name)
    {
        if (name.Name != ClientName)
        {
            return null;
        }

        string path = Path.Combine(s_library, ClientName + ".dll");
        return File.Exists(path) ? s_context.LoadFromAssemblyPath(path) : null;
    }

    /// <summary>The module's own file, unless the runtime or the host has the same or a newer version of it.</summary>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string file = assemblyName.Name + ".dll";
        string ours = Path.Combine(s_library, file);
        if (!File.Exists(ours))
        {
            return null;
        }

        string? theirs = Array.Find(_framework, path => Path.GetFileName(path.AsSpan()).Equals(file, StringComparison.OrdinalIgnoreCase));
        return theirs is null || VersionOf(ours) > VersionOf(theirs) ? LoadFromAssemblyPath(ours) : null;
    }

    private static Version VersionOf(string path) => AssemblyName.GetAssemblyName(path).Version ?? new Version();
}

using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace VodPreheat.Loading;

/// <summary>
/// On import, teaches the default load context one name: VodPreheat.Client, which lives with all packages in a private
/// context. Nothing else happens at import.
/// </summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    private const string ClientName = "VodPreheat.Client";

    private static readonly string s_library =
        Path.Combine(Path.GetDirectoryName(typeof(ModuleInitializer).Assembly.Location)!, "lib");

    private static readonly Lazy<ClientLoadContext> s_context = new(static () => new ClientLoadContext(s_library));

    private static int s_hooked;

    /// <summary>Called by the engine at every import; two runspaces may import at once.</summary>
    public void OnImport()
    {
        if (Interlocked.Exchange(ref s_hooked, 1) == 0)
        {
            AssemblyLoadContext.Default.Resolving += Resolve;
        }
    }

    // By path, and only if the file is there: LoadFromAssemblyName would come back here and overflow the stack.
    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name)
    {
        if (name.Name != ClientName)
        {
            return null;
        }

        string path = Path.Combine(s_library, ClientName + ".dll");
        return File.Exists(path) ? s_context.Value.LoadFromAssemblyPath(path) : null;
    }
}

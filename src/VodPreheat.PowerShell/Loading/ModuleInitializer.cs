using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace VodPreheat.Loading;

/// <summary>
/// On import, makes the default load context resolve one name: VodPreheat.Client, which is loaded with all packages into a private
/// context. Refuses a second version of the module in one process: its types would not be those of the first. Nothing else
/// happens at import.
/// </summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    private const string ClientName = "VodPreheat.Client";

    // The assembly's name before its version. With one name for all versions the runtime would refuse the second one itself, with
    // an unhelpful message and before any of its code runs.
    private const string Name = "VodPreheat.PowerShell";

    private static readonly string s_library =
        Path.Combine(Path.GetDirectoryName(typeof(ModuleInitializer).Assembly.Location)!, "lib");

    private static readonly Lazy<ClientLoadContext> s_context = new(static () => new ClientLoadContext(s_library));

    private static int s_hooked;

    /// <summary>Called by the engine at every import; two runspaces can import at the same time.</summary>
    /// <exception cref="InvalidOperationException">Another version is loaded.</exception>
    public void OnImport()
    {
        Assembly ours = typeof(ModuleInitializer).Assembly;
        if (AppDomain.CurrentDomain.GetData(Name) is Assembly loaded && loaded != ours)
        {
            throw new InvalidOperationException(
                $"VodPreheat {VersionOf(loaded)} is loaded in this process already, and PowerShell cannot unload it. " +
                $"Start a new session to use VodPreheat {VersionOf(ours)}.");
        }

        AppDomain.CurrentDomain.SetData(Name, ours);
        if (Interlocked.Exchange(ref s_hooked, 1) == 0)
        {
            AssemblyLoadContext.Default.Resolving += Resolve;
        }
    }

    private static string VersionOf(Assembly assembly) => assembly.GetName().Name![(Name.Length + 1)..];

    // By path, and only if the file exists: LoadFromAssemblyName would call this method again and overflow the stack.
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

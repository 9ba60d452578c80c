using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace VodPreheat.Loading;

/// <summary>
/// On import, teaches the default load context one name: VodPreheat.Client, which lives with all packages in a private
/// context. Refuses a second version of the module in one process: its types would not be those of the first. Nothing else
/// happens at import.
/// </summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    private const string ClientName = "VodPreheat.Client";

    // The assembly's name up to its version. With one name for all versions the runtime would refuse the second by itself, with
    // a message that helps nobody and before any code of it runs.
    private const string Name = "VodPreheat.PowerShell";

    private static readonly string s_library =
        Path.Combine(Path.GetDirectoryName(typeof(ModuleInitializer).Assembly.Location)!, "lib");

    private static readonly Lazy<ClientLoadContext> s_context = new(static () => new ClientLoadContext(s_library));

    private static int s_hooked;

    /// <summary>Called by the engine at every import; two runspaces may import at once.</summary>
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

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
    // The assembly's name before its version. With one name for all versions the runtime would refuse the second one itself, with
    // an unhelpful message and before any of its code runs.
    private const string Name = "VodPreheat.PowerShell";

    private static int s_hooked;

    /// <summary>Called by the engine at every import; two runspaces can import at the same time.</summary>
    /// <exception cref="InvalidOperationException">Another version is loaded.</exception>
    public void OnImport()
    {
        Assembly ours = typeof(ModuleInitializer).Assembly;
        if (AppDomain.CurrentDomain.GetData(Name) is Assembly loaded && loaded != ours)
        {
            throw OtherVersion(loaded, ours);
        }

        AppDomain.CurrentDomain.SetData(Name, ours);
        if (Interlocked.Exchange(ref s_hooked, 1) == 0)
        {
            AssemblyLoadContext.Default.Resolving += ClientLoadContext.Resolve;
        }
    }

    // Not in OnImport, which is compiled at every import, with all that it could call.
    private static InvalidOperationException OtherVersion(Assembly loaded, Assembly ours) => new(
        $"VodPreheat {VersionOf(loaded)} is loaded in this process already, and PowerShell cannot unload it. " +
        $"Start a new session to use VodPreheat {VersionOf(ours)}.");

    private static string VersionOf(Assembly assembly) => assembly.GetName().Name![(Name.Length + 1)..];
}

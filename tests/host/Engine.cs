using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace VodPreheat.HostTests;

/// <summary>Replaces PowerShell: imports the built module like the engine, before the first test.</summary>
internal static class Engine
{
    /// <summary>The built module's folder, from the environment.</summary>
    public static string Module { get; } = Path.GetFullPath(
        Environment.GetEnvironmentVariable("VODPREHEAT_TEST_MODULE") ?? throw new InvalidOperationException("VODPREHEAT_TEST_MODULE is not set."));

    /// <summary>The folder of the client and its packages.</summary>
    public static string Library { get; } = Path.Combine(Module, "bin", "lib");

    /// <summary>What another module has loaded before: "older" or "newer" versions of the packages, or nothing.</summary>
    public static string? Preload { get; } = Environment.GetEnvironmentVariable("VODPREHEAT_TEST_PRELOAD") is { Length: > 0 } name ? name : null;

    // As early as possible: the compilation of a test loads the client.
    [ModuleInitializer]
    internal static void Import()
    {
        if (Preload is not null)
        {
            foreach (string file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, Preload), "*.dll"))
            {
                LoadAsAnotherModule(file);
            }
        }

        Assembly cmdlets = Assembly.LoadFrom(Path.Combine(Module, "bin", "VodPreheat.PowerShell.dll"));
        _ = cmdlets.GetExportedTypes(); // The engine reads them before it runs the initializer.
        Type initializer = cmdlets.GetType("VodPreheat.Loading.ModuleInitializer", throwOnError: true)!;
        for (int import = 0; import < 2; import++)
        {
            initializer.GetMethod("OnImport")!.Invoke(Activator.CreateInstance(initializer), null);
        }
    }

    private static void LoadAsAnotherModule(string file)
    {
        try
        {
            Assembly.LoadFrom(file);
        }
        catch (FileLoadException)
        {
            // The assemblies of the runtime cannot be replaced. A module that needs a newer one loads it into a separate context.
            new AssemblyLoadContext("another module").LoadFromAssemblyPath(file);
        }
    }
}

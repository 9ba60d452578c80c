using System.Reflection;
using System.Runtime.Loader;
using VodPreheat.Client;

namespace VodPreheat.HostTests;

/// <summary>What is loaded where: the module's packages are private, those of others are not disturbed.</summary>
public sealed class LoadingTests
{
    private static readonly AssemblyLoadContext s_private = AssemblyLoadContext.GetLoadContext(typeof(VodClient).Assembly)!;

    [Fact]
    public void The_tests_run_on_the_expected_runtime() =>
        Assert.Equal(AppContext.TargetFrameworkName, $".NETCoreApp,Version=v{Environment.Version.Major}.{Environment.Version.Minor}");

    [Fact]
    public void The_client_of_the_module_is_loaded_into_a_private_context()
    {
        Assert.Equal("VodPreheat", s_private.Name);
        Assert.Equal(Path.Combine(Engine.Library, "VodPreheat.Client.dll"), typeof(VodClient).Assembly.Location);
    }

    [Fact]
    public async Task The_default_context_has_no_assembly_of_bin_lib()
    {
        using var cloud = new Cloud();
        using VodClient client = await cloud.ConnectAsync();
        await client.GetPreheatingResultsAsync("a", Cloud.Context());
        Assert.Contains("Microsoft.Extensions.Http", s_private.Assemblies.Select(NameOf));
        Assert.DoesNotContain(AssemblyLoadContext.Default.Assemblies, IsOurs);
        Assert.Single(AppDomain.CurrentDomain.GetAssemblies(), assembly => NameOf(assembly) == "VodPreheat.Client");
    }

    [Fact]
    public void The_host_has_no_package_of_bin_lib_in_its_folder()
    {
        // Otherwise, an assembly that is missing in bin/lib would be found here only. Those of the runtime begin with System.
        IEnumerable<string> packages = Directory.GetFiles(Engine.Library).Select(file => Path.GetFileName(file))
            .Where(file => !file.StartsWith("System.", StringComparison.Ordinal));
        Assert.DoesNotContain(packages, file => File.Exists(Path.Combine(AppContext.BaseDirectory, file)));
    }

    [Theory]
    [InlineData("Microsoft.Extensions.Http")]
    [InlineData("Microsoft.Extensions.Options")]
    [InlineData("System.Diagnostics.DiagnosticSource")]
    public void The_version_of_another_module_is_loaded_but_not_used(string name)
    {
        Assert.Equal(10, s_private.LoadFromAssemblyName(new AssemblyName(name)).GetName().Version!.Major);
        int[] loaded =
        [
            .. AppDomain.CurrentDomain.GetAssemblies().Where(assembly => NameOf(assembly) == name).Select(assembly => assembly.GetName().Version!.Major),
        ];
        if (Engine.Preload == "newer")
        {
            Assert.Contains(11, loaded);
        }
        else if (Engine.Preload == "older" && name.StartsWith("Microsoft.", StringComparison.Ordinal))
        {
            // An older version of an assembly of the runtime is not loaded.
            Assert.Contains(6, loaded);
        }
    }

    private static string NameOf(Assembly assembly) => assembly.GetName().Name!;

    private static bool IsOurs(Assembly assembly) =>
        !assembly.IsDynamic && assembly.Location.StartsWith(Engine.Library, StringComparison.Ordinal);
}

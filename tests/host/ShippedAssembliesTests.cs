namespace VodPreheat.HostTests;

/// <summary>The metadata of the shipped assemblies, also for code that no test runs.</summary>
public sealed class ShippedAssembliesTests
{
    private static readonly SharedTypes s_shared = new(
        Directory.GetFiles(Engine.Library, "*.dll").Select(file => Path.GetFileNameWithoutExtension(file)).ToHashSet());

    [Theory]
    [InlineData("VodPreheat.PowerShell.dll")]
    [InlineData("lib/VodPreheat.Client.dll")]
    public void Our_assemblies_use_no_framework_member_whose_signature_has_a_type_of_a_shipped_assembly(string file) =>
        Assert.Empty(s_shared.FindIn(Path.Combine(Engine.Module, "bin", file)));

    [Fact]
    public void Packages_use_such_members_only_where_the_client_does_not_call_them()
    {
        // The filter that the factory of the library adds for its metrics. The client builds its handlers without the factory.
        string[] known =
        [
            "HttpClientHandler.get_MeterFactory",
            "HttpClientHandler.set_MeterFactory",
            "SocketsHttpHandler.get_MeterFactory",
            "SocketsHttpHandler.set_MeterFactory",
        ];
        Assert.Equal(known, Directory.GetFiles(Engine.Library, "*.dll").SelectMany(s_shared.FindIn).Distinct().Order());
    }

    [Fact]
    public void Such_members_are_found()
    {
        // This file itself uses one.
        _ = new SocketsHttpHandler().ActivityHeadersPropagator;
        Assert.Equal("SocketsHttpHandler.get_ActivityHeadersPropagator", Assert.Single(s_shared.FindIn(typeof(ShippedAssembliesTests).Assembly.Location)));
    }
}

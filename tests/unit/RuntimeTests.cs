namespace VodPreheat.UnitTests;

/// <summary>PowerShell 7.4 lives on .NET 8: the build runs this tier there too, and says so in the environment.</summary>
public sealed class RuntimeTests
{
    [Fact]
    public void The_tests_run_on_the_requested_runtime()
    {
        string? asked = Environment.GetEnvironmentVariable("VODPREHEAT_TEST_RUNTIME");
        Assert.True(asked is null || Environment.Version.Major.ToString(System.Globalization.CultureInfo.InvariantCulture) == asked, $"Runs on {Environment.Version}.");
    }
}

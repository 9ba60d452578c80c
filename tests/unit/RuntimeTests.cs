namespace VodPreheat.UnitTests;

/// <summary>PowerShell 7.4 uses .NET 8: the build also runs these tests there, and specifies it in the environment.</summary>
public sealed class RuntimeTests
{
    [Fact]
    public void The_tests_run_on_the_requested_runtime()
    {
        string? asked = Environment.GetEnvironmentVariable("VODPREHEAT_TEST_RUNTIME");
        Assert.True(asked is null || Environment.Version.Major.ToString(System.Globalization.CultureInfo.InvariantCulture) == asked, $"Runs on {Environment.Version}.");
    }
}

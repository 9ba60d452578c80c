using System.Text;
using VodPreheat.Client.Journal;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Journal;

public sealed class JournalLocationTests
{
    private static readonly string s_root = Path.GetPathRoot(Path.GetTempPath())!;

    [Theory]
    [InlineData("off")]
    [InlineData("OFF")]
    [InlineData(" off ")]
    public void It_can_be_disabled(string value)
    {
        JournalLocation place = Find((JournalLocation.Variable, value));
        Assert.Null(place.Folder);
        Assert.Null(place.Problem);
        Assert.True(place.IsNamed);
    }

    [Fact]
    public void A_specified_folder_is_used()
    {
        string path = Path.Combine(s_root, "shared", "vod");
        Assert.Equal(new JournalLocation(path, IsNamed: true), Find((JournalLocation.Variable, $" {path} ")));
    }

    [Theory]
    [InlineData("journal")]
    [InlineData("~/journal")]
    [InlineData("./off")]
    public void A_relative_path_is_an_error(string value)
    {
        JournalLocation place = Find((JournalLocation.Variable, value));
        Assert.Null(place.Folder);
        Assert.Contains(value, place.Problem, StringComparison.Ordinal);
        Assert.True(place.IsNamed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void A_blank_value_is_ignored(string value)
    {
        JournalLocation place = JournalLocation.Find(name => name == JournalLocation.Variable ? value : Path.Combine(s_root, "somewhere"));
        Assert.EndsWith(Path.Combine("VodPreheat", "journal"), place.Folder, StringComparison.Ordinal);
        Assert.False(place.IsNamed);
    }

    [Fact]
    public void It_is_in_the_folder_of_the_system()
    {
        (string, string)[] variables = [("HOME", Path.Combine(s_root, "home")), ("XDG_STATE_HOME", Path.Combine(s_root, "state")), ("LOCALAPPDATA", Path.Combine(s_root, "local"))];
        Func<string, string?> read = name => name == JournalLocation.Variable ? null : TestClient.Environment(variables)(name);
        string? folder = OperatingSystem.IsWindows() ? JournalLocation.WindowsFolder(read)
            : OperatingSystem.IsMacOS() ? JournalLocation.MacFolder(read)
            : JournalLocation.LinuxFolder(read);
        Assert.Equal(new JournalLocation(Path.Combine(folder!, "VodPreheat", "journal"), IsNamed: false), JournalLocation.Find(read));
    }

    [Fact]
    public void On_Linux_it_is_in_the_state_folder()
    {
        string home = Path.Combine(s_root, "home", "u");
        string state = Path.Combine(s_root, "state");
        Assert.Equal(state, JournalLocation.LinuxFolder(TestClient.Environment(("HOME", home), ("XDG_STATE_HOME", state))));
        Assert.Equal(Path.Combine(home, ".local", "state"), JournalLocation.LinuxFolder(TestClient.Environment(("HOME", home))));

        // The specification ignores relative paths.
        Assert.Equal(Path.Combine(home, ".local", "state"), JournalLocation.LinuxFolder(TestClient.Environment(("HOME", home), ("XDG_STATE_HOME", "state"))));
    }

    [Fact]
    public void On_macOS_it_is_in_the_application_support()
    {
        string home = Path.Combine(s_root, "Users", "u");
        Assert.Equal(Path.Combine(home, "Library", "Application Support"), JournalLocation.MacFolder(TestClient.Environment(("HOME", home))));
    }

    [Fact]
    public void On_Windows_it_is_in_the_local_application_data()
    {
        string local = Path.Combine(s_root, "Users", "u", "AppData", "Local");
        Assert.Equal(local, JournalLocation.WindowsFolder(TestClient.Environment(("LOCALAPPDATA", local))));
    }

    [Fact]
    public void Without_a_home_folder_in_the_environment_that_of_the_system_is_used() =>
        Assert.True(Path.IsPathFullyQualified(JournalLocation.Find(static _ => null).Folder!));

    [Fact]
    public void Without_the_variable_of_Windows_its_folder_is_that_of_the_system()
    {
        // Empty if the folder does not exist.
        string folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        Assert.Equal(folder.Length == 0 ? null : folder, JournalLocation.WindowsFolder(static _ => null));
    }

    // Such as a service account. What was not specified prevents no submission.
    [Fact]
    public void A_user_without_a_folder_has_no_journal_but_has_specified_none() => Assert.Equal(
        new JournalLocation(Folder: null, IsNamed: false, "the system reports no folder for this user"), JournalLocation.In(folder: null));

    [Fact]
    public void Any_value_is_a_folder_or_off_or_a_problem_that_repeats_it() => Fuzz.Run(
        [Path.Combine(s_root, "shared", "vod"), Path.Combine(s_root, "视频 1"), "off", " Off ", "journal", "~/journal", "C:\\vod", "\\\\server\\share\\vod", " \n"],
        static bytes =>
        {
            string value = Encoding.UTF8.GetString(bytes);
            string text = value.Trim();
            JournalLocation place = Find((JournalLocation.Variable, value));
            Assert.Equal(text.Length > 0, place.IsNamed);
            Assert.True(
                text.Length == 0
                || (text.Equals("off", StringComparison.OrdinalIgnoreCase) && place is { Folder: null, Problem: null })
                || (place.Folder == text && Path.IsPathFullyQualified(text))
                || place.Problem?.Contains($"'{text}'", StringComparison.Ordinal) == true,
                place.ToString());
        });

    private static JournalLocation Find(params (string Name, string Value)[] variables) => JournalLocation.Find(TestClient.Environment(variables));
}

using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using VodPreheat.Client;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests;

public sealed partial class SourceTests
{
    private static readonly string s_source = Path.Combine(Repository.Root, "src");

    [Fact]
    public void Each_type_is_in_a_file_of_its_own_name()
    {
        IEnumerable<(string Path, string Types)> files = SourceFiles(s_source)
            .Select(path => (path, string.Join(", ", TopLevelType().Matches(File.ReadAllText(path)).Select(match => match.Groups["name"].Value))));
        Assert.Equal([], files.Where(file => file.Types != Path.GetFileNameWithoutExtension(file.Path)));
    }

    [Fact]
    public void Each_namespace_of_the_client_is_its_folder()
    {
        string client = Path.Combine(s_source, "VodPreheat.Client");
        Assert.Equal([], SourceFiles(client).Where(path => !File.ReadAllText(path).Contains(
            $"namespace {string.Join('.', ["VodPreheat.Client", .. Folders(Path.GetRelativePath(client, path))])};", StringComparison.Ordinal)));

        static string[] Folders(string path) => path.Split(Path.DirectorySeparatorChar)[..^1];
    }

    [Fact]
    public void Each_namespace_of_the_module_is_its_folder_and_that_of_the_models_is_the_name_of_the_module()
    {
        string module = Path.Combine(s_source, "VodPreheat.PowerShell");
        Assert.Equal([], SourceFiles(module).Where(path => !File.ReadAllText(path).Contains(
            $"namespace {NamespaceOf(Path.GetRelativePath(module, path).Split(Path.DirectorySeparatorChar)[0])};", StringComparison.Ordinal)));

        static string NamespaceOf(string folder) => folder == "Models" ? "VodPreheat" : $"VodPreheat.{folder}";
    }

    [Theory]
    [InlineData("VodPreheat.Client")]
    [InlineData("VodPreheat.PowerShell")]
    public void The_map_of_the_architecture_has_each_folder(string project)
    {
        string page = File.ReadAllText(Path.Combine(s_source, "..", "docs", "ARCHITECTURE.md"));
        string map = page[page.IndexOf($"`src/{project}`", StringComparison.Ordinal)..];
        IEnumerable<string> rows = map.Split('\n').SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|'));
        Assert.Equal(
            Directory.EnumerateDirectories(Path.Combine(s_source, project)).Select(path => Path.GetFileName(path)).Where(name => name is not ("bin" or "obj")).Order(StringComparer.Ordinal),
            rows.Where(row => row.StartsWith("| `", StringComparison.Ordinal)).Select(row => row.Split('`')[1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_table_of_Pester_files_has_each_file_that_is_not_named_after_a_cmdlet()
    {
        string tests = Path.Combine(Repository.Root, "tests");
        string page = File.ReadAllText(Path.Combine(tests, "README.md"));
        string[] listed = [.. page.Split('\n').SkipWhile(line => !line.StartsWith("| Subject", StringComparison.Ordinal)).TakeWhile(line => line.StartsWith('|'))
            .SelectMany(line => line.Split('`').Where((_, index) => index % 2 == 1))];
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(tests, "pester"), "*.Tests.ps1")
            .Select(path => Path.GetFileName(path).Replace(".Tests.ps1", string.Empty, StringComparison.Ordinal))
            .Where(name => !NameOfPowerShell().IsMatch(name))
            .Select(name => listed.FirstOrDefault(pattern => pattern.EndsWith('*') && name.StartsWith(pattern[..^1], StringComparison.Ordinal)) ?? name)];
        Assert.Equal(files.Distinct().Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_text_of_the_client_names_a_cmdlet_or_a_parameter()
    {
        List<string> texts = TextsOfTheClient();
        Assert.Contains("SDK-HMAC-SHA256", texts);
        Assert.Equal([], texts.Where(text => NameOfPowerShell().IsMatch(text)));
    }

    // What a kind means for the next request is in Reactions, and only there.
    [Fact]
    public void No_other_code_lists_kinds_of_failures() => Assert.Equal(
        [],
        SourceFiles(s_source).Where(path => Path.GetFileName(path) != "Reactions.cs" && KindsOfFailures().IsMatch(File.ReadAllText(path))));

    [Fact]
    public void Each_name_in_the_hints_of_the_client_is_one_of_the_module_and_the_reverse()
    {
        string names = File.ReadAllText(Path.Combine(s_source, "VodPreheat.PowerShell", "Errors", "HintNames.cs"));
        Assert.Equal(
            HintName().Matches(names).Select(match => match.Value).Order(StringComparer.Ordinal),
            TextsOfTheClient().SelectMany(text => HintName().Matches(text)).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_comment_of_the_client_names_a_cmdlet_or_a_parameter() => Assert.Equal(
        [],
        SourceFiles(Path.Combine(s_source, "VodPreheat.Client"))
            .SelectMany(File.ReadLines).Where(line => line.Contains("//", StringComparison.Ordinal) && NameOfPowerShell().IsMatch(line)));

    // Else a wait, a bar, or an expiry would not follow the clock of its connection, which the tests of the module set.
    [Fact]
    public void The_clock_of_the_machine_is_read_only_where_a_connection_without_its_own_takes_it() => Assert.Equal(
        ["SubmissionJournal.cs", "TransportSettings.cs"],
        SourceFiles(s_source).Where(path => ClockOfMachine().IsMatch(File.ReadAllText(path))).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    // A folder uses only folders of later lines. docs/ARCHITECTURE.md draws the same order.
    [Theory]
    [InlineData("VodPreheat.Client", "Connections Jobs / Polling Sandbox / . / Edge Identity / Http / Credentials Journal / Errors / Secrets Invocation Preheating / Display Json Signing")]
    [InlineData("VodPreheat.PowerShell", "Commands Loading / Completion Progress / Connections Errors Parameters / Formatting / Models")]
    public void A_folder_uses_only_folders_of_lower_layers(string project, string layers)
    {
        string root = Path.Combine(s_source, project);
        string[][] order = [.. layers.Split(" / ").Select(layer => layer.Split(' '))];
        int LayerOf(string folder) => Array.FindIndex(order, layer => layer.Contains(folder));
        IEnumerable<string> upward =
            from path in SourceFiles(root)
            let folder = Path.GetRelativePath(root, Path.GetDirectoryName(path)!).Split(Path.DirectorySeparatorChar)[0]
            from Match use in Use().Matches(File.ReadAllText(path))
            where use.Groups["client"].Success == project.EndsWith("Client", StringComparison.Ordinal)
            let used = use.Groups["folder"] is { Success: true } name ? name.Value : "."
            where used != folder && LayerOf(used) is var layer && layer >= 0 && layer <= LayerOf(folder)
            select $"{Path.GetRelativePath(root, path)} uses {used}";
        Assert.Equal([], upward);
    }

    private static List<string> TextsOfTheClient()
    {
        using var assembly = new PEReader(File.OpenRead(typeof(VodClient).Assembly.Location));
        MetadataReader metadata = assembly.GetMetadataReader();
        var texts = new List<string>();
        for (UserStringHandle text = metadata.GetNextHandle(MetadataTokens.UserStringHandle(0)); !text.IsNil; text = metadata.GetNextHandle(text))
        {
            texts.Add(metadata.GetUserString(text));
        }

        return texts;
    }

    private static IEnumerable<string> SourceFiles(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories);

    [GeneratedRegex(@"^(?:public|internal) .*?\b(?:class|struct|enum|interface|record(?! (?:class|struct)\b)|delegate \S+) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"\bVodPreheat(?<client>\.Client)?(?:\.(?!Client\b)(?<folder>\w+))?(?:\.\w+)*;", RegexOptions.Multiline)]
    private static partial Regex Use();

    [GeneratedRegex(@"TimeProvider\.System|DateTime(Offset)?\.(Utc)?Now|TickCount|Task\.Delay\([^,]+\)|new (Threading\.)?Timer\(")]
    private static partial Regex ClockOfMachine();

    [GeneratedRegex(@"\bkind is FailureKind\.\w+\s+or\b", RegexOptions.IgnoreCase)]
    private static partial Regex KindsOfFailures();

    [GeneratedRegex(@"\b[A-Z][a-z]+-Vod|(?<![\w-])-[A-Z][A-Za-z]+")]
    private static partial Regex NameOfPowerShell();

    [GeneratedRegex(@"\{[A-Z]\w*\}")]
    private static partial Regex HintName();
}

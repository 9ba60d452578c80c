using VodPreheat.Client.Connections;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Connections;

public sealed class CredentialChainTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("vodpreheat");

    private string DefaultFile => Path.Combine(_home.FullName, ".huaweicloud", "credentials");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public void The_environment_comes_before_the_file()
    {
        string file = Write("[basic]\nak=FILEAK\nsk=filesk\nsecurity_token=filetoken\nproject_id=fileproject");
        using AccessKeyCredential key = Find(("AK", " ENVAK "), ("SK", " envsk "), ("CREDENTIALS_FILE", file));
        AssertKey(key, "ENVAK", null, "envsk");
    }

    [Fact]
    public void All_values_of_a_source_are_used_together()
    {
        using AccessKeyCredential key = Find(("AK", "ENVAK"), ("SK", "envsk"), ("SECURITY_TOKEN", "envtoken"), ("PROJECT_ID", "envproject"));
        AssertKey(key, "ENVAK", "envproject", "envsk", "envtoken");
    }

    [Theory]
    [InlineData("SECURITY_TOKEN")]
    [InlineData("PROJECT_ID")]
    public void A_remaining_security_token_of_the_environment_is_not_combined_with_the_file(string name)
    {
        using AccessKeyCredential key = Find((name, "leftover"), ("AK", " "), ("CREDENTIALS_FILE", Write("[basic]\nak=FILEAK\nsk=filesk")));
        AssertKey(key, "FILEAK", null, "filesk");
    }

    [Fact]
    public void The_default_file_is_read_if_none_is_specified()
    {
        Write("[basic]\nak=FILEAK\nsk=filesk\nsecurity_token=filetoken\nproject_id=fileproject");
        using AccessKeyCredential key = Find(("CREDENTIALS_FILE", " "));
        AssertKey(key, "FILEAK", "fileproject", "filesk", "filetoken");
    }

    [Theory]
    [InlineData("AK", "HUAWEICLOUD_SDK_AK but not HUAWEICLOUD_SDK_SK")]
    [InlineData("SK", "HUAWEICLOUD_SDK_SK but not HUAWEICLOUD_SDK_AK")]
    public void Half_a_key_pair_in_the_environment_is_not_skipped(string name, string expected)
    {
        string file = Write("[basic]\nak=FILEAK\nsk=filesk");
        AssertInvalid(expected, (name, "FINDME"), ("CREDENTIALS_FILE", file));
    }

    [Theory]
    [InlineData("[basic]\nak=FINDME", "has ak but not sk")]
    [InlineData("[basic]\nsk=FINDME\nak=", "has sk but not ak")]
    [InlineData("[basic]\n", "has neither ak nor sk")]
    [InlineData("[global]\nsk=FINDME", "no section [basic]")]
    [InlineData("[basic]\nFINDME", "line 2")]
    [InlineData("[basic]\nak=FIND ME\nsk=FINDME", "unusable ak")]
    [InlineData("[basic]\nak=A\nsk=FIND ME", "has sk, but it contains a space")]
    [InlineData("[basic]\nak=A\nsk=S\nsecurity_token=FIND ME", "has security_token, but it contains a space")]
    public void An_invalid_file_is_an_error(string text, string expected) => AssertInvalid(expected, ("CREDENTIALS_FILE", Write(text)));

    [Fact]
    public void A_missing_specified_file_is_an_error()
    {
        Write("[basic]\nak=FILEAK\nsk=filesk");
        AssertInvalid("HUAWEICLOUD_SDK_CREDENTIALS_FILE, does not exist", ("CREDENTIALS_FILE", Path.Combine(_home.FullName, "none")));
        AssertInvalid("HUAWEICLOUD_SDK_CREDENTIALS_FILE, does not exist", ("CREDENTIALS_FILE", Path.Combine(_home.FullName, "no", "folder")));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_an_error()
    {
        AssertInvalid("cannot be read", ("CREDENTIALS_FILE", _home.FullName));
        Directory.CreateDirectory(DefaultFile);
        AssertInvalid("cannot be read");
    }

    [Fact]
    public void An_identity_provider_comes_after_the_environments_key_and_before_the_file()
    {
        string file = Write("[basic]\nak=FILEAK\nsk=filesk\nproject_id=fileproject");
        (string, string)[] provider = [("IDP_ID", " idp "), ("ID_TOKEN_FILE", " tokens/id "), ("CREDENTIALS_FILE", file)];
        Assert.Equal(new IdentityProviderLogin("idp", Path.GetFullPath("tokens/id"), null), FindAny(provider).Provider);
        Assert.Equal("envproject", FindAny([.. provider, ("PROJECT_ID", "envproject")]).Provider!.ProjectId);
        using AccessKeyCredential key = Find([.. provider, ("AK", "ENVAK"), ("SK", "envsk")]);
        AssertKey(key, "ENVAK", null, "envsk");
    }

    [Theory]
    [InlineData("IDP_ID", "HUAWEICLOUD_SDK_IDP_ID but not HUAWEICLOUD_SDK_ID_TOKEN_FILE")]
    [InlineData("ID_TOKEN_FILE", "HUAWEICLOUD_SDK_ID_TOKEN_FILE but not HUAWEICLOUD_SDK_IDP_ID")]
    [InlineData("AK", "HUAWEICLOUD_SDK_AK but not HUAWEICLOUD_SDK_SK")]
    public void Half_an_identity_provider_and_half_a_key_before_it_are_not_skipped(string name, string expected)
    {
        string file = Write("[basic]\nak=FILEAK\nsk=filesk");
        AssertInvalid(expected, (name, "FINDME"), ("CREDENTIALS_FILE", file));
        if (name == "AK")
        {
            AssertInvalid(expected, (name, "FINDME"), ("IDP_ID", "idp"), ("ID_TOKEN_FILE", "file"));
        }
    }

    [Fact]
    public void Paths_of_the_environment_are_resolved_by_the_caller()
    {
        string file = Write("[basic]\nak=FILEAK\nsk=filesk");
        using AccessKeyCredential key = FindAny([("CREDENTIALS_FILE", "~/mine")], path => path == "~/mine" ? file : null).Key!;
        AssertKey(key, "FILEAK", null, "filesk");
        Assert.Equal("/there/id", FindAny([("IDP_ID", "idp"), ("ID_TOKEN_FILE", "id")], path => "/there/" + path).Provider!.TokenPath);
        foreach ((string, string)[] variables in new (string, string)[][] { [("CREDENTIALS_FILE", "Env:/x")], [("IDP_ID", "idp"), ("ID_TOKEN_FILE", "Env:/x")] })
        {
            VodClientException failure = Assert.Throws<VodClientException>(() => FindAny(variables, static _ => null));
            Assert.Equal(ErrorIds.CredentialInvalid, failure.ErrorCode);
            Assert.Contains("_FILE: 'Env:/x'", failure.What, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("AK", "FIND ME", "SK", "sk", "The environment")]
    [InlineData("AK", "AK", "SK", "FIND ME", "The environment")]
    public void An_invalid_key_is_reported_with_its_source(string first, string one, string second, string two, string source) =>
        AssertInvalid(source, (first, one), (second, two));

    public static TheoryData<string, string> BadSecrets => new()
    {
        { "\"FINDME\"", "quotation marks" },
        { "'FINDME'", "quotation marks" },
        { "`FINDME`", "quotation marks" },
        { "***", "asterisks" },
        { "<FINDME>", "placeholder" },
        { "${FINDME}", "placeholder" },
        { "$(FINDME)", "placeholder" },
        { "{{FINDME}}", "placeholder" },
        { "%FINDME%", "placeholder" },
        { "FINDME # prod", "a space" },
        { "FINDME ; prod", "a space" },
        { "\u201CFINDME\u201D", "not ASCII" },
    };

    [Theory]
    [MemberData(nameof(BadSecrets))]
    public void A_secret_with_what_belongs_to_its_notation_is_refused_with_its_variable_or_file(string text, string problem)
    {
        AssertInvalid($"HUAWEICLOUD_SDK_SK, but it {Verb(problem)}", ("AK", "A"), ("SK", text));
        AssertInvalid($"HUAWEICLOUD_SDK_SECURITY_TOKEN, but it {Verb(problem)}", ("AK", "A"), ("SK", "s"), ("SECURITY_TOKEN", text));
        string file = Write($"[basic]\nak=A\nsk={text}");
        AssertInvalid($"{file}, section [basic], has sk, but it {Verb(problem)}", ("CREDENTIALS_FILE", file));

        static string Verb(string problem) => problem switch
        {
            "quotation marks" => "is in quotation marks",
            "asterisks" => "consists of asterisks only",
            "placeholder" => "is a placeholder",
            _ => "contains a space, a line break, or a character that is not ASCII",
        };
    }

    [Theory]
    [InlineData("a\"b\"")]
    [InlineData("=%#;'x")]
    [InlineData("**a**")]
    [InlineData("a<b>")]
    public void A_secret_can_contain_such_characters(string text)
    {
        using AccessKeyCredential key = Find(("AK", "A"), ("SK", text));
        AssertKey(key, "A", null, text);
    }

    [Theory]
    [InlineData("\"p1\"")]
    [InlineData("p1 # Beijing")]
    [InlineData("'p1'")]
    [InlineData("<p1>")]
    public void A_project_ID_in_another_notation_is_refused_with_its_variable_or_file(string id)
    {
        AssertInvalid("HUAWEICLOUD_SDK_PROJECT_ID, but it contains", ("AK", "A"), ("SK", "s"), ("PROJECT_ID", id));
        AssertInvalid("HUAWEICLOUD_SDK_PROJECT_ID, but it contains", ("IDP_ID", "idp"), ("ID_TOKEN_FILE", "id"), ("PROJECT_ID", id));
        AssertInvalid("has project_id, but it contains", ("CREDENTIALS_FILE", Write($"[basic]\nak=A\nsk=s\nproject_id={id}")));
    }

    [Fact]
    public void Without_a_home_folder_no_file_is_read()
    {
        foreach (string home in new[] { "", "relative" })
        {
            VodClientException failure = Assert.Throws<VodClientException>(
                () => new CredentialChain(new ConnectSettings { ReadVariable = TestClient.Environment(), HomeFolder = home }).Find());
            Assert.Equal(ErrorIds.NoCredential, failure.ErrorCode);
            Assert.Contains("the credentials file of the home folder (does not exist)", failure.What, StringComparison.Ordinal);
            Assert.Contains("{Sandbox}", failure.Hint, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("600", null)]
    [InlineData("644", null)]
    [InlineData("400", null)]
    [InlineData("620", "mode 620")]
    [InlineData("666", "mode 666")]
    [InlineData("602", "mode 602")]
    public void A_file_that_other_users_can_write_to_causes_a_warning(string mode, string? expected)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such modes.");
            return;
        }

        string file = Write("[basic]\nak=FILEAK\nsk=filesk");
        File.SetUnixFileMode(file, (UnixFileMode)Convert.ToInt32(mode, 8));
        var warnings = new List<string>();
        using AccessKeyCredential key = FindAny([("CREDENTIALS_FILE", file)], warn: warnings.Add).Key!;
        AssertKey(key, "FILEAK", null, "filesk");
        Assert.Equal(expected is null ? 0 : 1, warnings.Count);
        Assert.All(warnings, warning =>
        {
            Assert.Contains(file, warning, StringComparison.Ordinal);
            Assert.Contains(expected!, warning, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void An_error_without_credentials_lists_the_sources()
    {
        VodClientException failure = Assert.Throws<VodClientException>(() => Find());
        Assert.Equal((ErrorIds.NoCredential, FailureKind.Authentication), (failure.ErrorCode, failure.Kind));
        foreach (string place in new[] { "HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_IDP_ID", "HUAWEICLOUD_SDK_ID_TOKEN_FILE", DefaultFile })
        {
            Assert.Contains(place, failure.What, StringComparison.Ordinal);
        }
    }

    private AccessKeyCredential Find(params (string Name, string Value)[] variables) => FindAny(variables).Key!;

    private (AccessKeyCredential? Key, IdentityProviderLogin? Provider) FindAny((string Name, string Value)[] variables, Func<string, string?>? resolve = null, Action<string>? warn = null)
    {
        var settings = new ConnectSettings
        {
            HomeFolder = _home.FullName,
            ReadVariable = TestClient.Environment([.. variables.Select(variable => ("HUAWEICLOUD_SDK_" + variable.Name, variable.Value))]),
        };
        return new CredentialChain(settings with { ResolvePath = resolve ?? settings.ResolvePath, Warn = warn ?? settings.Warn }).Find();
    }

    private void AssertInvalid(string expected, params (string Name, string Value)[] variables)
    {
        VodClientException failure = Assert.Throws<VodClientException>(() => Find(variables));
        Assert.Equal((ErrorIds.CredentialInvalid, FailureKind.Authentication), (failure.ErrorCode, failure.Kind));
        Assert.Contains(expected, failure.What, StringComparison.Ordinal);
        Assert.DoesNotContain("FIND", failure.ToString(), StringComparison.Ordinal);
    }

    private static void AssertKey(AccessKeyCredential key, string accessKey, string? projectId, params string[] secrets)
    {
        Assert.Equal((accessKey, projectId), (key.AccessKey, key.ProjectId));
        Assert.Equal(secrets, key.Secrets.Select(secret => secret.Reveal()));
    }

    private string Write(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(DefaultFile)!);
        File.WriteAllText(DefaultFile, text);
        return DefaultFile;
    }
}

using System.Text;
using VodPreheat.Client.Connections;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Connections;

public sealed class CredentialsFileTests
{
    private const string Path = "/home/x/.huaweicloud/credentials";

    public static TheoryData<string, string> Files => new()
    {
        { "[basic]\nak=A\nsk=S", "A|S" },
        { "\uFEFF[basic]\r\nak = A\r\nsk = S\r\n", "A|S" },
        { "# comment\n; another\n\n[basic]\n#ak=X\n;sk=Y\n; third\n # fourth\n  ak \t=  A  \n\tsk=S\t\n", "A|S" },
        { "[basic]\nak=A\nsk=a=b==%(x)s#1;2 3", "A|a=b==%(x)s#1;2 3" },
        { "[basic]\nak=A\nsk='S'", "A|'S'" },
        { "[BASIC]\nAK=A\nSk=S", "A|S" },
        { "[ basic ]\nak=A\nsk=S", "A|S" },
        { "[global]\nak=X\nsk=Y\nsk=Z\nno equals\n[basic]\nak=A\nsk=S\n[other]\nak=O", "A|S" },
        { "ak=X\nno equals\n[basic]\nak=A\nsk=S", "A|S" },
        { "[basic]\nak=\nsk=", "|" },
    };

    public static TheoryData<string, int> Faults => new()
    {
        { "[basic]\nak=A\nFINDME", 3 },
        { "[basic]\r\n\r\n=FINDME", 3 },
        { "[basic]\nsk=FINDME\nsk=FINDME", 3 },
        { "[basic]\nsk=FINDME\nSK=FINDME", 3 },
        { "[basic]\nFINDME==\nFINDME==", 3 },
        { "[basic]\nak=A\n[basic]", 3 },
        { "[basic]\nak=A\n# c\n[ Basic ]", 4 },
        { "\uFEFF\n[FINDME", 2 },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Common_notations_of_a_file_are_read(string text, string expected)
    {
        IReadOnlyDictionary<string, string> values = CredentialsFile.Parse(text, Path);
        Assert.Equal(expected, $"{values["ak"]}|{values["sk"]}");
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void An_invalid_line_is_reported_with_path_and_line_number_but_without_its_text(string text, int line)
    {
        VodClientException failure = Assert.Throws<VodClientException>(() => CredentialsFile.Parse(text, Path));
        Assert.Equal((ErrorIds.CredentialInvalid, FailureKind.Authentication), (failure.ErrorCode, failure.Kind));
        Assert.Contains($"{Path}, line {line}: ", failure.What, StringComparison.Ordinal);
        Assert.DoesNotContain("FINDME", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ak=A\nsk=S")]
    [InlineData("[global]\nak=A\nsk=S")]
    [InlineData("#[basic]\nak=A")]
    public void A_file_without_the_section_is_invalid(string text) => Assert.Contains(
        $"{Path} has no section [basic]", Assert.Throws<VodClientException>(() => CredentialsFile.Parse(text, Path)).What, StringComparison.Ordinal);

    [Theory]
    [InlineData("600", 1000, 1000, null)]
    [InlineData("644", 0, 1000, null)]
    [InlineData("644", 0, 0, null)]
    [InlineData("600", 1001, 1000, "another user")]
    [InlineData("600", 1000, 0, "another user")]
    [InlineData("620", 1000, 1000, "mode 620")]
    [InlineData("646", 0, 1000, "mode 646")]
    public void Only_this_user_and_root_should_be_able_to_write_to_the_file(string mode, uint owner, uint user, string? expected)
    {
        string? who = CredentialsFile.WhoElseMayWrite(new UnixFileStatus(true, (UnixFileMode)Convert.ToInt32(mode, 8), owner), user);
        Assert.Equal(expected is null, who is null);
        Assert.Contains(expected ?? "", who ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_causes_only_the_exception_of_the_client() => Fuzz.Run(
        ["[basic]\r\nak = A\r\nsk = S==\r\n# c\r\n[global]\r\nx", "\uFEFF[basic]\nak=A\nsk=S\nsecurity_token=T"],
        input =>
        {
            try
            {
                CredentialsFile.Parse(Encoding.UTF8.GetString(input), Path);
            }
            catch (VodClientException failure)
            {
                Assert.Equal(ErrorIds.CredentialInvalid, failure.ErrorCode);
            }
        });
}

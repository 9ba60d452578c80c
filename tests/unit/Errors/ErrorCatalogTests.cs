using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using VodPreheat.Client.Errors;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Errors;

/// <summary>Every documented error code of the pre-loading API, as in its documentation, with any status.</summary>
public sealed partial class ErrorCatalogTests
{
    private const string Known = """
        InvalidArgument   VOD.10053 VOD.10058 VOD.10059 VOD.10081 VOD.10109 VST.10001
        Unavailable       VOD.10051 VOD.10052 VST.10002
        Authentication    VOD.10054 VST.10004
        PermissionDenied  VOD.10055 VOD.10056 VOD.10074 VOD.10111 VOD.10120 VOD.10132 VOD.10133
        NotFound          VOD.10062
        InvalidOperation  VOD.10060 VOD.10079 VOD.10080 VOD.10083 VOD.10088 VOD.10089 VOD.10098 VOD.10099 VOD.10110 VOD.10136
        QuotaExceeded     VOD.10078 VOD.10086
        Throttled         VOD.10127 IAM.0012
        Authentication    IAM.0001 IAM.0061 IAM.0062 IAM.0066 IAM.0067 IAM.0080 IAM.0081 IAM.0082
        Authentication    IAM.1061 IAM.1104 IAM.1105 IAM.1106 IAM.1107 IAM.1108
        PermissionDenied  IAM.0002 IAM.0003 IAM.0083
        NotFound          IAM.0004
        ProjectMismatch   VOD.10057
        ProjectNotFound   IAM.1109
        Unavailable       IAM.0006 IAM.0020
        """;

    private const string KnownOfGateway = """
        WrongAddress      0101 0103
        InvalidArgument   0204 0602 0607
        ProjectMismatch   0310
        Authentication    0301 0303 0305 0307 1009
        PermissionDenied  0302 0304 0306 0401 0402 0404 0502 0802
        Throttled         0308
        QuotaExceeded     0501
        Unavailable       0601 0605 0606 0608 0609 0610 0611 0612 0613 0705
        """;

    public static TheoryData<string, FailureKind> Codes
    {
        get
        {
            TheoryData<string, FailureKind> codes = [];
            foreach ((FailureKind kind, string code) in Read(Known))
            {
                codes.Add(code, kind);
            }

            foreach ((FailureKind kind, string number) in Read(KnownOfGateway))
            {
                codes.Add("APIGW." + number, kind);
                codes.Add("APIG." + number, kind);
                codes.Add("APIC." + number, kind);
            }

            return codes;
        }
    }

    public static TheoryData<int, FailureKind> Statuses => new()
    {
        { 200, FailureKind.UnexpectedResponse },
        { 302, FailureKind.UnexpectedResponse },
        { 400, FailureKind.InvalidArgument },
        { 401, FailureKind.Authentication },
        { 403, FailureKind.PermissionDenied },
        { 404, FailureKind.WrongAddress },
        { 405, FailureKind.InvalidOperation },
        { 407, FailureKind.ProxyRefused },
        { 408, FailureKind.Timeout },
        { 409, FailureKind.InvalidOperation },
        { 413, FailureKind.InvalidArgument },
        { 414, FailureKind.InvalidArgument },
        { 422, FailureKind.InvalidArgument },
        { 429, FailureKind.Throttled },
        { 431, FailureKind.InvalidSetting },
        { 494, FailureKind.InvalidSetting },
        { 500, FailureKind.Unavailable },
        { 502, FailureKind.Unavailable },
        { 503, FailureKind.Unavailable },
        { 504, FailureKind.Unavailable },
        { 599, FailureKind.Unavailable },
    };

    [Theory]
    [MemberData(nameof(Codes))]
    public void A_known_code_decides_for_any_status(string code, FailureKind kind)
    {
        foreach (int status in new[] { 200, 400, 401, 403, 404, 429, 500 })
        {
            (FailureKind found, string hint) = ErrorCatalog.Find(code, (HttpStatusCode)status, CloudService.Vod, HttpMethod.Get, isSigned: true);
            Assert.Equal(kind, found);
            AssertSentence(hint);
        }
    }

    // Without a known code, the status 200 is an unexpected answer.
    [Theory]
    [InlineData("VOD", "VOD VST")]
    [InlineData("APIGW", "APIGW")]
    [InlineData("IAM", "IAM")]
    public void The_page_of_errors_has_exactly_the_known_codes(string service, string prefixes)
    {
        IEnumerable<int> known = Enumerable.Range(0, 20_000).Where(number =>
            ErrorCatalog.Find($"{service}.{number:D4}", HttpStatusCode.OK, CloudService.Vod, HttpMethod.Get, isSigned: true).Kind != FailureKind.UnexpectedResponse);
        Assert.Equal(known, CodesOfPage().Where(code => prefixes.Split(' ').Contains(code.Prefix)).Select(code => code.Number).Order());
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public void The_status_decides_for_an_unknown_code(int status, FailureKind kind)
    {
        foreach (string? code in new[] { null, "", "VOD.99999", "VOD.100021010", "APIGW.0201", "IAM.9999", "XYZ.10053", "VOD", "VOD.", "VOD.x", "VOD.-1", ".10053", "400" })
        {
            (FailureKind found, string hint) = ErrorCatalog.Find(code, (HttpStatusCode)status, CloudService.Vod, HttpMethod.Get, isSigned: true);
            Assert.Equal(kind, found);
            AssertSentence(hint);
        }
    }

    [Theory]
    [InlineData("GET", "vod:asset:getPreheatTask")]
    [InlineData("POST", "vod:asset:preheat")]
    public void A_permission_error_names_the_required_permission(string method, string permission)
    {
        string hint = ErrorCatalog.Find("VOD.10074", HttpStatusCode.Forbidden, CloudService.Vod, new HttpMethod(method), isSigned: true).Hint;
        Assert.Equal(permission, hint.Split(' ').Single(word => word.StartsWith("vod:", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public void A_permission_error_of_IAM_names_no_permission_of_VOD(string method)
    {
        string hint = ErrorCatalog.Find("IAM.0003", HttpStatusCode.Forbidden, CloudService.Iam, new HttpMethod(method), isSigned: true).Hint;
        Assert.DoesNotContain("vod:", hint, StringComparison.Ordinal);
        Assert.Contains("IAM", hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("APIGW.0301", CloudService.Vod, "GET", true, "secret")]
    [InlineData("APIGW.0301", CloudService.Vod, "GET", false, "token was issued")]
    [InlineData("VOD.10054", CloudService.Vod, "POST", false, "token was issued")]
    [InlineData(null, CloudService.Vod, "POST", false, "token was issued")]
    [InlineData("APIGW.0301", CloudService.Iam, "GET", false, "token was issued")]
    [InlineData("IAM.0001", CloudService.Iam, "POST", false, "the password")]
    [InlineData(null, CloudService.Iam, "POST", false, "a role in the project")]
    [InlineData("APIGW.0307", CloudService.Vod, "GET", false, "has expired")]
    public void A_hint_fits_the_credentials_of_the_request(string? code, CloudService service, string method, bool isSigned, string hint)
    {
        (FailureKind kind, string found) = ErrorCatalog.Find(code, HttpStatusCode.Unauthorized, service, new HttpMethod(method), isSigned);
        Assert.Equal(FailureKind.Authentication, kind);
        Assert.Contains(hint, found, StringComparison.Ordinal);
        Assert.Equal(isSigned, found.Contains("secret", StringComparison.Ordinal));
    }

    private static void AssertSentence(string hint) => Assert.True(hint.Length > 20 && hint.EndsWith('.'), hint);

    // The first column of the table of codes: "VOD.10051, .10052; APIGW.0608 to .0613".
    private static IEnumerable<(string Prefix, int Number)> CodesOfPage()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "errors.md"));
        string section = page.Split("\n## ").Single(static text => text.StartsWith("Codes of the service", StringComparison.Ordinal));
        string prefix = string.Empty;
        foreach (string cell in section.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => line.Split('|')[1]))
        {
            foreach (Match code in Code().Matches(cell))
            {
                prefix = code.Groups["prefix"].Success ? code.Groups["prefix"].Value : prefix;
                int first = int.Parse(code.Groups["first"].ValueSpan, CultureInfo.InvariantCulture);
                int last = code.Groups["last"].Success ? int.Parse(code.Groups["last"].ValueSpan, CultureInfo.InvariantCulture) : first;
                for (int number = first; number <= last; number++)
                {
                    yield return (prefix, number);
                }
            }
        }
    }

    [GeneratedRegex(@"(?<prefix>\b[A-Z]+)?\.(?<first>\d{4,})(?: to \.(?<last>\d{4,}))?")]
    private static partial Regex Code();

    private static IEnumerable<(FailureKind Kind, string Code)> Read(string table) =>
        from line in table.Split('\n')
        let words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        from code in words.Skip(1)
        select (Enum.Parse<FailureKind>(words[0]), code);
}

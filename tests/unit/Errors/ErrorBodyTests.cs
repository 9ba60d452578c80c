using System.Text;
using VodPreheat.Client.Errors;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Errors;

public sealed class ErrorBodyTests
{
    public static TheoryData<string, string?, string?, string?> Shapes => new()
    {
        { """{"error_code":"VOD.10053","error_msg":"m"}""", "VOD.10053", "m", null },
        { """{"error_msg":"m","error_code":"APIGW.0301","request_id":"r"}""", "APIGW.0301", "m", "r" },
        { """{"error":{"code":401,"message":"m","title":"Unauthorized"}}""", null, "m", null },
        { """{"error":{"error_code":"IAM.0011","error_msg":"m"},"request_id":"r"}""", "IAM.0011", "m", "r" },
        { """{"error":{"error_code":"IAM.0011","error_msg":"m","request_id":"inner"},"request_id":"outer"}""", "IAM.0011", "m", "inner" },
        { """{"error_code":"VOD.1","error":{"error_code":"IAM.0011","error_msg":"inner"}}""", "VOD.1", null, null },
        { """{"error_msg":"m","error":{"error_code":"IAM.0011","error_msg":"inner"}}""", null, "m", null },
        { """{"errorCode":"VOD.1","errorMsg":"m"}""", "VOD.1", "m", null },
        { """{"error":{"errorCode":"VOD.1","errorMsg":"m"}}""", "VOD.1", "m", null },
        { """{"error":{"code":"Common.0001","message":"m"}}""", "Common.0001", "m", null },
        { """{"error":{"error":{"error_code":"VOD.1"}}}""", null, null, null },
        { """{"error_code":"IAM.1","error_msg":"m","encoded_authorization_message":"x"}""", "IAM.1", "m", null },
        { """{"error_code":10053,"error_msg":"m"}""", null, "m", null },
        { """{"error_code":"  ","error_msg":""}""", null, null, null },
        { """{"error_code":null,"error_msg":["m"]}""", null, null, null },
        { """{"error_code":"\ud800","error_msg":"m"}""", null, "m", null },
        { """{"error":"text"}""", null, null, null },
        { """{"error":null}""", null, null, null },
        { "{}", null, null, null },
        { "[]", null, null, null },
        { """[{"error_code":"VOD.10053"}]""", null, null, null },
        { "null", null, null, null },
        { "\"VOD.10053\"", null, null, null },
        { "1", null, null, null },
        { "", null, null, null },
        { " ", null, null, null },
        { """{"error_code":"VOD.10053" """, null, null, null },
        { "<html><body>502 Bad Gateway</body></html>", null, null, null },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_body_is_read_in_every_shape(string body, string? code, string? message, string? requestId) =>
        Assert.Equal(new ErrorBody(code, message, requestId), Parse(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void Errors_that_are_nested_too_deep_are_ignored()
    {
        string deep = string.Concat(Enumerable.Repeat("{\"error\":", 5000)) + "1" + new string('}', 5000);
        Assert.Equal(default, Parse(Encoding.UTF8.GetBytes(deep)));
    }

    [Fact]
    public void An_invalid_property_name_causes_no_exception() =>
        Assert.Null(Record.Exception(() => Parse("""{"\ud800\ud800\ud800\ud800\ud800":1,"error_code":"VOD.1"}"""u8.ToArray())));

    [Fact]
    public void No_body_causes_an_exception() => Fuzz.Run(
        ["""{"error":{"error_code":"VOD.10053","error_msg":"\u0041\ud83d\ude00"},"request_id":"r"}""", """{"error_code":"a","error_msg":"b"}"""],
        body => Parse(body));

    private static ErrorBody Parse(byte[] body) => ErrorBody.Parse(body, static text => text.ToString());
}

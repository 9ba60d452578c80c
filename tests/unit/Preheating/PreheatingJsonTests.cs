using System.Text;
using System.Text.Json;
using VodPreheat.Client;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Preheating;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Preheating;

public sealed class PreheatingJsonTests
{
    public static TheoryData<string, UrlResult[]> Rows => new()
    {
        { Answers.RowJson, [new("https://cdn.example.com/a.mp4", "succeed")] },
        { """{"preheating_results":[{"url":" a","status":"PROCESSING","extra":[1]},{"status":"failed","url":"b"}],"x":{}}""", [new(" a", "PROCESSING"), new("b", "failed")] },
        { """{"preheating_results":[{"url":"a","status":null},{"url":"b"},{"url":"","status":""}]}""", [new("a", ""), new("b", ""), new("", "")] },
        { """{"preheating_results":[{"url":"a\u002fb\ud83d\ude00","status":"neu"}]}""", [new("a/b\U0001F600", "neu")] },
        { """{"preheating_results":[{"url":"a","url":"b","status":"failed","status":"succeed"}]}""", [new("b", "succeed")] },
        { """{"preheating_results":[]}""", [] },
        { """{"preheating_results":null}""", [] },
        { "{}", [] },
    };

    public static TheoryData<string> WrongRows =>
    [
        "", " ", "null", "[]", "1", "\"\"", "{", "{} {}", """{"foo":1}""", """{"Preheating_Results":[]}""", """{"preheating_results":{}}""", """{"preheating_results":""}""",
        """{"preheating_results":[1]}""", """{"preheating_results":[null]}""", """{"preheating_results":[{}]}""", """{"preheating_results":[{"status":"succeed"}]}""",
        """{"preheating_results":[{"url":null}]}""", """{"preheating_results":[{"url":1,"status":2}]}""", """{"preheating_results":[{"url":"\ud800"}]}""",
        """{"preheating_results":[],}""", """{"\ud800":1}""", """{"foo":"\ud800"}""",
    ];

    public static TheoryData<string> WrongTaskIds =>
        ["", "null", "[]", "{}", """{"task_id":null}""", """{"task_id":""}""", """{"task_id":" "}""", """{"task_id":1}""", """{"taskId":"x"}""", """{"task_id":"\udc00"}"""];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Results_are_read_as_the_service_returned_them(string body, UrlResult[] expected) =>
        Assert.Equal(expected, PreheatingJson.ReadResults(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData(PreheatStatus.Processing)]
    [InlineData(PreheatStatus.Succeed)]
    [InlineData(PreheatStatus.Failed)]
    public void All_results_with_a_status_share_its_text(string status)
    {
        string row = $$"""{"url":"a","status":"{{status}}"}""";
        IReadOnlyList<UrlResult> results = PreheatingJson.ReadResults(Encoding.UTF8.GetBytes($$"""{"preheating_results":[{{row}},{{row}}]}"""));
        Assert.Equal(status, results[0].Status);
        Assert.Same(results[0].Status, results[1].Status);
    }

    [Theory]
    [MemberData(nameof(WrongRows))]
    public void Anything_else_is_an_invalid_answer_to_a_query(string body) =>
        Assert.ThrowsAny<JsonException>(() => PreheatingJson.ReadResults(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void An_answer_has_at_most_100_000_results()
    {
        Assert.Equal(100_000, PreheatingJson.ReadResults(Body(100_000)).Count);
        Assert.Contains("more than 100,000 results", Assert.ThrowsAny<JsonException>(() => PreheatingJson.ReadResults(Body(100_001))).Message, StringComparison.Ordinal);

        static byte[] Body(int count) =>
            Encoding.UTF8.GetBytes($"{{\"preheating_results\":[{string.Join(',', Enumerable.Repeat("{\"url\":\"a\"}", count))}]}}");
    }

    [Fact]
    public void A_task_ID_is_read_as_the_service_returned_it() =>
        Assert.Equal("Ab/1 ", PreheatingJson.ReadTaskId("""{"x":1,"task_id":"Ab/1 "}"""u8.ToArray()));

    [Theory]
    [MemberData(nameof(WrongTaskIds))]
    public void Anything_else_is_an_invalid_answer_to_a_submission(string body) =>
        Assert.ThrowsAny<JsonException>(() => PreheatingJson.ReadTaskId(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void Any_body_causes_only_JsonException_in_the_readers() => Fuzz.Run(
        [Answers.RowJson, """{"task_id":"5199337c31c8e4622f1590735b13a263"}""", """{"preheating_results":[{"url":"\u0041","status":"\ud83d\ude00"}],"x":[{}]}"""],
        body =>
        {
            Swallow<JsonException>(() => PreheatingJson.ReadResults(body));
            Swallow<JsonException>(() => PreheatingJson.ReadTaskId(body));
        });

    [Fact]
    public async Task Any_body_causes_only_the_exception_of_the_client()
    {
        byte[] body = [];
        int status = 200;
        using var network = new FakeNetwork((sent, cancellation) => Answers.Body(status, body)(sent, cancellation));
        using VodClient client = TestClient.Create(network, retries: 0);
        await Fuzz.RunAsync([Answers.RowJson, """{"error_code":"VOD.10053","error_msg":"m"}""", """{"error":{"code":401,"message":"m"}}"""], async input =>
        {
            body = input;
            foreach (int next in new[] { 200, 400, 500 })
            {
                status = next;
                try
                {
                    await client.QueryAsync();
                }
                catch (VodClientException failure)
                {
                    Assert.NotEmpty(failure.ErrorCode);
                    Assert.NotEmpty(failure.Message);
                }
            }
        });
    }

    private static void Swallow<T>(Action act)
        where T : Exception
    {
        try
        {
            act();
        }
        catch (T)
        {
            // The permitted exceptions.
        }
    }
}

using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace VodPreheat.UnitTests.Support;

/// <summary>The answers of a fake network.</summary>
internal static class Answers
{
    public const string RowJson = """{"preheating_results":[{"url":"https://cdn.example.com/a.mp4","status":"succeed"}]}""";

    /// <summary>A valid answer to a query as well as to a submission.</summary>
    public static Answer Good { get; } = (sent, _) => Task.FromResult(sent.Method == "GET"
        ? Response(200, Encoding.UTF8.GetBytes(RowJson))
        : Response(202, """{"task_id":"5199337c31c8e4622f1590735b13a263"}"""u8));

    public static Answer Unauthorized { get; } = Error(401, "APIGW.0301", "Incorrect IAM authentication information");

    public static Answer Throttled { get; } = Error(429, "APIGW.0308", "The throttling threshold has been reached");

    /// <summary>Never answers; ends with the attempt.</summary>
    public static Answer Never { get; } = async (_, cancellation) =>
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        throw new InvalidOperationException("An endless wait has ended.");
    };

    public static Answer Body(int status, string body, params (string Name, string Value)[] headers) =>
        Body(status, Encoding.UTF8.GetBytes(body), headers);

    public static Answer Body(int status, byte[] body, params (string Name, string Value)[] headers) =>
        (_, _) => Task.FromResult(Response(status, body, headers));

    public static Answer Error(int status, string code, string message, params (string Name, string Value)[] headers) =>
        Body(status, JsonSerializer.Serialize(new { error_code = code, error_msg = message }), headers);

    public static Answer Throws(Exception error) => (_, _) => Task.FromException<HttpResponseMessage>(error);

    /// <summary>Waits until the test releases it, then answers.</summary>
    public static Answer After(Task go, Answer then) => async (sent, cancellation) =>
    {
        await go.WaitAsync(cancellation);
        return await then(sent, cancellation);
    };

    /// <summary>Answers after a time.</summary>
    public static Answer After(TimeSpan time, TimeProvider clock, Answer then) => async (sent, cancellation) =>
    {
        await Task.Delay(time, clock, cancellation);
        return await then(sent, cancellation);
    };

    private static HttpResponseMessage Response(int status, ReadOnlySpan<byte> body, params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage((System.Net.HttpStatusCode)status) { Content = new ByteArrayContent(body.ToArray()) };
        response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach ((string name, string value) in headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, value))
            {
                response.Content.Headers.Remove(name);
                Assert.True(response.Content.Headers.TryAddWithoutValidation(name, value));
            }
        }

        return response;
    }
}

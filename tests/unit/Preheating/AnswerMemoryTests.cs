using System.Text;
using VodPreheat.Client;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Identity;
using VodPreheat.Client.Secrets;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Preheating;

/// <summary>The memory that an answer uses, whatever is in it.</summary>
public sealed class AnswerMemoryTests
{
    private const int Size = 256 * 1024;

    // An answer can use up to 16 times its size in memory; of these, the objects that a cmdlet creates use at most 4.
    private const int Bar = 12;

    public static TheoryData<string, string, string> Shapes => new()
    {
        { "{", "\"n\":0,", "\"n\":0}" },
        { "{\"x\":[", "[],", "[]]}" },
        { "[", "0,", "0]" },
        { "[", "{},", "{}]" },
        { "{\"preheating_results\":[", "{\"url\":\"\"},", "{\"url\":\"\"}]}" },
        { "{\"preheating_results\":[", "{\"url\":\"a\"},", "{\"url\":\"a\"}]}" },
        { "{\"preheating_results\":[", "{\"url\":\"a\",\"status\":\"b\"},", "{\"url\":\"a\"}]}" },
        { "{\"preheating_results\":[", "{},", "{}]}" },
        { "{\"preheating_results\":[", "null,", "null]}" },
        { "{\"preheating_results\":[", "{\"url\":\"a\",\"x\":[[],[]]},", "1]}" },
        { "{", "\"preheating_results\":[{\"url\":\"a\"}],", "\"preheating_results\":null}" },
        { "{\"error_code\":\"VOD.10053\",\"error_msg\":\"", "a", "\"}" },
        { "{\"error_code\":\"VOD.10053\",\"error_msg\":\"", "\\u0007", "\"}" },
        { "{\"error\":{\"error_msg\":\"", "a", "\"}}" },
        { "{", "\"error\":{\"code\":1},", "\"error\":1}" },
        { "{\"projects\":[", "{\"id\":\"\"},", "{\"id\":\"\"}]}" },
        { "{\"projects\":[", "{},", "{}]}" },
        { "{\"token\":{\"expires_at\":\"2026-03-02T12:00:00Z\",\"catalog\":[", "{},", "{}]}}" },
        { "{\"preheating_results\":[{\"url\":\"", "a", "\"}]}" },
        { "{\"preheating_results\":[{\"url\":\"", "\\\"", "\"}]}" },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void An_answer_uses_at_most_a_multiple_of_its_size(string start, string part, string end)
    {
        byte[] body = Encoding.UTF8.GetBytes(new StringBuilder(start).Insert(start.Length, part, Size / part.Length).Append(end).ToString());
        foreach (int status in new[] { 200, 400 })
        {
            using var network = new FakeNetwork(Answers.Body(status, body, ("X-Subject-Token", "token")));
            TransportSettings settings = TestClient.Settings(network, retries: 0);
            using VodClient client = TestClient.Create(network, retries: 0);
            using var iam = new IamClient(TestClient.Endpoint, settings, () => []);
            foreach (Func<Task> send in new Func<Task>[]
            {
                () => client.QueryAsync(),
                () => client.SubmitAsync(),
                () => iam.GetProjectsAsync(null, TestClient.Key(), TestClient.Context()),
                () => iam.GetTokenAsync("user", new Secret("password"), "acme", new Project("p", ""), TestClient.Context()),
            })
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                Task sent = send();
                long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

                // Everything runs on this thread, so that every allocation is counted.
                Assert.True(sent.IsCompleted, "It went on elsewhere.");
                Assert.True(sent.IsCompletedSuccessfully || sent.Exception!.InnerException is VodClientException, "Another exception.");
                Assert.InRange((double)allocated / body.Length, 0, Bar);
            }
        }
    }
}

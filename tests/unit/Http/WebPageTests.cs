using VodPreheat.Client;
using VodPreheat.Client.Errors;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Http;

// The pages of nginx, squid, firewalls and portals.
public sealed class WebPageTests
{
    private const string Page = "<html><head><title>Access Denied</title></head><body>Ask the help desk.</body></html>";

    public static TheoryData<int, string> Pages => new()
    {
        { 400, "client certificate" },
        { 401, "Sign in to the network" },
        { 402, "administrator of the network" },
        { 403, "administrator of the network" },
        { 404, "does not serve this API" },
        { 405, "does not serve this API" },
        { 413, "limits the size" },
        { 421, "another protocol" },
        { 431, "limits the size" },
        { 451, "administrator of the network" },
        { 496, "client certificate" },
        { 511, "Sign in to the network" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_is_no_refusal_by_the_service_and_nothing_was_accepted(int status, string hint)
    {
        foreach (string method in new[] { "GET", "POST" })
        {
            using var network = new FakeNetwork(Answers.Body(status, Page, ("Content-Type", "text/html; charset=utf-8")));
            using VodClient client = TestClient.Create(network);
            VodClientException failure = await TestClient.FailureAsync(() => client.SendAsync(method));
            Assert.Equal(
                (ErrorIds.UnexpectedResponse, FailureKind.Intercepted, Delivery.Refused, false, 1),
                (failure.ErrorCode, failure.Kind, failure.Delivery, failure.OutcomeUnknown, network.Count));
            Assert.StartsWith($"HTTP {status} with a web page: a proxy or firewall on the way answered", failure.What, StringComparison.Ordinal);
            Assert.Contains(hint, failure.Hint, StringComparison.Ordinal);
            Assert.DoesNotContain("vod:", failure.Hint, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("text/html", Page)]
    [InlineData("text/html", "")]
    [InlineData("text/plain", "\n <!DOCTYPE html><html>")]
    [InlineData("application/json", Page)]
    [InlineData("application/xhtml+xml", "<?xml version='1.0'?><html/>")]
    [InlineData("text/html", "\uFEFF<html>")]
    public async Task A_page_is_recognized_by_its_media_type_or_its_first_character(string type, string body) =>
        Assert.Equal(FailureKind.Intercepted, (await TestClient.QueryFailureAsync(Answers.Body(403, body, ("Content-Type", type)))).Kind);

    [Theory]
    [InlineData(403, "text/html", """{"error_code":"VOD.10074","error_msg":"no"}""", FailureKind.PermissionDenied)]
    [InlineData(403, "text/plain", "Forbidden", FailureKind.PermissionDenied)]
    [InlineData(401, "application/json", "{}", FailureKind.Authentication)]
    [InlineData(407, "text/html", Page, FailureKind.ProxyRefused)]
    [InlineData(408, "text/html", Page, FailureKind.Timeout)]
    [InlineData(429, "text/html", Page, FailureKind.Throttled)]
    [InlineData(500, "text/html", Page, FailureKind.Unavailable)]
    [InlineData(502, "text/html", Page, FailureKind.Unavailable)]
    [InlineData(302, "text/html", Page, FailureKind.UnexpectedResponse)]
    public async Task What_the_service_or_the_status_says_decides_otherwise(int status, string type, string body, FailureKind kind) =>
        Assert.Equal(kind, (await TestClient.QueryFailureAsync(Answers.Body(status, body, ("Content-Type", type)))).Kind);

    [Theory]
    [InlineData(502, null, false)]
    [InlineData(502, "r1", true)]
    [InlineData(400, null, false)]
    public async Task A_hint_names_only_what_the_answer_has(int status, string? requestId, bool isNamed)
    {
        VodClientException failure = await TestClient.QueryFailureAsync(
            Answers.Body(status, "{}", requestId is null ? [] : [("X-Request-Id", requestId)]));
        Assert.Equal(isNamed, failure.Hint.Contains("request ID", StringComparison.Ordinal));
        Assert.DoesNotContain("the message names", failure.Hint, StringComparison.Ordinal);
    }
}

using VodPreheat.Client;
using VodPreheat.Client.Errors;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Credentials;

/// <content>Requests that the service refuses because of their credential.</content>
public sealed partial class RenewingCredentialSourceTests
{
    [Theory]
    [InlineData("GET", 401, "APIGW.0307")]
    [InlineData("POST", 401, "APIGW.0307")]
    [InlineData("GET", 403, "VOD.10054")]
    [InlineData("POST", 403, "VOD.10054")]
    [InlineData("GET", 400, "IAM.1108")]
    [InlineData("POST", 400, "IAM.1108")]
    public async Task A_refused_request_is_sent_once_more_with_a_renewed_credential(string method, int status, string code)
    {
        using var network = new FakeNetwork(Answers.Error(status, code, "m"), Answers.Good);
        using VodClient client = Client(network);
        await client.SendAsync(method);
        Assert.Equal(["token1", "token2"], network.Sent.Select(sent => sent.Header("X-Auth-Token")));
    }

    [Fact]
    public async Task A_request_that_is_refused_again_ends_the_connection()
    {
        using var network = new FakeNetwork(Answers.Unauthorized);
        using VodClient client = Client(network);
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal("APIGW.0301", (await TestClient.FailureAsync(() => client.SendAsync(i % 2 == 0 ? "GET" : "POST"))).ErrorCode);
        }

        Assert.Equal((2, 2), (network.Count, _fetcher.Count));
    }

    [Fact]
    public async Task Every_credential_that_expires_is_renewed()
    {
        var refused = new HashSet<string>();
        using var network = new FakeNetwork((sent, cancellation) =>
            (refused.Add(sent.Header("X-Auth-Token")!) ? Answers.Good : Answers.Unauthorized)(sent, cancellation));
        using VodClient client = Client(network);
        for (int i = 0; i < 100; i++)
        {
            await client.QueryAsync();
        }

        Assert.Equal((199, 100), (network.Count, _fetcher.Count));
    }

    [Fact]
    public async Task Of_many_refused_requests_one_tries_the_renewed_credential()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var network = new FakeNetwork(Answers.Good, Answers.After(go.Task, Answers.Unauthorized));
        using VodClient client = Client(network);
        await client.QueryAsync();
        Task<VodClientException>[] failing = [.. Enumerable.Range(0, 8).Select(_ => TestClient.FailureAsync(() => client.QueryAsync()))];
        Assert.Equal(9, network.Count);
        go.SetResult();
        Assert.All(await Task.WhenAll(failing), failure => Assert.Equal("APIGW.0301", failure.ErrorCode));
        Assert.Equal(8, network.Sent.Skip(1).Count(sent => sent.Header("X-Auth-Token") == "token1"));
        Assert.Equal(1, network.Sent.Count(sent => sent.Header("X-Auth-Token") == "token2"));
        Assert.Equal((10, 2), (network.Count, _fetcher.Count));
    }

    [Fact]
    public async Task A_late_refusal_causes_no_other_renewal_and_no_delay()
    {
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var last = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var network = new FakeNetwork(
            Answers.Good, Answers.After(late.Task, Answers.Unauthorized), Answers.Unauthorized, Answers.Good, Answers.After(last.Task, Answers.Good));
        using VodClient client = Client(network);
        await client.QueryAsync();
        Task slow = client.QueryAsync();
        await client.QueryAsync();
        late.SetResult();
        await TestClient.EventuallyAsync(() => network.Count == 5);
        Task[] more = [.. Enumerable.Range(0, 5).Select(_ => client.QueryAsync())];
        Assert.Equal(10, network.Count);
        last.SetResult();
        await Task.WhenAll([slow, .. more]);
        Assert.Equal(2, _fetcher.Count);
    }

    [Fact]
    public async Task A_password_that_was_changed_causes_one_refused_request()
    {
        using var network = new FakeNetwork(Answers.Good, Answers.Unauthorized);
        using VodClient client = Client(network);
        await client.QueryAsync();
        _fetcher.Failure = Failure(FailureKind.Authentication);
        Task<VodClientException>[] failing = [.. Enumerable.Range(0, 1000).Select(_ => TestClient.FailureAsync(() => client.QueryAsync()))];
        Assert.All(await Task.WhenAll(failing), failure => Assert.Equal("VodHttpError", failure.ErrorCode));
        Assert.Equal(2, _fetcher.Count);
        int sent = network.Count;
        await TestClient.FailureAsync(() => client.SubmitAsync());
        Assert.Equal((sent, 2), (network.Count, _fetcher.Count));
    }

    [Fact]
    public async Task If_IAM_is_unavailable_after_a_refusal_each_request_asks_IAM_and_none_asks_VOD()
    {
        using var network = new FakeNetwork(Answers.Good, Answers.Unauthorized, Answers.Good);
        using VodClient client = Client(network);
        await client.QueryAsync();
        _fetcher.Failure = Failure(FailureKind.ConnectionFailed);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(FailureKind.ConnectionFailed, (await TestClient.FailureAsync(() => client.QueryAsync())).Kind);
        }

        Assert.Equal((2, 4), (network.Count, _fetcher.Count));
        _fetcher.Failure = null;
        await client.QueryAsync();
        Assert.Equal((3, 5), (network.Count, _fetcher.Count));
    }
}

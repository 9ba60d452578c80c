using VodPreheat.Client;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Http;

/// <summary>Five failures in a row lock an access key: how many requests a key costs that is refused.</summary>
public sealed class AuthenticationBreakerTests
{
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_hundred_queries_at_once_with_a_refused_key_cost_one_request()
    {
        using var network = new FakeNetwork(Answers.After(_go.Task, Answers.Unauthorized));
        using VodClient client = TestClient.Create(network);
        InvocationContext scope = TestClient.Scope();
        Task<VodClientException>[] failures = [.. StartFailing(client, scope, 100)];
        Assert.Equal(1, network.Count);
        _go.SetResult();

        VodClientException[] all = await Task.WhenAll(failures);
        Assert.Equal(1, network.Count);
        Assert.All(all, failure => Assert.Equal(FailureKind.Authentication, failure.Kind));

        await Task.WhenAll(StartFailing(client, scope, 3));
        Assert.Equal(1, network.Count);
    }

    [Fact]
    public async Task A_hundred_threads_with_a_refused_key_cost_one_request()
    {
        using var network = new FakeNetwork(Answers.Unauthorized);
        using VodClient client = TestClient.Create(network);
        InvocationContext scope = TestClient.Scope();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => TestClient.FailureAsync(() => client.QueryAsync(scope: scope)))));
        Assert.Equal(1, network.Count);
    }

    [Fact]
    public async Task Another_scope_tries_a_refused_key_once_more()
    {
        using var network = new FakeNetwork(Answers.Unauthorized);
        using VodClient client = TestClient.Create(network);
        for (int scopes = 1; scopes <= 3; scopes++)
        {
            await Task.WhenAll(StartFailing(client, TestClient.Scope(), 20));
            Assert.Equal(scopes, network.Count);
        }
    }

    [Fact]
    public async Task A_scope_that_waited_for_another_scopes_refusal_shares_it()
    {
        using var network = new FakeNetwork(Answers.After(_go.Task, Answers.Unauthorized));
        using VodClient client = TestClient.Create(network);
        Task<VodClientException>[] failures = [.. StartFailing(client, TestClient.Scope(), 5), .. StartFailing(client, TestClient.Scope(), 5)];
        _go.SetResult();
        await Task.WhenAll(failures);
        Assert.Equal(1, network.Count);
    }

    [Theory]
    [InlineData(200, "")]
    [InlineData(400, "VOD.10053")]
    [InlineData(403, "VOD.10074")]
    [InlineData(403, "VOD.10086")]
    public async Task After_an_answer_that_accepts_the_key_requests_run_side_by_side(int status, string code)
    {
        Answer first = status == 200 ? Answers.Good : Answers.Error(status, code, "m");
        using var network = new FakeNetwork(first, Answers.After(_go.Task, Answers.Good));
        using VodClient client = TestClient.Create(network);
        await Record.ExceptionAsync(() => client.QueryAsync());
        Task[] queries = [.. Enumerable.Range(0, 20).Select(_ => client.QueryAsync())];
        Assert.Equal(21, network.Count);
        _go.SetResult();
        await Task.WhenAll(queries);
    }

    [Fact]
    public async Task After_a_later_refusal_requests_go_one_at_a_time_again()
    {
        using var network = new FakeNetwork(Answers.Good, Answers.Unauthorized, Answers.After(_go.Task, Answers.Good), Answers.Good);
        using VodClient client = TestClient.Create(network);
        await client.QueryAsync();
        await TestClient.FailureAsync(() => client.QueryAsync());

        Task[] queries = [.. Enumerable.Range(0, 5).Select(_ => client.QueryAsync())];
        Assert.Equal(3, network.Count);
        _go.SetResult();
        await Task.WhenAll(queries);
        Assert.Equal(7, network.Count);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(0)]
    public async Task A_failure_that_says_nothing_of_the_key_lets_the_next_one_try(int status)
    {
        Answer failure = status == 0 ? Answers.Throws(new HttpRequestException(HttpRequestError.ConnectionError)) : Answers.Body(status, "{}");
        using var network = new FakeNetwork(Answers.After(_go.Task, failure), failure, Answers.Good);
        using VodClient client = TestClient.Create(network, retries: 0);
        Task<Exception?>[] queries = [.. Enumerable.Range(0, 10).Select(_ => Record.ExceptionAsync(() => client.QueryAsync()).AsTask())];
        Assert.Equal(1, network.Count);
        _go.SetResult();
        Assert.Equal(2, (await Task.WhenAll(queries)).Count(error => error is VodClientException));
        Assert.Equal(10, network.Count);
    }

    [Fact]
    public async Task A_request_that_waits_for_its_turn_can_be_cancelled_and_is_never_sent()
    {
        using var network = new FakeNetwork(Answers.After(_go.Task, Answers.Good));
        using VodClient client = TestClient.Create(network);
        using var stop = new CancellationTokenSource();
        Task trial = client.QueryAsync();
        Task waiting = client.QueryAsync(scope: new InvocationContext(stop.Token));
        await stop.CancelAsync();
        await TestClient.AssertCancelledAsync(waiting);
        _go.SetResult();
        await trial;
        Assert.Equal(1, network.Count);
    }

    [Fact]
    public async Task A_cancelled_trial_lets_the_next_one_try()
    {
        using var network = new FakeNetwork(Answers.Never, Answers.Good);
        using VodClient client = TestClient.Create(network);
        using var stop = new CancellationTokenSource();
        Task trial = client.QueryAsync(scope: new InvocationContext(stop.Token));
        Task next = client.QueryAsync();
        Assert.Equal(1, network.Count);
        await stop.CancelAsync();
        await TestClient.AssertCancelledAsync(trial);
        await next;
    }

    private static IEnumerable<Task<VodClientException>> StartFailing(VodClient client, InvocationContext scope, int count) =>
        Enumerable.Range(0, count).Select(_ => TestClient.FailureAsync(() => client.QueryAsync(scope: scope)));
}

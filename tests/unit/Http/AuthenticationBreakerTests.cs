using Microsoft.Extensions.Time.Testing;
using VodPreheat.Client;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Http;

/// <summary>More than five failures in a row lock an access key: how many requests a refused key causes.</summary>
public sealed class AuthenticationBreakerTests
{
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_hundred_concurrent_queries_with_a_refused_key_cause_one_request()
    {
        using var network = new FakeNetwork(Answers.After(_go.Task, Answers.Unauthorized));
        using VodClient client = TestClient.Create(network);
        InvocationContext context = TestClient.Context();
        Task<VodClientException>[] failures = [.. StartFailing(client, context, 100)];
        Assert.Equal(1, network.Count);
        _go.SetResult();

        VodClientException[] all = await Task.WhenAll(failures);
        Assert.Equal(1, network.Count);
        Assert.All(all, failure => Assert.Equal(FailureKind.Authentication, failure.Kind));

        await Task.WhenAll(StartFailing(client, context, 3));
        Assert.Equal(1, network.Count);
    }

    [Fact]
    public async Task An_error_that_says_nothing_about_the_key_does_not_make_it_accepted()
    {
        using var network = new FakeNetwork(Answers.Error(500, "VOD.10051", "m"), Answers.After(_go.Task, Answers.Unauthorized));
        using VodClient client = TestClient.Create(network, retries: 0);
        await TestClient.FailureAsync(() => client.QueryAsync());
        Task<VodClientException>[] failures = [.. StartFailing(client, TestClient.Context(), 5)];
        _go.SetResult();
        await Task.WhenAll(failures);
        Assert.Equal(2, network.Count);
    }

    [Fact]
    public async Task A_hundred_threads_with_a_refused_key_cause_one_request()
    {
        using var network = new FakeNetwork(Answers.Unauthorized);
        using VodClient client = TestClient.Create(network);
        InvocationContext context = TestClient.Context();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => TestClient.FailureAsync(() => client.QueryAsync(context: context)))));
        Assert.Equal(1, network.Count);
    }

    [Fact]
    public async Task A_thousand_calls_in_a_loop_with_a_refused_key_cause_one_request_and_the_same_error()
    {
        using var network = new FakeNetwork(Answers.Unauthorized, Answers.Good);
        using VodClient client = TestClient.Create(network, retries: 3);
        VodClientException first = await TestClient.FailureAsync(() => client.QueryAsync());
        Assert.Equal(Delivery.Refused, first.Delivery);
        for (int i = 1; i < 1000; i++)
        {
            VodClientException later = await TestClient.FailureAsync(() => client.SendAsync(i % 2 == 0 ? "GET" : "POST"));
            Assert.Equal((first.ErrorCode, first.Kind, first.StatusCode, first.RequestId, first.Hint), (later.ErrorCode, later.Kind, later.StatusCode, later.RequestId, later.Hint));
            Assert.StartsWith(first.What, later.What, StringComparison.Ordinal);
            Assert.Contains("until you connect again", later.What, StringComparison.Ordinal);
            Assert.Equal((Delivery.NotSent, false), (later.Delivery, later.OutcomeUnknown));
        }

        Assert.Equal(1, network.Count);
    }

    [Fact]
    public async Task Another_connection_with_the_same_key_sends_it_again()
    {
        for (int i = 0; i < 3; i++)
        {
            using var network = new FakeNetwork(Answers.Unauthorized);
            using VodClient client = TestClient.Create(network);
            await Task.WhenAll(StartFailing(client, TestClient.Context(), 20));
            Assert.Equal(1, network.Count);
        }
    }

    [Fact]
    public async Task Invocations_that_wait_for_the_first_answer_share_its_refusal()
    {
        using var network = new FakeNetwork(Answers.After(_go.Task, Answers.Unauthorized));
        using VodClient client = TestClient.Create(network);
        Task<VodClientException>[] failures = [.. StartFailing(client, TestClient.Context(), 5), .. StartFailing(client, TestClient.Context(), 5)];
        _go.SetResult();
        await Task.WhenAll(failures);
        Assert.Equal(1, network.Count);
    }

    [Fact]
    public async Task A_refusal_with_a_success_status_counts()
    {
        using var network = new FakeNetwork(Answers.Body(200, """{"error_code":"APIGW.0301","error_msg":"m"}"""));
        using VodClient client = TestClient.Create(network);
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal("APIGW.0301", (await TestClient.FailureAsync(() => client.QueryAsync())).ErrorCode);
        }

        Assert.Equal(1, network.Count);
    }

    [Theory]
    [InlineData(200, "")]
    [InlineData(400, "VOD.10053")]
    [InlineData(403, "VOD.10074")]
    [InlineData(403, "VOD.10086")]
    public async Task Requests_are_concurrent_after_the_key_is_accepted(int status, string code)
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
    public async Task After_a_later_refusal_nothing_is_sent_and_answers_to_requests_in_progress_are_used()
    {
        using var network = new FakeNetwork(Answers.Good, Answers.After(_go.Task, Answers.Good), Answers.Unauthorized, Answers.Good);
        using VodClient client = TestClient.Create(network);
        await client.QueryAsync();
        Task underWay = client.QueryAsync();
        await TestClient.FailureAsync(() => client.QueryAsync());
        _go.SetResult();
        await underWay;
        await Task.WhenAll(StartFailing(client, TestClient.Context(), 20));
        Assert.Equal(3, network.Count);
    }

    [Fact]
    public async Task A_delayed_retry_is_not_sent_after_a_refusal()
    {
        var clock = new FakeTimeProvider();
        using var network = new FakeNetwork(Answers.Good, Answers.Body(503, "{}"), Answers.Unauthorized, Answers.Good) { Clock = clock };
        using VodClient client = TestClient.Create(network, clock);
        await client.QueryAsync();
        Task<VodClientException> waits = TestClient.FailureAsync(() => client.QueryAsync());
        await TestClient.EventuallyAsync(() => network.Count == 2);
        await TestClient.FailureAsync(() => client.QueryAsync());
        while (!waits.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }

        Assert.Equal("APIGW.0301", (await waits).ErrorCode);
        Assert.Equal(3, network.Count);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(0)]
    public async Task A_failure_that_does_not_depend_on_the_key_permits_the_next_request(int status)
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
    public async Task A_request_that_waits_for_its_turn_can_be_canceled_and_is_not_sent()
    {
        using var network = new FakeNetwork(Answers.After(_go.Task, Answers.Good));
        using VodClient client = TestClient.Create(network);
        using var stop = new CancellationTokenSource();
        Task trial = client.QueryAsync();
        Task waiting = client.QueryAsync(context: new InvocationContext(stop.Token));
        await stop.CancelAsync();
        await TestClient.AssertCanceledAsync(waiting);
        _go.SetResult();
        await trial;
        Assert.Equal(1, network.Count);
    }

    [Fact]
    public async Task A_canceled_first_request_permits_the_next_one()
    {
        using var network = new FakeNetwork(Answers.Never, Answers.Good);
        using VodClient client = TestClient.Create(network);
        using var stop = new CancellationTokenSource();
        Task trial = client.QueryAsync(context: new InvocationContext(stop.Token));
        Task next = client.QueryAsync();
        Assert.Equal(1, network.Count);
        await stop.CancelAsync();
        await TestClient.AssertCanceledAsync(trial);
        await next;
    }

    [Theory]
    [InlineData("throttled", "accepted")]
    [InlineData("throttled", "refused")]
    [InlineData("failed", "accepted")]
    [InlineData("failed", "refused")]
    [InlineData("failed again", "accepted")]
    public async Task While_the_first_request_waits_another_one_tries_the_key(string first, string then)
    {
        var clock = new FakeTimeProvider();
        Answer waits = first == "throttled" ? Answers.Throttled : Answers.Body(503, "{}");
        Answer answers = Answers.After(_go.Task, then == "accepted" ? Answers.Good : Answers.Unauthorized);
        int failures = first == "failed again" ? 2 : 1;
        using var network = new FakeNetwork([.. Enumerable.Repeat(waits, failures), answers, Answers.Good]) { Clock = clock };
        using VodClient client = TestClient.Create(network, clock);
        Task query = client.QueryAsync();
        await TestClient.EventuallyAsync(() => network.Count == 1);
        while (network.Count < failures)
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1);
        }

        await Task.Delay(20);
        Task submission = client.SubmitAsync();
        await TestClient.EventuallyAsync(() => network.Count == failures + 1);

        // The wait is over, and the other one has no answer yet: still only one request tries the key.
        clock.Advance(TimeSpan.FromMinutes(2));
        await Task.Delay(50);
        Assert.Equal((failures + 1, false), (network.Count, query.IsCompleted));
        _go.SetResult();
        if (then == "accepted")
        {
            await Task.WhenAll(query, submission);
            Assert.Equal([.. Enumerable.Repeat("GET", failures), "POST", "GET"], network.Sent.Select(static sent => sent.Method));
        }
        else
        {
            await TestClient.FailureAsync(() => submission);
            Assert.Equal(Delivery.NotSent, (await TestClient.FailureAsync(() => query)).Delivery);
            Assert.Equal(2, network.Count);
        }
    }

    [Fact]
    public async Task Renewed_credentials_that_are_refused_are_not_sent_by_another_invocation()
    {
        var breaker = new AuthenticationBreaker(Renewable());
        int sent = 0;
        int calls = 0;
        await Assert.ThrowsAsync<OperationCanceledException>(() => breaker.SendAsync(_ => ++calls == 1 ? Refuse() : throw new OperationCanceledException(), default));
        await Assert.ThrowsAsync<VodClientException>(() => breaker.SendAsync(_ => Refuse(), default));
        await Assert.ThrowsAsync<VodClientException>(() => breaker.SendAsync(_ => Refuse(), default));
        Assert.Equal(2, sent);

        Task<int> Refuse()
        {
            sent++;
            throw Refusal();
        }
    }

    [Fact]
    public async Task Credentials_are_renewed_again_after_the_service_accepted_them()
    {
        var breaker = new AuthenticationBreaker(Renewable());
        for (int round = 1; round <= 3; round++)
        {
            int sent = 0;
            Assert.Equal(round, await breaker.SendAsync(_ => ++sent == 1 ? throw Refusal() : Task.FromResult(round), default));
        }
    }

    private static IEnumerable<Task<VodClientException>> StartFailing(VodClient client, InvocationContext context, int count) =>
        Enumerable.Range(0, count).Select(_ => TestClient.FailureAsync(() => client.QueryAsync(context: context)));

    private static RenewingCredentialSource Renewable() => new(
        AuthenticationType.Token, accountName: null, static _ => throw new InvalidOperationException(), new CancellationTokenSource(), fetchSecret: null, TimeProvider.System);

    private static VodClientException Refusal() =>
        new(FailureKind.Authentication, "APIGW.0301", "refused", $"hint") { Service = CloudService.Vod, Delivery = Delivery.Refused };
}

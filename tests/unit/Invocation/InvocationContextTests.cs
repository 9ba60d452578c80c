using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Invocation;

public sealed class InvocationContextTests
{
    [Fact]
    public void Trace_lines_are_returned_once_and_in_order()
    {
        InvocationContext context = TestClient.Context();
        context.Trace("1");
        context.Trace("2");
        Assert.Equal(["1", "2"], TestClient.TraceOf(context));
        Assert.False(context.TryTakeTrace(out _));
    }

    [Fact]
    public async Task An_invocation_without_trace_has_no_lines()
    {
        using var network = new FakeNetwork(Answers.Good);
        using var client = TestClient.Create(network);
        var context = new InvocationContext(CancellationToken.None) { IsTraced = false };
        await client.QueryAsync(context: context);
        Assert.Empty(TestClient.TraceOf(context));
    }

    [Fact]
    public async Task A_canceled_invocation_sends_nothing()
    {
        using var network = new FakeNetwork(Answers.Good);
        using var client = TestClient.Create(network);
        var context = new InvocationContext(new CancellationToken(canceled: true));
        await TestClient.AssertCanceledAsync(client.QueryAsync(context: context));
        Assert.Equal(0, network.Count);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task After_three_requests_in_a_row_without_a_connection_nothing_more_is_sent(string method)
    {
        var refused = Answers.Throws(new HttpRequestException(HttpRequestError.ConnectionError));
        using var network = new FakeNetwork(refused, refused, Answers.Good, refused, refused, Answers.Body(503, string.Empty), refused, refused, refused, Answers.Good);
        using var client = TestClient.Create(network, retries: 0);
        InvocationContext context = TestClient.Context();
        for (int request = 1; request <= 9; request++)
        {
            Assert.False(context.Service.IsUnreachable);
            Task sent = client.SendAsync(method, context);
            await (request == 3 ? sent : TestClient.FailureAsync(() => sent));
        }

        Assert.True(context.Service.IsUnreachable);
        VodClientException failure = await TestClient.FailureAsync(() => client.SendAsync(method, context));
        Assert.Equal((true, ErrorIds.ConnectionFailed, 9), (failure.IsWithoutConnection, failure.ErrorCode, network.Count));

        // A wait goes on, and another command starts anew.
        await client.SendAsync(method, context.Persistent());
        Assert.False(context.Service.IsUnreachable);
        await client.SendAsync(method);
    }

    [Fact]
    public void A_request_without_an_invocation_is_an_error()
    {
        using var request = new HttpRequestMessage();
        Assert.Throws<InvalidOperationException>(() => InvocationContext.Of(request));
    }
}

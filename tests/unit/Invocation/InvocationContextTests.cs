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

    [Fact]
    public void A_request_without_an_invocation_is_an_error()
    {
        using var request = new HttpRequestMessage();
        Assert.Throws<InvalidOperationException>(() => InvocationContext.Of(request));
    }
}

using System.Runtime.CompilerServices;
using System.Text;
using VodPreheat.Client;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Secrets;
using VodPreheat.TestServer;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests;

public sealed class VodClientTests
{
    [Fact]
    public async Task Disposing_cancels_requests_in_progress_and_those_that_wait_for_the_first_answer()
    {
        using var network = new FakeNetwork(Answers.Never);
        VodClient client = TestClient.Create(network);
        Task<VodClientException>[] queries = [.. Enumerable.Range(0, 3).Select(_ => TestClient.FailureAsync(() => client.QueryAsync()))];
        client.Dispose();
        Assert.All(await Task.WhenAll(queries), AssertNotConnected);
        Assert.All(queries, static query => Assert.Equal(Delivery.Unknown, query.Result.Delivery));
        Assert.Equal(1, network.Count);
    }

    [Fact]
    public async Task Disposing_cancels_a_request_over_a_socket()
    {
        using LoopbackServer server = LoopbackServer.Start();
        server.AddFault(FaultKind.Stall);
        VodClient client = TestClient.Create(server.Endpoint, TestClient.Settings());
        Task<VodClientException> query = TestClient.FailureAsync(() => client.QueryAsync());
        await TestClient.EventuallyAsync(() => server.RequestCount == 1);
        client.Dispose();
        AssertNotConnected(await query);
    }

    [Fact]
    public async Task A_request_accepts_JSON()
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = TestClient.Create(network);
        await client.QueryAsync();
        await client.SubmitAsync();
        Assert.All(network.Sent, static sent => Assert.Equal("application/json", sent.Header("Accept")));
    }

    [Theory]
    [InlineData(AttemptHandler.MaxBodyBytes, null)]
    [InlineData(AttemptHandler.MaxBodyBytes + 1, FailureKind.UnexpectedResponse)]
    public async Task An_answer_can_have_16_MiB(int length, FailureKind? failure)
    {
        byte[] body = new byte[length];
        body.AsSpan().Fill((byte)' ');
        Encoding.UTF8.GetBytes(Answers.RowJson, body);
        using var network = new FakeNetwork(Answers.Body(200, body));
        using VodClient client = TestClient.Create(network, retries: 0);
        Exception? error = await Record.ExceptionAsync(() => client.QueryAsync());
        Assert.Equal(failure, (error as VodClientException)?.Kind);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(500)]
    public async Task The_connection_of_an_answer_is_released(int status)
    {
        foreach (bool isReadable in new[] { true, false })
        {
            var content = new WatchedContent(isReadable);
            using var network = new FakeNetwork((_, _) => Task.FromResult(new HttpResponseMessage((System.Net.HttpStatusCode)status) { Content = content }));
            using VodClient client = TestClient.Create(network, retries: 0);
            await TestClient.FailureAsync(() => client.QueryAsync());
            Assert.True(content.IsDisposed);
        }
    }

    [Fact]
    public async Task Disposing_cancels_delayed_requests()
    {
        using var network = new FakeNetwork(Answers.Throttled);
        VodClient client = TestClient.Create(network, new Microsoft.Extensions.Time.Testing.FakeTimeProvider());
        Task<VodClientException> query = TestClient.FailureAsync(() => client.QueryAsync());
        client.Dispose();
        AssertNotConnected(await query);
        Assert.Equal(1, network.Count);
    }

    [Fact]
    public async Task A_disposed_client_sends_nothing_and_its_secrets_are_overwritten()
    {
        using var network = new FakeNetwork(Answers.Good);
        AccessKeyCredential key = TestClient.Key("tok");
        var proxyPassword = new Secret("pass");
        TransportSettings settings = TestClient.Settings(network) with { ProxyLogin = new ProxyLogin("user", "", proxyPassword) };
        VodClient client = TestClient.Create(TestClient.Endpoint, settings, key);
        await client.QueryAsync();
        Assert.False(client.IsDisposed);
        client.Dispose();
        Assert.True(client.IsDisposed);
        VodClientException failure = await TestClient.FailureAsync(() => client.QueryAsync());
        AssertNotConnected(failure);
        Assert.Equal(Delivery.NotSent, failure.Delivery);
        AssertNotConnected(await TestClient.FailureAsync(() => client.SubmitAsync()));
        Assert.Equal(1, network.Count);
        Assert.All([.. key.Secrets, proxyPassword], secret => Assert.Throws<ObjectDisposedException>(secret.Reveal));
    }

    [Fact]
    public async Task Disposing_while_an_answer_is_read_displays_no_echoed_secret()
    {
        const string Token = "tem+porary/token==";
        string echo = $$"""{"error_code":"VOD.10053","error_msg":"{{new string(' ', 1500)}}{{Token}}"}""";
        int hidden = 0;
        for (int round = 0; round < 200; round++)
        {
            using var network = new FakeNetwork(Answers.Body(400, echo, ("X-Request-Id", Token)));
            VodClient client = TestClient.Create(TestClient.Endpoint, TestClient.Settings(network, retries: 0), new TokenCredential(new Secret(Token)));
            InvocationContext context = TestClient.Context();
            int wait = round * 20;
            Task dispose = Task.Run(() =>
            {
                Thread.SpinWait(wait);
                client.Dispose();
            });
            string shown = (await TestClient.FailureAsync(() => client.QueryAsync(context: context))) + string.Concat(TestClient.TraceOf(context));
            await dispose;
            Assert.DoesNotContain(Token, shown, StringComparison.Ordinal);
            hidden += shown.Contains("***", StringComparison.Ordinal) ? 1 : 0;
        }

        // Some rounds were disposed before their answer was read.
        Assert.InRange(hidden, 1, 200);
    }

    [Fact]
    public void Disposing_twice_has_no_effect()
    {
        VodClient client = TestClient.Create(new FakeNetwork(Answers.Good));
        client.Dispose();
        client.Dispose();
        Assert.True(client.IsDisposed);
    }

    [Fact]
    public async Task A_canceled_request_is_canceled_even_if_the_client_is_also_disposed()
    {
        using var network = new FakeNetwork(Answers.Never);
        VodClient client = TestClient.Create(network);
        using var stop = new CancellationTokenSource();
        Task query = client.QueryAsync(context: new InvocationContext(stop.Token));
        await stop.CancelAsync();
        client.Dispose();
        await TestClient.AssertCanceledAsync(query);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_canceled_attempt_is_not_a_failure_of_the_closed_socket(bool asIOError)
    {
        using var stop = new CancellationTokenSource();
        using var network = new FakeNetwork(async (_, cancellation) =>
        {
            await stop.CancelAsync();
            throw asIOError ? new IOException("The socket is closed.") : new OperationCanceledException(cancellation);
        });
        using VodClient client = TestClient.Create(network, retries: 0);
        var context = new InvocationContext(stop.Token);
        await TestClient.AssertCanceledAsync(client.QueryAsync(context: context));
        Assert.Contains("-> canceled (", Assert.Single(TestClient.TraceOf(context)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_ends_the_attempt_and_its_retries()
    {
        using var stop = new CancellationTokenSource();
        using var network = new FakeNetwork(async (_, _) =>
        {
            await stop.CancelAsync();
            throw new HttpRequestException(HttpRequestError.ConnectionError);
        });
        using VodClient client = TestClient.Create(network, new SkippingClock());
        await TestClient.AssertCanceledAsync(client.QueryAsync(context: new InvocationContext(stop.Token)));
        Assert.Equal(1, network.Count);
    }

    [Fact]
    public async Task A_submission_has_only_its_URLs_or_its_asset()
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = TestClient.Create(network);
        await client.SubmitUrlsAsync(["https://a/1?auth_key=a%2Fb&x=\"<é\U0001F600", "https://a/2"], TestClient.Context());
        await client.SubmitAssetAsync("asset", TestClient.Context());
        Assert.Equal(
            ["https://a/1?auth_key=a%2Fb&x=\"<é\U0001F600", "https://a/2"],
            System.Text.Json.JsonDocument.Parse(network.Sent[0].Body).RootElement.GetProperty("urls").EnumerateArray().Select(url => url.GetString()));
        Assert.StartsWith("{\"urls\":[", Encoding.UTF8.GetString(network.Sent[0].Body), StringComparison.Ordinal);
        Assert.Equal("{\"asset_id\":\"asset\"}", Encoding.UTF8.GetString(network.Sent[1].Body));
    }

    [Fact]
    public async Task A_query_has_no_body_and_no_content_type()
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = TestClient.Create(network);
        await client.QueryAsync();
        Assert.Empty(Assert.Single(network.Sent).Body);
        Assert.Null(Assert.Single(network.Sent).Header("Content-Type"));
    }

    [Fact]
    public async Task A_refused_key_is_sent_once()
    {
        using LoopbackServer server = LoopbackServer.Start();
        using VodClient client = TestClient.Create(
            server.Endpoint, TestClient.Settings(), new AccessKeyCredential(TestClient.AccessKey, new Secret("wrong"), null));
        InvocationContext context = TestClient.Context();
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => TestClient.FailureAsync(() => client.QueryAsync(context: context))));
        Assert.Equal((1, 1), (server.RequestCount, server.FailuresInARow(TestClient.AccessKey)));
    }

    [Fact]
    public async Task Clients_without_references_leave_no_socket_and_no_secret()
    {
        using LoopbackServer server = LoopbackServer.Start();
        server.AnyTask = true;
        WeakReference[] left = await LetGoAsync();
        Assert.Equal(20, server.ConnectionCount);
        await TestClient.EventuallyAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return server.OpenConnections == 0 && !left.Any(reference => reference.IsAlive);
        });

        [MethodImpl(MethodImplOptions.NoInlining)]
        async Task<WeakReference[]> LetGoAsync()
        {
            var left = new List<WeakReference>();
            for (int i = 0; i < 20; i++)
            {
                AccessKeyCredential key = TestClient.Key();
                VodClient client = TestClient.Create(server.Endpoint, TestClient.Settings(), key);
                await client.QueryAsync();
                left.AddRange([new(client), new(key), .. key.Secrets.Select(secret => new WeakReference(secret))]);
            }

            return [.. left];
        }
    }

    [Theory]
    [InlineData(2, 400, "VOD.10053", true)]
    [InlineData(2, 400, "VOD.10062", true)]
    [InlineData(2, 403, "VOD.10088", true)]
    [InlineData(1, 400, "VOD.10053", false)]
    [InlineData(2, 403, "VOD.10086", false)]
    [InlineData(2, 403, "VOD.10074", false)]
    public async Task The_hint_of_a_refused_request_of_several_URLs_says_what_finds_the_URL(int count, int status, string code, bool isSaid)
    {
        using var network = new FakeNetwork(Answers.Error(status, code, "expected"));
        using VodClient client = TestClient.Create(network, retries: 0);
        string[] urls = [.. Enumerable.Range(0, count).Select(static number => $"https://cdn.example.com/{number}.mp4")];
        VodClientException failure = await TestClient.FailureAsync(() => client.SubmitUrlsAsync(urls, TestClient.Context()));
        Assert.Equal(isSaid, failure.Hint.Contains("{WholeJob}", StringComparison.Ordinal));
        Assert.Equal(code, failure.ErrorCode);
    }

    private static void AssertNotConnected(VodClientException failure) =>
        Assert.Equal((ErrorIds.NotConnected, FailureKind.NotConnected), (failure.ErrorCode, failure.Kind));

    /// <summary>A body that is not JSON, or breaks off.</summary>
    private sealed class WatchedContent(bool isReadable) : HttpContent
    {
        public bool IsDisposed { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) =>
            isReadable ? Task.CompletedTask : throw new IOException("broken off");

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}

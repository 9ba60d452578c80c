namespace VodPreheat.Client.Http;

/// <summary>
/// The network: sends what is repeated on a new connection. A server that resets each connection when it is used again would reset that
/// of the repetition, too, if it came from the pool.
/// </summary>
/// <param name="create">Makes a socket pool.</param>
internal sealed class NewConnectionHandler(Func<SocketsHttpHandler> create) : DelegatingHandler(create())
{
    private static readonly HttpRequestOptionsKey<bool> s_isRepeated = new("IsRepeated");

    // Made for the first repetition: most connections have none.
    private readonly Lazy<HttpMessageInvoker> _new = new(() =>
    {
        SocketsHttpHandler sockets = create();
        sockets.PooledConnectionLifetime = TimeSpan.Zero;
        return new HttpMessageInvoker(sockets);
    });

    /// <summary>Has a request use a new connection from now on.</summary>
    public static void Require(HttpRequestMessage request) => request.Options.Set(s_isRepeated, true);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.Options.TryGetValue(s_isRepeated, out _)
            ? _new.Value.SendAsync(request, cancellationToken)
            : base.SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing && _new.IsValueCreated)
        {
            _new.Value.Dispose();
        }

        base.Dispose(disposing);
    }
}

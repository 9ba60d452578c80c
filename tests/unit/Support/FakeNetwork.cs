using System.Collections.Concurrent;

namespace VodPreheat.UnitTests.Support;

/// <summary>An attempt as it would have been sent.</summary>
internal sealed record Sent(string Method, Uri Uri, Dictionary<string, string[]> Headers, byte[] Body, DateTimeOffset At)
{
    /// <summary>The one value of a header; null if it is not there.</summary>
    public string? Header(string name) => Headers.TryGetValue(name, out string[]? values) ? Assert.Single(values) : null;
}

/// <summary>Answers one attempt, or throws the exception of the network.</summary>
internal delegate Task<HttpResponseMessage> Answer(Sent sent, CancellationToken cancellation);

/// <summary>Replaces the network: records the attempts, and answers by a list whose last entry is repeated.</summary>
internal sealed class FakeNetwork(params Answer[] script) : HttpMessageHandler
{
    private readonly ConcurrentQueue<Sent> _sent = new();
    private int _count;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public Sent[] Sent => [.. _sent];

    /// <summary>The number of attempts; each is counted before it is answered.</summary>
    public int Count => Volatile.Read(ref _count);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var headers = request.Headers.NonValidated.ToDictionary(
            header => header.Key, header => header.Value.ToArray(), StringComparer.OrdinalIgnoreCase);
        byte[] body = [];
        if (request.Content is { } content)
        {
            body = await content.ReadAsByteArrayAsync(cancellationToken);
            headers["Content-Type"] = [content.Headers.ContentType!.ToString()];
        }

        var sent = new Sent(request.Method.Method, request.RequestUri!, headers, body, Clock.GetUtcNow());
        _sent.Enqueue(sent);
        int number = Interlocked.Increment(ref _count);
        HttpResponseMessage response = await script[Math.Min(number, script.Length) - 1](sent, cancellationToken);
        response.RequestMessage = request;
        return response;
    }
}

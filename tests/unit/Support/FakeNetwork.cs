using System.Collections.Concurrent;

namespace VodPreheat.UnitTests.Support;

/// <summary>An attempt as it would have gone out.</summary>
internal sealed record Sent(string Method, Uri Uri, Dictionary<string, string[]> Headers, byte[] Body, DateTimeOffset At)
{
    /// <summary>The one value of a header; null if it is not there.</summary>
    public string? Header(string name) => Headers.TryGetValue(name, out string[]? values) ? Assert.Single(values) : null;
}

/// <summary>Answers one attempt, or throws what the network would.</summary>
internal delegate Task<HttpResponseMessage> Answer(Sent sent, CancellationToken cancellation);

/// <summary>Takes the network's place: records the attempts, and answers by a script of which the last entry stays.</summary>
internal sealed class FakeNetwork(params Answer[] script) : HttpMessageHandler
{
    private readonly ConcurrentQueue<Sent> _sent = new();
    private int _count;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public Sent[] Sent => [.. _sent];

    /// <summary>Attempts so far; one is counted before it is answered.</summary>
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

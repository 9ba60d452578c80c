using System.Net;
using System.Text.Json;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Jobs;

/// <summary>What is between a client and a fake cloud: faults that last for a time, at every step of a request.</summary>
internal sealed class FaultyNetwork(FakeCloud cloud, EventClock clock, Random random) : DelegatingHandler(cloud)
{
    private static readonly Answer s_page = Answers.Body(503, "<html>");
    private readonly List<(DateTimeOffset From, DateTimeOffset To, string Kind)> _faults = [];

    /// <summary>Faults that pass, and those that end a command.</summary>
    public static string[] Passing { get; } = ["refused", "syn", "stall", "reset", "503", "internal", "429"];

    public static string[] Final { get; } = ["407", "401", "quota"];

    /// <summary>URLs of submissions that arrived and whose answer was lost or says nothing.</summary>
    public List<string> Lost { get; } = [];

    /// <summary>URLs that were sent after an earlier submission of them may have been accepted.</summary>
    public List<string> SentAgain { get; } = [];

    public void Add(DateTimeOffset from, TimeSpan duration, string kind) => _faults.Add((from, from + duration, kind));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        string? fault = _faults.Find(fault => now >= fault.From && now < fault.To).Kind;
        if (fault == "refused")
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError);
        }

        if (fault == "syn")
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
        }

        string[] urls = request.Content is null ? [] : UrlsOf(await request.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
        lock (Lost)
        {
            SentAgain.AddRange(urls.Where(url => Lost.Contains(url) || cloud.Accepted.Contains(url)));
        }

        if (fault is null)
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }

        if (fault is "stall" or "reset" or "503" or "internal")
        {
            lock (Lost)
            {
                Lost.AddRange(urls);
            }

            // The service can have made a task of it.
            if (fault is "stall" or "reset" && urls.Length > 0 && random.Next(2) == 0)
            {
                (await base.SendAsync(request, cancellationToken).ConfigureAwait(false)).Dispose();
            }
        }

        Answer answer = fault switch
        {
            "stall" => Answers.Never,
            "reset" => Answers.Throws(new HttpRequestException(HttpRequestError.ResponseEnded)),
            "503" => s_page,
            "internal" => Answers.Error(403, "VOD.10051", "m"),
            "429" => Answers.Throttled,
            "407" => Answers.Throws(new HttpRequestException(HttpRequestError.ProxyTunnelError, "407", statusCode: HttpStatusCode.ProxyAuthenticationRequired)),
            "401" => Answers.Unauthorized,
            _ => Answers.Error(403, "VOD.10086", "quota"),
        };
        return await answer(new Sent(request.Method.Method, request.RequestUri!, [], [], now), cancellationToken).ConfigureAwait(false);
    }

    private static string[] UrlsOf(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        return [.. document.RootElement.GetProperty("urls").EnumerateArray().Select(static url => url.GetString()!)];
    }
}

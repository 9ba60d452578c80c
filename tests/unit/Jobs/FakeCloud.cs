using System.Net;
using System.Text;
using System.Text.Json;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Jobs;

/// <summary>The service for a job: tasks that take minutes, limits per minute, a quota, and the specified faults.</summary>
internal sealed class FakeCloud(EventClock clock) : HttpMessageHandler
{
    private readonly object _lock = new();
    private readonly Dictionary<string, (DateTimeOffset At, string[] Urls, int[] Rounds)> _tasks = [];
    private readonly Dictionary<string, int> _rounds = [];
    private readonly Queue<DateTimeOffset> _submissions = new();
    private readonly Queue<DateTimeOffset> _queries = new();
    private int _posts;
    private int _gets;

    /// <summary>URLs of the submissions that were accepted, in their order.</summary>
    public List<string> Accepted { get; } = [];

    /// <summary>When each was accepted.</summary>
    public List<DateTimeOffset> AcceptedAt { get; } = [];

    public int Posts => Volatile.Read(ref _posts);

    public int Gets => Volatile.Read(ref _gets);

    public int Throttled { get; private set; }

    public int ThrottledQueries { get; private set; }

    public TimeSpan LoadTime { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>The load time of a task by its number; null for <see cref="LoadTime"/>.</summary>
    public Func<int, TimeSpan>? LoadTimeOf { get; set; }

    /// <summary>When each URL of the submissions that were accepted is loaded.</summary>
    public Dictionary<string, DateTimeOffset> LoadedAt { get; } = [];

    public int SubmissionsPerMinute { get; set; } = int.MaxValue;

    public int QueriesPerMinute { get; set; } = int.MaxValue;

    public int Quota { get; set; } = int.MaxValue;

    /// <summary>An unusual answer to a submission, by its number and URLs; null for the usual one.</summary>
    public Func<int, string[], Answer?> OnSubmit { get; set; } = static (_, _) => null;

    /// <summary>How long the answer to an accepted submission takes, by its number.</summary>
    public Func<int, TimeSpan> OnAccepted { get; set; } = static _ => TimeSpan.Zero;

    /// <summary>An unusual answer to a query, by its number and task; null for the usual one.</summary>
    public Func<int, string, Answer?> OnQuery { get; set; } = static (_, _) => null;

    /// <summary>Changes the rows of an answer.</summary>
    public Func<string[], string[]> OnRows { get; set; } = static rows => rows;

    /// <summary>The status of a URL in each round in which it is submitted, from 1 on.</summary>
    public Func<string, int, string> EndOf { get; set; } = static (_, _) => "succeed";

    /// <summary>Forgets all tasks.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _tasks.Clear();
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        byte[] body = request.Content is { } content ? await content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false) : [];
        var sent = new Sent(request.Method.Method, request.RequestUri!, [], body, clock.GetUtcNow());
        Answer answer;
        lock (_lock)
        {
            answer = request.Method == HttpMethod.Post ? Submit(body) : Query(request.RequestUri!.Query.Split('=')[1]);
        }

        return await answer(sent, cancellationToken).ConfigureAwait(false);
    }

    private Answer Submit(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        string[] urls = [.. document.RootElement.GetProperty("urls").EnumerateArray().Select(url => url.GetString()!)];
        DateTimeOffset now = clock.GetUtcNow();
        if (!IsAllowed(_submissions, SubmissionsPerMinute))
        {
            Throttled++;
            return Answers.Throttled;
        }

        if (OnSubmit(++_posts, urls) is { } other)
        {
            return other;
        }

        if (Accepted.Count + urls.Length > Quota)
        {
            return Answers.Error(403, "VOD.10086", "The total number of preheat URLs exceeds the quota.");
        }

        Accepted.AddRange(urls);
        AcceptedAt.AddRange(urls.Select(_ => now));
        string taskId = $"task{_posts}";
        foreach (string url in urls)
        {
            LoadedAt[url] = now + LoadTimeOfTask(_posts);
        }

        _tasks.Add(taskId, (now, urls, [.. urls.Select(url => _rounds[url] = _rounds.GetValueOrDefault(url) + 1)]));
        Answer accepted = Answers.Body(202, $$"""{"task_id":"{{taskId}}"}""");
        TimeSpan delay = OnAccepted(_posts);
        return delay > TimeSpan.Zero ? Answers.After(delay, clock, accepted) : accepted;
    }

    private Answer Query(string taskId)
    {
        if (!IsAllowed(_queries, QueriesPerMinute))
        {
            ThrottledQueries++;
            return Answers.Throttled;
        }

        if (OnQuery(++_gets, taskId) is { } other)
        {
            return other;
        }

        if (!_tasks.TryGetValue(taskId, out (DateTimeOffset At, string[] Urls, int[] Rounds) task))
        {
            return Answers.Error(400, "VOD.10062", "The asset or resource does not exist.");
        }

        bool isOver = clock.GetUtcNow() - task.At >= LoadTimeOfTask(int.Parse(taskId.AsSpan(4), System.Globalization.CultureInfo.InvariantCulture));
        string[] rows = OnRows([.. task.Urls.Select((url, i) => $"{(isOver ? EndOf(url, task.Rounds[i]) : "processing")} {url}")]);
        var json = new StringBuilder("{\"preheating_results\":[");
        json.AppendJoin(',', rows.Select(row => JsonSerializer.Serialize(new { url = row.Split(' ')[1], status = row.Split(' ')[0] })));
        return Answers.Body((int)HttpStatusCode.OK, json.Append("]}").ToString());
    }

    private TimeSpan LoadTimeOfTask(int number) => LoadTimeOf?.Invoke(number) ?? LoadTime;

    /// <summary>Counts a request, if the limit of the last minute permits it.</summary>
    private bool IsAllowed(Queue<DateTimeOffset> lastMinute, int limit)
    {
        DateTimeOffset now = clock.GetUtcNow();
        while (lastMinute.TryPeek(out DateTimeOffset oldest) && now - oldest >= TimeSpan.FromMinutes(1))
        {
            lastMinute.Dequeue();
        }

        if (lastMinute.Count >= limit)
        {
            return false;
        }

        lastMinute.Enqueue(now);
        return true;
    }
}

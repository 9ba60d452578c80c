using VodPreheat.Client.Jobs;

namespace VodPreheat.UnitTests.Jobs;

/// <summary>When a request is sent: at once if it is full, or if nothing can fill it within an interval.</summary>
public sealed class SubmissionQueueTests
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    private readonly SubmissionQueue _queue = new(s_interval);

    [Theory]
    [InlineData(10, 15, 0)]
    [InlineData(11, 15, 0)]
    [InlineData(9, 15, 30)]
    [InlineData(9, 29, 30)]
    [InlineData(9, 30, 30)]
    [InlineData(9, 31, 0)]
    [InlineData(9, 45, 0)]
    [InlineData(9, null, 0)]
    public void A_request_that_is_not_full_waits_while_a_query_is_due_that_can_fill_it(int count, int? nextQuery, int due)
    {
        Assert.Null(_queue.DueAt(nextQuery: TimeSpan.Zero));
        for (int i = 0; i < count; i++)
        {
            _queue.Add(new JobUrl($"{i}"), TimeSpan.FromSeconds(i < 5 ? 5 : 20));
        }

        Assert.Equal(TimeSpan.FromSeconds(due), _queue.DueAt(nextQuery is { } at ? TimeSpan.FromSeconds(at) : null));
        Assert.Equal(Math.Min(10, count), _queue.Take().Length);
    }

    [Fact]
    public void Parts_of_a_divided_request_do_not_wait_and_are_not_filled()
    {
        JobUrl[] urls = [.. Enumerable.Range(0, 14).Select(i => new JobUrl($"{i}"))];
        Array.ForEach(urls, url => _queue.Add(url, TimeSpan.Zero));
        _queue.Divide(_queue.Take());
        Assert.Equal(TimeSpan.Zero, _queue.DueAt(TimeSpan.Zero));
        Assert.Equal(urls[..5], _queue.Take());
        _queue.Return(urls[..5]);
        Assert.Equal(urls[..5], _queue.Take());
        Assert.Equal(urls[5..10], _queue.Take());
        Assert.Equal(urls[10..], _queue.Take());
        Assert.True(_queue.IsEmpty);
    }

    [Fact]
    public void A_request_that_returns_is_first_and_can_be_filled()
    {
        JobUrl[] urls = [.. Enumerable.Range(0, 7).Select(i => new JobUrl($"{i}"))];
        Array.ForEach(urls[..4], url => _queue.Add(url, TimeSpan.Zero));
        JobUrl[] request = _queue.Take();
        Array.ForEach(urls[4..], url => _queue.Add(url, TimeSpan.Zero));
        _queue.Return(request);
        Assert.Equal(urls, _queue.Take());
    }

    [Fact]
    public void At_the_end_all_URLs_are_taken_once()
    {
        JobUrl[] urls = [.. Enumerable.Range(0, 34).Select(i => new JobUrl($"{i}"))];
        Array.ForEach(urls, url => _queue.Add(url, TimeSpan.Zero));
        _queue.Divide(_queue.Take());
        Assert.Equal(urls, _queue.TakeAll());
        Assert.True(_queue.IsEmpty);
        Assert.Empty(_queue.TakeAll());
    }

    [Fact]
    public void A_queue_with_nothing_but_parts_is_not_empty()
    {
        JobUrl[] urls = [.. Enumerable.Range(0, 2).Select(i => new JobUrl($"{i}"))];
        Array.ForEach(urls, url => _queue.Add(url, TimeSpan.Zero));
        _queue.Divide(_queue.Take());
        Assert.False(_queue.IsEmpty);
        Assert.Equal(TimeSpan.Zero, _queue.DueAt(nextQuery: TimeSpan.Zero));
        Assert.Equal([urls[..1], urls[1..]], new[] { _queue.Take(), _queue.Take() });
        Assert.True(_queue.IsEmpty);
    }
}

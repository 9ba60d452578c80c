using VodPreheat.Client;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Http;

/// <summary>A list of URLs, submitted to a service that limits submissions per minute, on a clock that only the test moves.</summary>
public sealed class MinuteLimitTests
{
    private const int Submissions = 100;

    private readonly ManualClock _clock = new();

    // Alone, the list takes 9 minutes and the time to learn the limit; with other clients, it takes longer.
    [Theory]
    [InlineData(Window.Sliding, 0, 0, false, 13)]
    [InlineData(Window.Sliding, 0, 0, true, 13)]
    [InlineData(Window.Fixed, 0, 0, false, 13)]
    [InlineData(Window.Fixed, 17, 0, false, 13)]
    [InlineData(Window.Fixed, 59, 0, false, 13)]
    [InlineData(Window.Fixed, 0, 0, true, 13)]
    [InlineData(Window.Fixed, 30, 0, true, 13)]
    [InlineData(Window.Fixed, 55, 0, true, 14)]
    [InlineData(Window.Sliding, 0, 5, false, 25)]
    [InlineData(Window.Sliding, 40, 5, true, 25)]
    [InlineData(Window.Fixed, 20, 5, false, 25)]
    [InlineData(Window.Fixed, 50, 5, true, 25)]
    public async Task A_thousand_URLs_are_submitted_at_ten_submissions_per_minute(Window window, int startSecond, int ofOthers, bool onePerSecond, int minutes)
    {
        _clock.Advance(TimeSpan.FromSeconds(startSecond));
        TimeSpan start = _clock.Now;
        var service = new Service(_clock, window, perMinute: 10);
        using var network = new FakeNetwork((sent, cancellation) =>
            (sent.Method == "GET" || service.Admits() ? Answers.Good : Answers.Throttled)(sent, cancellation));
        using VodClient client = TestClient.Create(network, _clock, perMinute: 100, submissionsPerMinute: 100);
        await client.QueryAsync();

        var second = new SemaphoreSlim(onePerSecond ? 0 : Submissions);
        int accepted = 0;
        var submitter = Task.Run(async () =>
        {
            for (; accepted < Submissions; accepted++)
            {
                await second.WaitAsync();
                await client.SubmitAsync();
            }
        });
        while (true)
        {
            // The submitter cannot continue: it waits for the rate limit, or for its next second.
            await TestClient.EventuallyAsync(() => submitter.IsCompleted || _clock.RunningTimers == 1
                || (onePerSecond && second.CurrentCount == 0 && service.Admitted == accepted));
            if (submitter.IsCompleted)
            {
                break;
            }

            Assert.InRange(_clock.Now - start, TimeSpan.Zero, TimeSpan.FromMinutes(minutes));
            _clock.Advance(TimeSpan.FromSeconds(1));
            if (ofOthers > 0 && (int)_clock.Now.TotalSeconds % (60 / ofOthers) == 0)
            {
                service.AdmitsOther();
            }

            // One query per second is answered without moving the clock.
            await client.QueryAsync().WaitAsync(TimeSpan.FromSeconds(15));
            if (onePerSecond && second.CurrentCount == 0)
            {
                second.Release();
            }
        }

        await submitter;
        Assert.Equal(Submissions, service.Admitted);
        int passed = (int)Math.Ceiling((_clock.Now - start).TotalMinutes);
        Assert.InRange(service.Refused.Count, 1, passed);

        // As fast as possible: no minute, from any second on, has two wasted requests.
        Assert.True(onePerSecond || ofOthers > 0 || service.Refused.Zip(service.Refused.Skip(1)).All(pair => pair.Second - pair.First >= TimeSpan.FromMinutes(1)));
    }

    public enum Window
    {
        Sliding,
        Fixed,
    }

    /// <summary>Counts per minute: the last 60 seconds, or the minute of the clock. Refused calls do not count.</summary>
    private sealed class Service(ManualClock clock, Window window, int perMinute)
    {
        private readonly Queue<TimeSpan> _counted = new();

        public int Admitted { get; private set; }

        public List<TimeSpan> Refused { get; } = [];

        public bool Admits()
        {
            lock (_counted)
            {
                if (Counts())
                {
                    Admitted++;
                    return true;
                }

                Refused.Add(clock.Now);
                return false;
            }
        }

        public void AdmitsOther()
        {
            lock (_counted)
            {
                Counts();
            }
        }

        private bool Counts()
        {
            TimeSpan now = clock.Now;
            while (_counted.TryPeek(out TimeSpan oldest) && (window == Window.Sliding
                ? now - oldest >= TimeSpan.FromMinutes(1)
                : Math.Floor(oldest.TotalMinutes) < Math.Floor(now.TotalMinutes)))
            {
                _counted.Dequeue();
            }

            if (_counted.Count >= perMinute)
            {
                return false;
            }

            _counted.Enqueue(now);
            return true;
        }
    }
}

using VodPreheat.Client;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Http;

/// <summary>A whole list of URLs against a service that counts submissions by the minute, on a clock that only the test moves.</summary>
public sealed class MinuteLimitTests
{
    private const int Submissions = 100;

    private readonly ManualClock _clock = new();

    // Alone the list takes 9 minutes and the time that finding the limit costs; in company the others' share more.
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
            // The submitter has gone as far as it can: it waits for the pace, or for its next second.
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

            // A query a second is answered without the clock moving.
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

        // As fast as it can, no minute has two wasted ones, however it is cut.
        Assert.True(onePerSecond || ofOthers > 0 || service.Refused.Zip(service.Refused.Skip(1)).All(pair => pair.Second - pair.First >= TimeSpan.FromMinutes(1)));
    }

    public enum Window
    {
        Sliding,
        Fixed,
    }

    /// <summary>Counts by the minute: the last one, or that of the clock. What it refuses does not count.</summary>
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

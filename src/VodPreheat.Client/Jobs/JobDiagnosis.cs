using VodPreheat.Client.Edge;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Preheating;

namespace VodPreheat.Client.Jobs;

/// <summary>
/// The outcomes of a job, of which those of failed URLs have what a test of the URL at the CDN found. A URL is tested when it has
/// failed for good, while the job goes on; none is tested after the timeout of the job.
/// </summary>
/// <param name="job">The job.</param>
/// <param name="test">Tests a URL.</param>
public sealed class JobDiagnosis(PreheatJob job, Func<string, Task<EdgeTestResult>> test)
{
    private const int MaxTests = 8;

    private readonly Queue<UrlOutcome> _failed = new();
    private readonly List<Task<UrlOutcome>> _tests = [];
    private Task<UrlOutcome?>? _next;
    private bool _hasEnded;

    /// <summary>The outcome of the next URL, in the order in which they are known; null after the last.</summary>
    /// <exception cref="OperationCanceledException">The invocation was stopped.</exception>
    public async Task<UrlOutcome?> NextAsync()
    {
        while (true)
        {
            _next ??= _hasEnded ? null : job.NextAsync();
            if (_next is { IsCompleted: true } next)
            {
                _next = null;
                UrlOutcome? outcome = await next.ConfigureAwait(false);
                if (outcome is not null && !PreheatStatus.IsFailed(outcome.Status))
                {
                    return outcome;
                }

                if (outcome is null)
                {
                    _hasEnded = true;
                }
                else
                {
                    _failed.Enqueue(outcome);
                }

                continue;
            }

            if (_tests.Find(static test => test.IsCompleted) is { } tested)
            {
                _tests.Remove(tested);
                return await tested.ConfigureAwait(false);
            }

            if (job.IsTimeUp && _failed.TryDequeue(out UrlOutcome? untested))
            {
                return untested;
            }

            while (_tests.Count < MaxTests && _failed.TryDequeue(out UrlOutcome? failed))
            {
                Task<UrlOutcome> started = TestAsync(failed);
                BackgroundWork.IgnoreFailure(started);
                _tests.Add(started);
            }

            if (_next is null && _tests.Count == 0)
            {
                return null;
            }

            await Task.WhenAny(_next is null ? [.. _tests] : [.. _tests, _next]).ConfigureAwait(false);
        }
    }

    private async Task<UrlOutcome> TestAsync(UrlOutcome outcome)
    {
        EdgeTestResult result = await test(outcome.Url).ConfigureAwait(false);
        return outcome with
        {
            Finding = result.Finding.ToString(),
            Detail = outcome.Detail is { } known ? $"{known} {result.Hint}" : result.Hint,
        };
    }
}

using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Jobs;

/// <summary>
/// When a job submits again during an outage: after an interval, then after twice the time for each failure in a row, and not before the
/// service asks for it.
/// </summary>
/// <param name="interval">The first pause.</param>
/// <param name="timeout">When the job times out, in time since its start.</param>
internal sealed class SubmissionPause(TimeSpan interval, TimeSpan timeout)
{
    // During an outage, one submission is tried in this time at least, unless the interval is longer.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private int _inARow;

    /// <summary>When it ends, in time since the start of the job.</summary>
    public TimeSpan EndsAt { get; private set; }

    /// <summary>Starts a pause if a submission failed for a reason that is likely to pass.</summary>
    /// <param name="failure">The failure of the submission; null if there was none.</param>
    /// <param name="now">The time since the start of the job.</param>
    public void After(VodClientException? failure, TimeSpan now)
    {
        if (failure is not { PausesSubmissions: true })
        {
            _inARow = 0;
            return;
        }

        TimeSpan longest = interval > s_longest ? interval : s_longest;
        TimeSpan pause = interval * Math.Pow(2, Math.Min(_inARow++, 10));
        pause = pause < longest ? pause : longest;

        // The last try is not left out because the pause before it would be longer than the time that is left.
        TimeSpan last = timeout - now - interval;
        pause = pause > last && last > TimeSpan.Zero ? last : pause;
        EndsAt = now + (failure.RetryAfter > pause ? failure.RetryAfter.Value : pause);
    }
}

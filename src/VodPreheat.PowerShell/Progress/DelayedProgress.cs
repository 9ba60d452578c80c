using System.Management.Automation;

namespace VodPreheat.Progress;

/// <summary>A progress bar that does not disturb: not before two seconds, at most twice a second, removed at the end.</summary>
internal sealed class DelayedProgress(Cmdlet cmdlet, string activity)
{
    /// <summary>The percentage where nobody knows how much is to come.</summary>
    public const int Unknown = -1;

    private static readonly TimeSpan s_delay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    private TimeSpan _wait = s_delay;
    private long _since = TimeProvider.System.GetTimestamp();
    private bool _isShown;

    /// <summary>Shows the state, if it is time to.</summary>
    /// <param name="state">The state in words, and how much is done, 0 to 100 or <see cref="Unknown"/>.</param>
    public void Show(Func<(string Status, int Percent)> state)
    {
        if (TimeProvider.System.GetElapsedTime(_since) < _wait)
        {
            return;
        }

        _since = TimeProvider.System.GetTimestamp();
        _wait = s_pause;
        _isShown = true;
        (string status, int percent) = state();
        cmdlet.WriteProgress(new ProgressRecord(0, activity, status) { PercentComplete = percent });
    }

    /// <summary>Removes the bar.</summary>
    public void Complete()
    {
        if (_isShown)
        {
            _isShown = false;
            cmdlet.WriteProgress(new ProgressRecord(0, activity, "done") { RecordType = ProgressRecordType.Completed });
        }
    }
}

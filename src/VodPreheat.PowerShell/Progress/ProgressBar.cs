using System.Diagnostics;
using System.Management.Automation;

namespace VodPreheat.Progress;

/// <summary>A progress bar: not before two seconds, at most twice a second, always completed.</summary>
internal sealed class ProgressBar(Cmdlet cmdlet, string activity) : IDisposable
{
    private static readonly TimeSpan s_delay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    private readonly long _start = Stopwatch.GetTimestamp();
    private TimeSpan _next = s_delay;
    private bool _isShown;

    /// <summary>Shows how far the work has come, if it is time to.</summary>
    /// <param name="read">Reads the text and the part that is done, in percent.</param>
    public void Show(Func<(string Status, int Percent)> read)
    {
        TimeSpan now = Stopwatch.GetElapsedTime(_start);
        if (now < _next)
        {
            return;
        }

        _next = now + s_pause;
        _isShown = true;
        (string status, int percent) = read();
        cmdlet.WriteProgress(new ProgressRecord(0, activity, status) { PercentComplete = percent });
    }

    /// <summary>Removes the bar; also when a downstream command wants no more, or an error ends the work.</summary>
    public void Dispose()
    {
        if (_isShown)
        {
            _isShown = false;
            cmdlet.WriteProgress(new ProgressRecord(0, activity, "done") { RecordType = ProgressRecordType.Completed });
        }
    }
}

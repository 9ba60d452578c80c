using System.Management.Automation;
using VodPreheat.Client.Display;

namespace VodPreheat.Progress;

/// <summary>The progress bar of a command that waits for one answer: for how long.</summary>
internal sealed class AnswerProgressBar(Cmdlet cmdlet, string activity, TimeProvider clock) : DelayedProgressBar(cmdlet, activity, clock)
{
    private readonly TimeProvider _clock = clock;
    private readonly long _start = clock.GetTimestamp();

    /// <inheritdoc/>
    protected override (string Status, int Percent) Read() =>
        ($"no answer for {Quantity.Of((int)_clock.GetElapsedTime(_start).TotalSeconds, "second")}", UnknownPercent);
}

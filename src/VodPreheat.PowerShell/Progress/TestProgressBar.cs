using System.Management.Automation;
using VodPreheat.Client.Display;

namespace VodPreheat.Progress;

/// <summary>The progress bar of Test-VodPreheatUrl.</summary>
internal sealed class TestProgressBar(Cmdlet cmdlet, TimeProvider clock) : DelayedProgressBar(cmdlet, "Testing URLs", clock)
{
    /// <summary>How many URLs have been tested.</summary>
    public int Tested { get; set; }

    /// <inheritdoc/>
    protected override (string Status, int Percent) Read() => ($"{Quantity.Of(Tested, "URL")} tested", UnknownPercent);
}

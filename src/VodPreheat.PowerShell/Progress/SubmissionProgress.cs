using System.Globalization;
using System.Management.Automation;
using VodPreheat.Client.Errors;

namespace VodPreheat.Progress;

/// <summary>The progress bar of Start-VodPreheat: what was submitted so far, and why it goes on slowly.</summary>
internal sealed class SubmissionProgress(Cmdlet cmdlet)
{
    private readonly DelayedProgress _bar = new(cmdlet, "Submitting for pre-loading");
    private int _items;
    private int _tasks;

    /// <summary>Counts an accepted request.</summary>
    /// <param name="items">How many URLs or assets it had.</param>
    public void Add(int items)
    {
        _items += items;
        _tasks++;
    }

    /// <summary>Shows the state, if it is time to.</summary>
    /// <param name="held">For how long the service's throttling holds submissions back; none if it does not.</param>
    /// <param name="end">The failure after which nothing more is sent; null while there is none.</param>
    public void Show(TimeSpan held, VodClientException? end) => _bar.Show(() => (
        string.Create(CultureInfo.InvariantCulture, $"{_items} submitted in {_tasks} tasks{Note(held, end)}"), DelayedProgress.Unknown));

    /// <summary>Removes the bar.</summary>
    public void Complete() => _bar.Complete();

    private static string Note(TimeSpan held, VodClientException? end) =>
        end is not null ? $"; {end.ErrorCode}: nothing more is submitted, the rest of the input is read"
        : held > TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $"; throttled by the service: waiting {Math.Ceiling(held.TotalSeconds):0} s")
        : string.Empty;
}

using System.Management.Automation;
using VodPreheat.Client.Errors;
using VodPreheat.Formatting;

namespace VodPreheat.Progress;

/// <summary>The progress bar of Start-VodPreheat: what was submitted so far, and why it goes on slowly.</summary>
internal sealed class SubmissionProgress(Cmdlet cmdlet)
{
    private readonly DelayedProgress _bar = new(cmdlet, "Submitting for pre-loading");
    private int _submitted;

    /// <summary>Counts what was accepted.</summary>
    public void Add(int items) => _submitted += items;

    /// <summary>Shows the state, if it is time to.</summary>
    /// <param name="noun">What is submitted.</param>
    /// <param name="held">For how long the service's throttling holds submissions back; none if it does not.</param>
    /// <param name="end">The failure after which nothing more is sent; null while there is none.</param>
    public void Show(string noun, TimeSpan held, VodClientException? end) => _bar.Show(() =>
        ($"{Quantity.Of(_submitted, noun)} submitted{Note(held, end)}", DelayedProgress.Unknown));

    /// <summary>Removes the bar.</summary>
    public void Complete() => _bar.Complete();

    private static string Note(TimeSpan held, VodClientException? end) =>
        end is not null ? $"; nothing more is submitted ({end.ErrorCode}), the rest of the input is read"
        : held > TimeSpan.Zero ? $"; throttled by the service, waiting {Quantity.Of((int)Math.Ceiling(held.TotalSeconds), "second")}"
        : string.Empty;
}

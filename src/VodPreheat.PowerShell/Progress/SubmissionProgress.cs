using System.Management.Automation;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
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
    /// <param name="limit">What holds submissions back.</param>
    /// <param name="end">The failure after which nothing more is sent; null while there is none.</param>
    public void Show(string noun, RateLimitStatus limit, VodClientException? end) => _bar.Show(() =>
        ($"{Quantity.Of(_submitted, noun)} submitted{Note(limit, end)}", DelayedProgress.Unknown));

    /// <summary>Removes the bar.</summary>
    public void Complete() => _bar.Complete();

    private static string Note(RateLimitStatus limit, VodClientException? end) =>
        end is not null ? $"; nothing more is submitted ({end.ErrorCode}), the rest of the input is read"
        : RateLimitNote.Of(limit);
}

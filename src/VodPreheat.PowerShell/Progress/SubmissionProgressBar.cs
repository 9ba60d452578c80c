using System.Management.Automation;
using VodPreheat.Client;
using VodPreheat.Client.Errors;
using VodPreheat.Formatting;

namespace VodPreheat.Progress;

/// <summary>The progress bar of Start-VodPreheat: what has been submitted, and what delays the rest.</summary>
/// <param name="cmdlet">The cmdlet.</param>
/// <param name="noun">What is submitted, such as "URL".</param>
/// <param name="end">The failure after which nothing more is submitted; null while there is none.</param>
/// <param name="client">The connection.</param>
internal sealed class SubmissionProgressBar(Cmdlet cmdlet, Func<string> noun, Func<VodClientException?> end, VodClient client)
    : DelayedProgressBar(cmdlet, ActivityOf("Submitting for pre-loading", client), client.Clock)
{
    /// <summary>How many items were accepted.</summary>
    public int Submitted { get; set; }

    /// <inheritdoc/>
    protected override (string Status, int Percent) Read()
    {
        string note = end() is { } failure
            ? $"; nothing more is submitted ({failure.ErrorCode}), reading the rest of the input"
            : NoteOf(client.SubmissionLimit);
        return ($"{Quantity.Of(Submitted, noun())} submitted{note}", UnknownPercent);
    }
}

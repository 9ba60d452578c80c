using System.Management.Automation;
using VodPreheat.Client;
using VodPreheat.Client.Display;
using VodPreheat.Client.Jobs;

namespace VodPreheat.Progress;

/// <summary>The progress bar of Start-VodPreheat: what has been submitted, and what delays the rest.</summary>
internal sealed class SubmissionProgressBar(Cmdlet cmdlet, SubmissionInput input, Submitter submitter, VodClient client)
    : DelayedProgressBar(cmdlet, ActivityOf("Submitting for pre-loading", client), client.Clock)
{
    /// <inheritdoc/>
    protected override (string Status, int Percent) Read()
    {
        string note = submitter.End is { } failure
            ? $"; nothing more is submitted ({failure.ErrorCode}), reading the rest of the input"
            : NoteOf(client.SubmissionLimit);
        return ($"{Quantity.Of(input.Submitted, input.Noun)} submitted{note}", UnknownPercent);
    }
}

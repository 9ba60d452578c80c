using System.Management.Automation;
using VodPreheat.Client;
using VodPreheat.Client.Display;

namespace VodPreheat.Progress;

/// <summary>The progress bar of Get-VodPreheatResult: how many tasks have been queried, and what delays the others.</summary>
internal sealed class QueryProgressBar(Cmdlet cmdlet, VodClient client) : DelayedProgressBar(cmdlet, ActivityOf("Querying tasks", client), client.Clock)
{
    /// <summary>How many tasks have been queried.</summary>
    public int Queried { get; set; }

    /// <inheritdoc/>
    protected override (string Status, int Percent) Read() =>
        ($"{Quantity.Of(Queried, "task")} queried{NoteOf(client.QueryLimit)}", UnknownPercent);
}

using System.Globalization;
using VodPreheat.Client.Display;
using VodPreheat.Client.Preheating;

namespace VodPreheat.Client.Jobs;

/// <summary>How a job ended, in one line.</summary>
/// <param name="client">The connection.</param>
/// <param name="clock">The clock for the duration, which begins now.</param>
public sealed class JobSummary(VodClient client, TimeProvider clock)
{
    // In the order in which they are reported.
    private static readonly (string Status, string Words)[] s_words =
    [
        (PreheatStatus.Succeed, "loaded"),
        (PreheatStatus.Failed, "failed"),
        (OutcomeStatus.Rejected, "rejected"),
        (OutcomeStatus.NotSubmitted, "not submitted"),
        (PreheatStatus.Processing, "not finished"),
        (OutcomeStatus.Unknown, "unknown"),
    ];

    private readonly long _start = clock.GetTimestamp();
    private readonly int[] _counts = new int[s_words.Length];

    /// <summary>The number of URLs that are not loaded.</summary>
    public int NotLoaded => Total - _counts[0];

    /// <summary>What is not loaded, as a sentence; null if every URL is.</summary>
    public string? Warning => NotLoaded == 0
        ? null
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{NotLoaded} of {Quantity.Of(Total, "URL")} {(NotLoaded == 1 ? "was" : "were")} not loaded: {Counts(from: 1)}.");

    private int Total => _counts.Sum();

    /// <summary>Counts an outcome.</summary>
    /// <param name="status">The status of the URL. One that is unknown here is that of a URL that has not finished.</param>
    public void Add(string status)
    {
        int index = Array.FindIndex(s_words, word => word.Status.Equals(status, StringComparison.OrdinalIgnoreCase));
        _counts[index < 0 ? Array.FindIndex(s_words, static word => word.Status == PreheatStatus.Processing) : index]++;
    }

    /// <summary>All counts, the duration, and the account.</summary>
    public override string ToString() => DisplayText.Clean(string.Create(
        CultureInfo.InvariantCulture,
        $"{Quantity.Of(Total, "URL")} in {clock.GetElapsedTime(_start):h\\:mm\\:ss}: {Counts(from: 0)}; {client.DisplayName}, {client.AccountName ?? client.AuthenticationType.ToString()}"));

    // What there is none of is left out.
    private string Counts(int from) => string.Join(
        ", ",
        s_words.Select((word, index) => (word.Words, Count: _counts[index], Index: index))
            .Where(part => part.Index >= from && part.Count > 0)
            .Select(static part => string.Create(CultureInfo.InvariantCulture, $"{part.Count} {part.Words}")));
}

namespace VodPreheat.Client.Jobs;

/// <summary>How a <see cref="PreheatJob"/> works.</summary>
public sealed record PreheatJobSettings
{
    /// <summary>
    /// URLs that were submitted to the same project at or after this time, according to the journal, are not submitted again
    /// unless they failed. Null submits every URL.
    /// </summary>
    public DateTimeOffset? ResumeSince { get; init; }

    /// <summary>How often a URL that failed is submitted again, 0 or more. 0.</summary>
    public int MaximumResubmit { get; init; }

    /// <summary>Time for the whole job. 1 h.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Time from a task's answer to its next query, and from a passing failure to the next submission. 10 s.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(10);
}

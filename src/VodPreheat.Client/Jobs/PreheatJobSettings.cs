namespace VodPreheat.Client.Jobs;

/// <summary>Settings of a <see cref="PreheatJob"/>.</summary>
public sealed record PreheatJobSettings
{
    /// <summary>The tasks of earlier runs, whose URLs are submitted again only if they failed. Null submits every URL.</summary>
    public Resumption? Resumption { get; init; }

    /// <summary>Maximum number of times that a failed URL is submitted again, 0 or more. 0.</summary>
    public int MaximumResubmit { get; init; }

    /// <summary>Timeout of the whole job. 1 h.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Interval between queries of a task, and from a temporary failure to the next submission. 10 s.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(10);
}

namespace VodPreheat.Client.Jobs;

/// <summary>The progress of a job, in URLs.</summary>
/// <param name="Urls">All URLs of the job.</param>
/// <param name="Submitted">URLs that are, or were, in a task.</param>
/// <param name="Loaded">URLs that are loaded.</param>
/// <param name="Failed">URLs that ended in any other way.</param>
public readonly record struct JobProgress(int Urls, int Submitted, int Loaded, int Failed)
{
    /// <summary>URLs without an outcome.</summary>
    public int Open => Urls - Loaded - Failed;
}

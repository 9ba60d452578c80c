namespace VodPreheat;

/// <summary>Wait-VodPreheat timed out: a task, or with -ErrorAction Stop all open tasks, had not finished.</summary>
public sealed class VodWaitTimeoutException : VodException
{
    /// <summary>Makes an exception with all its properties.</summary>
    public VodWaitTimeoutException(string message, string errorCode, string hint, PreheatingResult[] lastResults)
        : base(message, errorCode, statusCode: null, requestId: null, hint, innerException: null) => LastResults = lastResults;

    /// <summary>The last results of each task, one object per URL; empty if there were none yet.</summary>
    public PreheatingResult[] LastResults { get; }
}

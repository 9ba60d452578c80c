namespace VodPreheat;

/// <summary>A task, or with -ErrorAction Stop all of them, was still open when the time of Wait-VodPreheat was up.</summary>
public sealed class VodWaitTimeoutException : VodException
{
    /// <summary>Makes an exception with all its facts.</summary>
    public VodWaitTimeoutException(string message, string errorCode, string hint, PreheatingResult[] lastResults)
        : base(message, errorCode, statusCode: null, requestId: null, hint, innerException: null) => LastResults = lastResults;

    /// <summary>What the last query of each task said, one object per URL; empty if there were no rows yet.</summary>
    public PreheatingResult[] LastResults { get; }
}

using System.Management.Automation;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Json;
using VodPreheat.Formatting;

namespace VodPreheat.Errors;

/// <summary>Makes every ErrorRecord of the module. The only place that does.</summary>
internal static class ErrorRecords
{
    private const string OutcomeUnknown =
        "It is not known whether the service accepted this request; it was not sent again, because each one costs quota. " +
        "The error's TargetObject has what was in it, to submit again if need be.";

    /// <summary>A failure of the client.</summary>
    /// <param name="failure">What failed.</param>
    /// <param name="target">The task id or URLs concerned.</param>
    /// <param name="subject">The same for the message, such as "Task 5199..."; null when the failure concerns no single input.</param>
    public static ErrorRecord From(VodClientException failure, object? target, string? subject) => Make(
        Exception(failure, Message(failure, subject), failure.Hint),
        CategoryOf(failure.Kind),
        target);

    /// <summary>An empty or blank task id.</summary>
    public static ErrorRecord InvalidTaskId(string? taskId) => Make(
        Exception(
            ErrorIds.InvalidTaskId,
            "A task id is empty or blank.",
            "Give the task ids that Start-VodPreheat wrote; the API lists none, so a lost id cannot be found again."),
        ErrorCategory.InvalidArgument,
        taskId);

    /// <summary>An empty or blank asset id.</summary>
    public static ErrorRecord InvalidAssetId(string? assetId) => Make(
        Exception(ErrorIds.InvalidAssetId, "An asset id is empty or blank.", "Give the ids of published assets."),
        ErrorCategory.InvalidArgument,
        assetId);

    /// <summary>Not a URL that can be pre-loaded.</summary>
    public static ErrorRecord InvalidUrl(string? url) => Make(
        Exception(
            ErrorIds.InvalidUrl,
            string.IsNullOrWhiteSpace(url) ? "A URL is missing, empty or blank." : $"'{url}' is not an absolute http or https URL.",
            "Give the playback URLs of published assets, whole, from http:// or https:// on; assets go by -AssetId."),
        ErrorCategory.InvalidArgument,
        url);

    /// <summary>A submission that failed; says so if it may have taken effect all the same.</summary>
    /// <param name="failure">What failed.</param>
    /// <param name="target">The URLs or asset id of the request.</param>
    /// <param name="subject">The same for the message.</param>
    public static ErrorRecord FromSubmission(VodClientException failure, object target, string subject)
    {
        if (!failure.OutcomeUnknown)
        {
            return From(failure, target, subject);
        }

        return Make(
            Exception(failure, $"{Message(failure, subject)} {OutcomeUnknown}", OutcomeUnknown, outcomeUnknown: true),
            CategoryOf(failure.Kind),
            target);
    }

    /// <summary>A failure after which nothing more was submitted.</summary>
    /// <param name="failure">What failed.</param>
    /// <param name="unsent">Every URL and asset id that was not submitted.</param>
    /// <param name="accepted">
    /// The task ids that were written before. They are told again: the error ends the pipeline, and a Wait-VodPreheat that had
    /// taken them in ends with it.
    /// </param>
    public static ErrorRecord FromEndedSubmission(VodClientException failure, string[] unsent, IReadOnlyCollection<string> accepted)
    {
        string before = accepted.Count == 0 ? string.Empty : $" Accepted before, as {accepted.Count} tasks: {string.Join(", ", accepted)}.";
        string unknown = failure.OutcomeUnknown ? " It is not known whether the service accepted the first request of them." : string.Empty;
        return Make(
            Exception(failure, Message(failure, $"{unsent.Length} URLs or assets were not submitted (see TargetObject)") + unknown + before, failure.Hint, failure.OutcomeUnknown),
            CategoryOf(failure.Kind),
            unsent);
    }

    /// <summary>A task that was still open when the time was up.</summary>
    public static ErrorRecord WaitTimeout(string taskId, int timeoutSec, PreheatingResult[] lastResults)
    {
        int open = lastResults.Count(static result => !PreheatStatus.IsFinal(result.Status));
        string state = lastResults.Length == 0 ? "it has no rows yet" : $"{open} of its {lastResults.Length} URLs are not final";
        const string Hint = "Wait again with Wait-VodPreheat -TaskId and a longer -TimeoutSec; pre-loading takes 3 to 5 minutes as a rule.";
        return Make(
            new VodWaitTimeoutException(
                $"Task {taskId} was still open after {timeoutSec} s: {state} ({ErrorIds.WaitTimeout}). {Hint}", ErrorIds.WaitTimeout, Hint, lastResults),
            ErrorCategory.OperationTimeout,
            taskId);
    }

    /// <summary>A job whose time was up.</summary>
    public static ErrorRecord JobTimeout(string[] open, int timeoutSec) => Make(
        Exception(
            ErrorIds.WaitTimeout,
            $"The time of {timeoutSec} s was up with {Quantity.Of(open.Length, "URL")} open.",
            "Run the same command again with -ResumeSince; what was accepted is not submitted again."),
        ErrorCategory.OperationTimeout,
        open);

    /// <summary>No connection was made in this process.</summary>
    public static ErrorRecord NotConnected() => Make(
        Exception(ErrorIds.NotConnected, "There is no connection.", "Run Connect-VodAccount first, or give -Connection."),
        CategoryOf(FailureKind.NotConnected),
        target: null);

    /// <summary>A connection that came through serialization, into a job or from a remote session.</summary>
    public static ErrorRecord ConnectionNotLive(VodConnection connection) => Make(
        Exception(
            ErrorIds.ConnectionNotLive,
            "The connection is a copy without its credentials: connections do not travel between processes.",
            "Run Connect-VodAccount inside the job or remote session; ForEach-Object -Parallel and Start-ThreadJob share the live one."),
        CategoryOf(FailureKind.ConnectionNotLive),
        connection);

    /// <summary>Whether nothing further can work after such a failure.</summary>
    public static bool IsTerminating(VodClientException failure) => failure.Kind is FailureKind.Authentication
        or FailureKind.QuotaExceeded or FailureKind.NotConnected or FailureKind.ConnectionNotLive or FailureKind.ProjectNotFound or FailureKind.ProjectMismatch
        or FailureKind.InvalidSetting or FailureKind.InsecureEndpoint or FailureKind.JournalUnavailable;

    private static string Message(VodClientException failure, string? subject) =>
        subject is null ? failure.Message : $"{subject}: {failure.Message}";

    private static VodException Exception(VodClientException failure, string message, string hint, bool outcomeUnknown = false) =>
        new(message, failure.ErrorCode, (int?)failure.StatusCode, failure.RequestId, hint, failure.InnerException) { OutcomeUnknown = outcomeUnknown };

    private static VodException Exception(string errorId, string what, string hint) =>
        new($"{what.TrimEnd('.')} ({errorId}). {hint}", errorId, statusCode: null, requestId: null, hint, innerException: null);

    private static ErrorRecord Make(VodException exception, ErrorCategory category, object? target) =>
        new(exception, exception.ErrorCode, category, target)
        {
            ErrorDetails = new ErrorDetails(exception.Message) { RecommendedAction = exception.Hint },
        };

    private static ErrorCategory CategoryOf(FailureKind kind) => kind switch
    {
        FailureKind.Authentication => ErrorCategory.AuthenticationError,
        FailureKind.PermissionDenied => ErrorCategory.PermissionDenied,
        FailureKind.InvalidArgument or FailureKind.ProjectMismatch or FailureKind.InvalidSetting or FailureKind.ConnectionNotLive => ErrorCategory.InvalidArgument,
        FailureKind.NotFound or FailureKind.ProjectNotFound => ErrorCategory.ObjectNotFound,
        FailureKind.InvalidOperation => ErrorCategory.InvalidOperation,
        FailureKind.QuotaExceeded => ErrorCategory.QuotaExceeded,
        FailureKind.Throttled => ErrorCategory.LimitsExceeded,
        FailureKind.Unavailable => ErrorCategory.ResourceUnavailable,
        FailureKind.NotConnected or FailureKind.ConnectionFailed or FailureKind.ProxyRefused => ErrorCategory.ConnectionError,
        FailureKind.InsecureEndpoint => ErrorCategory.SecurityError,
        FailureKind.Timeout => ErrorCategory.OperationTimeout,
        FailureKind.UnexpectedResponse => ErrorCategory.InvalidData,
        FailureKind.JournalUnavailable => ErrorCategory.WriteError,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}

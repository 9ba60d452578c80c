using System.Globalization;
using System.Management.Automation;
using VodPreheat.Client.Display;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Jobs;
using VodPreheat.Client.Preheating;

namespace VodPreheat.Errors;

/// <summary>Makes the ErrorRecords of the module.</summary>
internal static class ErrorRecords
{
    private const string OutcomeUnknown =
        "It is not known whether the service accepted this request. It was not sent again, because each submission costs quota. " +
        "TargetObject contains the submitted items; check before you submit them again.";

    private const string Abandoned =
        "It is not known whether the service accepted this request. Get-VodPreheatTask shows it once the answer has arrived. " +
        "TargetObject contains the submitted items; check before you submit them again.";

    /// <summary>A failure of the client.</summary>
    /// <param name="failure">What failed.</param>
    /// <param name="target">The task ID or URLs concerned.</param>
    /// <param name="subject">The same for the message, such as "Task 5199..."; null if the failure concerns no single input.</param>
    public static ErrorRecord From(VodClientException failure, object? target, string? subject) => Make(
        Exception(failure, subject, HintOf(failure)),
        CategoryOf(failure.Kind),
        target);

    /// <summary>A failure to connect, after which a connection that was made before is still the default: its results could be taken for those of the new one.</summary>
    public static ErrorRecord FromConnect(VodClientException failure, VodConnection? stillDefault) =>
        Make(Exception(failure, subject: null, $"{HintOf(failure)}{StillDefault(stillDefault)}"), CategoryOf(failure.Kind), target: null);

    /// <summary>Parameters that have no meaning for a sandbox.</summary>
    public static ErrorRecord NotForSandbox(string[] parameters, VodConnection? stillDefault) => Make(
        Exception(
            ErrorIds.InvalidInput,
            $"{string.Join(", ", parameters.Select(static name => $"-{name}"))}: no meaning for a sandbox, which is inside this process.",
            $"Remove {(parameters.Length == 1 ? "it" : "them")}, or connect to the cloud without -Sandbox.{StillDefault(stillDefault)}"),
        ErrorCategory.InvalidArgument,
        parameters);

    /// <summary>An invalid item of the parameter with this name.</summary>
    /// <param name="parameter">Url, AssetId, or TaskId.</param>
    /// <param name="given">The text, or an object whose property is empty.</param>
    public static ErrorRecord Invalid(string parameter, object? given) => parameter switch
    {
        "Url" => InvalidItem(
            ErrorIds.InvalidUrl, given, "URL", PreheatUrl.FaultOf, "A URL is missing, empty, or blank.", PreheatUrl.FaultOf(string.Empty)!.Hint),
        "AssetId" => InvalidItem(
            ErrorIds.InvalidAssetId, given, "asset ID", InputText.FaultOf, "An asset ID is empty or blank.", "Specify the IDs of published assets."),
        _ => InvalidItem(
            ErrorIds.InvalidTaskId, given, "task ID", InputText.FaultOf,
            "A task ID is empty or blank, or was not specified.",
            "Specify task IDs that Start-VodPreheat or Get-VodPreheatTask wrote. A submission that failed, or whose outcome is unknown, has none."),
    };

    /// <summary>An asset where only URLs are possible.</summary>
    public static ErrorRecord AssetInput(object input, string[] assetIds) => Make(
        Exception(
            ErrorIds.InvalidInput,
            $"The input is asset {DisplayText.Clean(string.Join(", ", assetIds), DisplayText.MaxLength)} and has no URL.",
            "Submit assets with Start-VodPreheat, and wait for their tasks with Wait-VodPreheat."),
        ErrorCategory.InvalidArgument,
        input);

    /// <summary>An object without the property that a parameter takes; not written again for others with the same properties.</summary>
    /// <param name="input">The object.</param>
    /// <param name="property">The property.</param>
    /// <param name="description">What the object is, and what it has.</param>
    /// <param name="hint">What to do with such objects.</param>
    public static ErrorRecord InvalidInput(object input, string property, string description, string hint) => Make(
        Exception(
            ErrorIds.InvalidInput,
            $"An input object has no property {property}: it is {description}. Others like it are not reported.",
            hint),
        ErrorCategory.InvalidArgument,
        input);

    /// <summary>The name of a property of the input objects instead of a script block.</summary>
    public static ErrorRecord PropertyName(string name) => Make(
        Exception(
            ErrorIds.InvalidInput,
            $"'{DisplayText.Clean(name, DisplayText.MaxLength)}' is not a URL, but the name of a property of the input objects.",
            "Specify it in a script block, as in -Url { $_.PlayUrl }."),
        ErrorCategory.InvalidArgument,
        name);

    /// <summary>A submission that failed; the error says if it may have been accepted.</summary>
    public static ErrorRecord FromSubmission(VodClientException failure, SubmissionRequest request) => Make(
        Exception(failure, request.What, failure.OutcomeUnknown ? OutcomeUnknown : HintOf(failure), failure.OutcomeUnknown),
        CategoryOf(failure.Kind),
        request.Items.ToArray());

    /// <summary>What was not submitted.</summary>
    /// <param name="failure">The failure after which nothing more was submitted; null if the command was stopped, or an error of another one ended it.</param>
    /// <param name="unsent">All URLs or asset IDs that were not submitted.</param>
    /// <param name="noun">What one of them is called.</param>
    public static ErrorRecord NotSubmitted(VodClientException? failure, string[] unsent, string noun)
    {
        string what = $"{Quantity.Of(unsent.Length, noun)} {(unsent.Length == 1 ? "was" : "were")} not submitted";
        return failure is null
            ? Make(
                Exception(ErrorIds.SubmissionStopped, $"{what}, because the command ended early (see TargetObject)", "Submit again what TargetObject contains."),
                ErrorCategory.OperationStopped,
                unsent)
            : Make(Exception(failure, $"{what} (see TargetObject)", HintOf(failure)), CategoryOf(failure.Kind), unsent);
    }

    /// <summary>A request that was in flight when something else ended the command.</summary>
    public static ErrorRecord SubmissionAbandoned(SubmissionRequest request) => Make(
        Exception(ErrorIds.SubmissionStopped, $"{request.What}: the command ended during this submission", Abandoned, outcomeUnknown: true),
        ErrorCategory.OperationStopped,
        request.Items.ToArray());

    /// <summary>Tasks that were not queried, because the service cannot be reached.</summary>
    /// <param name="failure">The failure of the last query.</param>
    /// <param name="taskIds">The tasks.</param>
    public static ErrorRecord Unreachable(VodClientException failure, string[] taskIds) => Make(
        Exception(failure, $"{Quantity.Of(taskIds.Length, "task")} could not be queried (see TargetObject)", HintOf(failure)), CategoryOf(failure.Kind), taskIds);

    /// <summary>Tasks that were still open after the timeout.</summary>
    /// <param name="taskIds">The tasks: one, or all of them where this error ends the command.</param>
    /// <param name="timeoutSec">The timeout, in seconds.</param>
    /// <param name="lastResults">The results of the last queries.</param>
    /// <param name="service">What happened in the last request.</param>
    public static ErrorRecord WaitTimeout(string[] taskIds, int timeoutSec, PreheatingResult[] lastResults, Reachability service)
    {
        int open = lastResults.Count(static result => !PreheatStatus.IsFinal(result.Status));
        (string who, string whose, object target) = taskIds.Length == 1
            ? ($"Task {taskIds[0]} was", "its", taskIds[0])
            : ($"{taskIds.Length} tasks (see TargetObject) were", "their", (object)taskIds);
        string state = lastResults.Length == 0 ? "no URL has a status yet" : $"{open} of {whose} {Quantity.Of(lastResults.Length, "URL")} {(open == 1 ? "has" : "have")} not finished";
        string what = service.Explain($"{who} still open after {timeoutSec} s: {state}.").TrimEnd('.');
        const string Hint = "Wait again with Wait-VodPreheat -TaskId and a longer -TimeoutSec; pre-loading usually takes 3 to 5 minutes.";
        return Make(
            new VodWaitTimeoutException($"{what} ({ErrorIds.WaitTimeout}). {Hint}", ErrorIds.WaitTimeout, Hint, lastResults),
            ErrorCategory.OperationTimeout,
            target);
    }

    /// <summary>A failure that ended a job, or its submissions.</summary>
    /// <param name="failure">What failed.</param>
    /// <param name="left">The URLs that were left because of it.</param>
    public static ErrorRecord JobEnded(VodClientException failure, UrlOutcome[] left)
    {
        IEnumerable<string> counts = left
            .GroupBy(static outcome => outcome.Status == OutcomeStatus.NotSubmitted ? "submitted" : PreheatStatus.IsFailed(outcome.Status) ? "submitted again" : "waited for")
            .Select(static group => $"{Quantity.Of(group.Count(), "URL")} could not be {group.Key}");
        return Make(
            Exception(failure, left.Length == 0 ? null : $"{string.Join(", ", counts)} (see TargetObject)", HintOf(failure)),
            CategoryOf(failure.Kind),
            left.Select(static outcome => outcome.Url).ToArray());
    }

    /// <summary>A job that timed out.</summary>
    /// <param name="open">The URLs that were left.</param>
    /// <param name="timeout">The timeout of the job.</param>
    /// <param name="service">What happened in the last request.</param>
    public static ErrorRecord JobTimeout(string[] open, TimeSpan timeout, Reachability service) => Make(
        Exception(
            ErrorIds.WaitTimeout,
            service.Explain($"The job timed out after {(long)timeout.TotalSeconds} s with {Quantity.Of(open.Length, "URL")} open."),
            "Run the same command again with -ResumeSince: URLs that were accepted according to the journal are not submitted again."),
        ErrorCategory.OperationTimeout,
        open);

    /// <summary>A job whose deadline was in the past when it began.</summary>
    public static ErrorRecord DeadlinePassed(DateTimeOffset deadline) => Make(
        Exception(
            ErrorIds.WaitTimeout,
            string.Create(CultureInfo.InvariantCulture, $"The deadline, {deadline:yyyy-MM-dd HH:mm:ss zzz}, has passed, and nothing was sent"),
            "Specify a later time for -Deadline."),
        ErrorCategory.OperationTimeout,
        deadline);

    /// <summary>No connection was made in this process.</summary>
    public static ErrorRecord NotConnected() => Make(
        Exception(ErrorIds.NotConnected, "There is no connection.", "Run Connect-VodAccount first, or specify -Connection."),
        CategoryOf(FailureKind.NotConnected),
        target: null);

    /// <summary>No default of the runspace, and several of others.</summary>
    public static ErrorRecord ConnectionAmbiguous() => Make(
        Exception(
            ErrorIds.ConnectionAmbiguous,
            "This runspace has no connection, and several other runspaces of this process have one each.",
            "Specify the one to use, as in -Connection $using:connection, or run Connect-VodAccount in this runspace."),
        ErrorCategory.InvalidOperation,
        target: null);

    /// <summary>A deserialized connection, in a job or from a remote session.</summary>
    public static ErrorRecord ConnectionNotLive(VodConnection connection) => Make(
        Exception(
            ErrorIds.ConnectionNotLive,
            "The connection has no credentials: it was made by a script, or is a copy from another process, to which credentials are not passed.",
            "Use a connection of this session, or run Connect-VodAccount inside the job or remote session. ForEach-Object -Parallel and Start-ThreadJob share the live connection."),
        ErrorCategory.InvalidArgument,
        connection);

    private static string StillDefault(VodConnection? connection) =>
        connection is null ? string.Empty : $" The default connection is still {connection.Client!.DisplayName}.";

    private static string HintOf(VodClientException failure) => HintNames.Fill(failure.Hint);

    private static ErrorRecord InvalidItem(
        string errorId, object? given, string noun, Func<string, InputFault?> faultOf, string whatIfEmpty, string hintIfEmpty)
    {
        string text = InputText.Trim(given as string ?? string.Empty);
        InputFault? fault = text.Length > 0 ? faultOf(text) : null;
        string what = fault is null ? whatIfEmpty : $"'{DisplayText.Clean(text, DisplayText.MaxLength)}' is not a valid {noun}. {fault.What}";
        return Make(Exception(errorId, what, HintNames.Fill(fault?.Hint ?? hintIfEmpty)), ErrorCategory.InvalidArgument, given);
    }

    private static VodException Exception(VodClientException failure, string? subject, string hint, bool outcomeUnknown = false)
    {
        string summary = subject is null ? failure.Summary : $"{DisplayText.Clean(subject, DisplayText.MaxLength)}: {failure.Summary}";
        return new($"{summary} {hint}", failure.ErrorCode, (int?)failure.StatusCode, failure.RequestId, hint, failure.InnerException) { OutcomeUnknown = outcomeUnknown };
    }

    private static VodException Exception(string errorId, string what, string hint, bool outcomeUnknown = false) =>
        new($"{what.TrimEnd('.')} ({errorId}). {hint}", errorId, statusCode: null, requestId: null, hint, innerException: null) { OutcomeUnknown = outcomeUnknown };

    // The hint is in the message, which every view shows, and not in RecommendedAction, which some views show in addition.
    private static ErrorRecord Make(VodException exception, ErrorCategory category, object? target)
    {
        var record = new ErrorRecord(exception, exception.ErrorCode, category, target);

        // Shown beside the category; the target itself is not changed.
        record.CategoryInfo.TargetName = DisplayText.Clean(record.CategoryInfo.TargetName ?? string.Empty, DisplayText.MaxLength);
        return record;
    }

    private static ErrorCategory CategoryOf(FailureKind kind) => kind switch
    {
        FailureKind.Authentication => ErrorCategory.AuthenticationError,
        FailureKind.PermissionDenied => ErrorCategory.PermissionDenied,
        FailureKind.InvalidArgument or FailureKind.ProjectMismatch or FailureKind.InvalidSetting => ErrorCategory.InvalidArgument,
        FailureKind.NotFound or FailureKind.WrongAddress or FailureKind.ProjectNotFound => ErrorCategory.ObjectNotFound,
        FailureKind.InvalidOperation => ErrorCategory.InvalidOperation,
        FailureKind.QuotaExceeded => ErrorCategory.QuotaExceeded,
        FailureKind.Throttled => ErrorCategory.LimitsExceeded,
        FailureKind.Unavailable => ErrorCategory.ResourceUnavailable,
        FailureKind.NotConnected or FailureKind.ConnectionFailed or FailureKind.ProxyRefused => ErrorCategory.ConnectionError,
        FailureKind.InsecureEndpoint => ErrorCategory.SecurityError,
        FailureKind.Timeout => ErrorCategory.OperationTimeout,
        FailureKind.UnexpectedResponse or FailureKind.Intercepted => ErrorCategory.InvalidData,
        FailureKind.JournalUnavailable => ErrorCategory.WriteError,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}

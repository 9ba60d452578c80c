using VodPreheat.Client.Display;

namespace VodPreheat;

/// <summary>The exception of all errors that VodPreheat writes. Its texts contain no secrets, and no characters that control a terminal.</summary>
public class VodException : Exception
{
    /// <summary>Makes an exception with all its properties.</summary>
    public VodException(string message, string errorCode, int? statusCode, string? requestId, string hint, Exception? innerException)
        : base(DisplayText.Clean(message), innerException)
    {
        ErrorCode = errorCode;
        StatusCode = statusCode;
        RequestId = requestId;
        Hint = hint;
    }

    /// <summary>The service's error_code (such as VOD.10053), or one of the module's IDs (such as VodTimeout).</summary>
    public string ErrorCode { get; }

    /// <summary>The HTTP status; null when there was no answer.</summary>
    public int? StatusCode { get; }

    /// <summary>The service's ID of the request, for support; null if there was none.</summary>
    public string? RequestId { get; }

    /// <summary>Whether a submission may have been accepted although it failed: it was sent, and its outcome is unknown.</summary>
    public bool OutcomeUnknown { get; init; }

    /// <summary>
    /// The IDs of the tasks that Start-VodPreheat had written before this error ended the command; empty for other errors.
    /// </summary>
    public string[] AcceptedTaskId { get; internal set; } = [];

    /// <summary>What to do next; also part of the message.</summary>
    public string Hint { get; }
}

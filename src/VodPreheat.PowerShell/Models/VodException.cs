using VodPreheat.Client.Display;

namespace VodPreheat;

/// <summary>The exception of every error that VodPreheat writes. Its texts are free of secrets, and of characters that drive a terminal.</summary>
public class VodException : Exception
{
    /// <summary>Makes an exception with all its facts.</summary>
    public VodException(string message, string errorCode, int? statusCode, string? requestId, string hint, Exception? innerException)
        : base(DisplayText.Clean(message), innerException)
    {
        ErrorCode = errorCode;
        StatusCode = statusCode;
        RequestId = requestId;
        Hint = hint;
    }

    /// <summary>The service's error_code (such as VOD.10053), or one of the module's ids (such as VodTimeout).</summary>
    public string ErrorCode { get; }

    /// <summary>The HTTP status; null when there was no answer.</summary>
    public int? StatusCode { get; }

    /// <summary>The service's id of the request, for its support; null when there was none.</summary>
    public string? RequestId { get; }

    /// <summary>Whether a submission may have taken effect although it failed: it was sent, and no answer says what became of it.</summary>
    public bool OutcomeUnknown { get; init; }

    /// <summary>
    /// The ids of the tasks that Start-VodPreheat had written before this error ended the command; empty for an error that ends nothing.
    /// </summary>
    public string[] AcceptedTaskId { get; internal set; } = [];

    /// <summary>What to do next; the message has it, too.</summary>
    public string Hint { get; }
}

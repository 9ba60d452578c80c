using VodPreheat.Client.Secrets;


namespace VodPreheat.Client.Errors;

/// <summary>
/// An exception of the framework as it can leave the client: its name and its text without secrets, and nothing else of it. Such
/// texts contain what a server sent, and can contain the login of a proxy.
/// </summary>
public sealed class CauseException : Exception
{
    private CauseException(string message, CauseException? inner)
        : base(message, inner)
    {
    }

    /// <summary>Copies an exception with its inner exceptions.</summary>
    internal static CauseException Of(Exception error, Redactor redactor) => new(
        $"{error.GetType().Name}: {redactor.Clean(error.Message)}",
        error.InnerException is { } inner ? Of(inner, redactor) : null);
}

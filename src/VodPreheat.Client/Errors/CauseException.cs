using VodPreheat.Client.Display;

namespace VodPreheat.Client.Errors;

/// <summary>
/// An exception of the framework as it may leave the client: its name and its text without secrets, and nothing else of it. What a
/// server sent is in such texts, and a proxy's login with it.
/// </summary>
public sealed class CauseException : Exception
{
    private CauseException(string message, CauseException? inner)
        : base(message, inner)
    {
    }

    /// <summary>Takes over an exception with all that are inside of it.</summary>
    internal static CauseException Of(Exception error, Redactor redactor) => new(
        $"{error.GetType().Name}: {redactor.Clean(error.Message)}",
        error.InnerException is { } inner ? Of(inner, redactor) : null);
}

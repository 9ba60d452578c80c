namespace VodPreheat.Client.Preheating;

/// <summary>The states of a URL in the service's words.</summary>
/// <remarks>The API page has lower case, the SDKs' constants and the sibling API upper case: compared without regard to case.</remarks>
public static class PreheatStatus
{
    /// <summary>The URL is being loaded.</summary>
    public const string Processing = "processing";

    /// <summary>The URL is loaded.</summary>
    public const string Succeed = "succeed";

    /// <summary>Loading the URL failed.</summary>
    public const string Failed = "failed";

    /// <summary>Whether the URL is loaded.</summary>
    public static bool IsSucceed(string status) => Is(status, Succeed);

    /// <summary>Whether loading the URL failed.</summary>
    public static bool IsFailed(string status) => Is(status, Failed);

    /// <summary>Whether the URL has finished, so that its status no longer changes. An unknown status has not.</summary>
    public static bool IsFinal(string status) => IsSucceed(status) || IsFailed(status);

    /// <summary>A status in an answer: one text for all URLs that have it, because scripts keep many results.</summary>
    internal static string Parse(ReadOnlySpan<char> text) => text switch
    {
        Processing => Processing,
        Succeed => Succeed,
        Failed => Failed,
        _ => text.ToString(),
    };

    private static bool Is(string status, string expected) => string.Equals(status, expected, StringComparison.OrdinalIgnoreCase);
}

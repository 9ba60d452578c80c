using System.ComponentModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using VodPreheat.Client.Display;
using VodPreheat.Client.Edge;
using VodPreheat.Client.Jobs;
using VodPreheat.Client.Preheating;

namespace VodPreheat.Formatting;

/// <summary>Computes columns for the views of VodPreheat.Format.ps1xml. Public only because the views are outside the assembly.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ViewFormatter
{
    // A narrower column shows nothing useful; the engine wraps the text then.
    private const int Narrowest = 12;

    // $PSStyle.Foreground has the same codes, which cannot be changed.
    private const string Red = "\e[31m";
    private const string Green = "\e[32m";
    private const string Yellow = "\e[33m";
    private const string Reset = "\e[0m";

    /// <summary>
    /// A URL shortened to fit a column, with the host and the file name. Not shortened if the output has no width, such as a file.
    /// </summary>
    /// <param name="url">The URL.</param>
    /// <param name="host">The host of the window.</param>
    /// <param name="taken">The width that other columns take, in cells.</param>
    public static string FitUrl(string? url, PSHost? host, int taken) => Fit(Clean(url), string.Empty, host, taken);

    /// <summary>The URLs or the asset of a task, shortened like <see cref="FitUrl"/>.</summary>
    /// <param name="task">A task, or a deserialized copy from a job or a file.</param>
    /// <param name="host">The host of the window.</param>
    /// <param name="taken">The width that other columns take, in cells.</param>
    public static string FitTask(PSObject task, PSHost? host, int taken)
    {
        ArgumentNullException.ThrowIfNull(task);
        (string what, string more) = Describe(
            Property<string[]>(task, nameof(PreheatTask.Url)) ?? [], Property<string>(task, nameof(PreheatTask.AssetId)));
        return Fit(Clean(what), more, host, taken);
    }

    /// <summary>A text without characters that control a terminal or reorder the text around them.</summary>
    public static string Clean(string? text) => DisplayText.Clean(text ?? string.Empty);

    /// <summary>The URLs or the asset of a task, in one line.</summary>
    public static string Describe(PreheatTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        (string what, string more) = Describe(task.Url, task.AssetId);
        return Clean(what + more);
    }

    /// <summary>A status in its color: green for success, red for what has to be done again, yellow for what is not known yet.</summary>
    /// <param name="status">The status.</param>
    /// <param name="rendering">$PSStyle.OutputRendering.</param>
    public static string ColorStatus(string? status, string? rendering) => Color(
        status ?? string.Empty,
        static status => PreheatStatus.IsSucceed(status) ? Green
            : PreheatStatus.IsFailed(status) || status is OutcomeStatus.Rejected or OutcomeStatus.NotSubmitted ? Red
            : Yellow,
        rendering);

    /// <summary>The finding of a test in its color: green, or red for a problem.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="rendering">$PSStyle.OutputRendering.</param>
    public static string ColorFinding(string? finding, string? rendering) =>
        Color(finding ?? string.Empty, static finding => finding == nameof(EdgeFinding.Ok) ? Green : Red, rendering);

    // The engine does not remove colors from output that is redirected.
    private static string Color(string text, Func<string, string> colorOf, string? rendering) =>
        text.Length == 0 || (Console.IsOutputRedirected && rendering != "Ansi") ? Clean(text) : $"{colorOf(text)}{Clean(text)}{Reset}";

    private static (string What, string More) Describe(string[] urls, string? assetId) => string.IsNullOrEmpty(assetId)
        ? urls.Length switch
        {
            0 => (string.Empty, string.Empty),
            1 => (urls[0], string.Empty),
            _ => (urls[0], $" and {urls.Length - 1} more"),
        }
        : ($"asset {assetId}", string.Empty);

    private static string Fit(string what, string more, PSHost? host, int taken)
    {
        if (Console.IsOutputRedirected)
        {
            return what + more;
        }

        int width = WidthOf(host) - taken - more.Length;
        return width < Narrowest ? what + more : ShortUrl.Fit(what, width) + more;
    }

    // In a deserialized copy, lists are an ArrayList.
    private static T? Property<T>(PSObject source, string name)
        where T : class =>
        LanguagePrimitives.TryConvertTo(source.Properties[name]?.Value, out T value) ? value : null;

    private static int WidthOf(PSHost? host)
    {
        try
        {
            return host?.UI?.RawUI?.WindowSize.Width ?? 0;
        }
#pragma warning disable CA1031 // A host without a window can throw anything, and an exception would leave the column empty.
        catch (Exception)
#pragma warning restore CA1031
        {
            return 0;
        }
    }
}

using System.ComponentModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using VodPreheat.Client.Display;
using VodPreheat.Client.Preheating;

namespace VodPreheat.Formatting;

/// <summary>Computes columns for the views of VodPreheat.Format.ps1xml. Public only because the views are outside the assembly.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ViewFormatter
{
    // A narrower column shows nothing useful; the engine wraps the text then.
    private const int Narrowest = 16;

    /// <summary>
    /// A URL shortened in the middle to fit a column, with the host and the file name. Not shortened if the
    /// output has no width, such as a file.
    /// </summary>
    /// <param name="url">The URL.</param>
    /// <param name="host">The host of the window.</param>
    /// <param name="taken">The width that other columns take, in characters.</param>
    public static string FitUrl(string? url, PSHost? host, int taken)
    {
        url = Clean(url);
        int width = WidthOf(host) - taken;
        if (url.Length <= width || width < Narrowest || Console.IsOutputRedirected)
        {
            return url;
        }

        int head = (width - 1) * 2 / 5;
        int tail = width - 1 - head;
        return $"{url.AsSpan(0, head)}…{url.AsSpan(url.Length - tail)}";
    }

    /// <summary>The URLs or the asset of a task, shortened like <see cref="FitUrl"/>.</summary>
    /// <param name="task">A task, or a deserialized copy from a job or a file.</param>
    /// <param name="host">The host of the window.</param>
    /// <param name="taken">The width that other columns take, in characters.</param>
    public static string FitTask(PSObject task, PSHost? host, int taken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return FitUrl(Describe(Property<string[]>(task, nameof(PreheatTask.Url)) ?? [], Property<string>(task, nameof(PreheatTask.AssetId))), host, taken);
    }

    /// <summary>A text without characters that control a terminal or reorder the text around them.</summary>
    public static string Clean(string? text) => DisplayText.Clean(text ?? string.Empty);

    /// <summary>The URLs or the asset of a task, in one line.</summary>
    public static string Describe(PreheatTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return Clean(Describe(task.Url, task.AssetId));
    }

    /// <summary>A status in its color.</summary>
    public static string ColorStatus(string? status, string? green, string? red, string? yellow, string? reset)
    {
        status ??= string.Empty;
        string? color = PreheatStatus.IsSucceed(status) ? green
            : PreheatStatus.IsFailed(status) ? red
            : PreheatStatus.IsProcessing(status) ? yellow
            : null;
        return Color(status, color, reset);
    }

    /// <summary>A text in a color; without it if the output is redirected, where the engine would not remove it.</summary>
    public static string Color(string? text, string? color, string? reset) =>
        string.IsNullOrEmpty(color) || Console.IsOutputRedirected ? Clean(text) : $"{color}{Clean(text)}{reset}";

    private static string Describe(string[] urls, string? assetId) => string.IsNullOrEmpty(assetId)
        ? urls.Length switch
        {
            0 => string.Empty,
            1 => urls[0],
            _ => $"{urls[0]} and {urls.Length - 1} more",
        }
        : $"asset {assetId}";

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

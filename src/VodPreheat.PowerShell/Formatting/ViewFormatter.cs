using System.ComponentModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using VodPreheat.Client.Display;
using VodPreheat.Client.Preheating;

namespace VodPreheat.Formatting;

/// <summary>What the views of VodPreheat.Format.ps1xml compute. Public only because the views are outside the assembly.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ViewFormatter
{
    // A column narrower than this shows nothing of use; the engine wraps then.
    private const int Narrowest = 16;

    /// <summary>
    /// A URL cut in the middle to fit a column: the host in front and the file name at the end tell it apart. Whole where the
    /// output has no width of its own, as in a file.
    /// </summary>
    /// <param name="url">The URL.</param>
    /// <param name="host">Whose window the view is for.</param>
    /// <param name="taken">Columns that other fields take.</param>
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

    /// <summary>What a task was submitted for, fitted as <see cref="FitUrl"/> does.</summary>
    /// <param name="task">A task, or the copy of one that came from a job or a file.</param>
    /// <param name="host">Whose window the view is for.</param>
    /// <param name="taken">Columns that other fields take.</param>
    public static string FitTask(PSObject task, PSHost? host, int taken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return FitUrl(Describe(Property<string[]>(task, nameof(PreheatTask.Url)) ?? [], Property<string>(task, nameof(PreheatTask.AssetId))), host, taken);
    }

    /// <summary>A text of others without the characters that drive a terminal or reorder what is beside them.</summary>
    public static string Clean(string? text) => DisplayText.Clean(text ?? string.Empty);

    /// <summary>What a task was submitted for, in one line.</summary>
    public static string Describe(PreheatTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return Clean(Describe(task.Url, task.AssetId));
    }

    /// <summary>A status in its colour.</summary>
    public static string ColourStatus(string? status, string? green, string? red, string? yellow, string? reset)
    {
        status = Clean(status);
        string? colour = PreheatStatus.IsSucceed(status) ? green
            : PreheatStatus.IsFailed(status) ? red
            : PreheatStatus.IsProcessing(status) ? yellow
            : null;
        return Colour(status, colour, reset);
    }

    /// <summary>A text in a colour; plain where it goes to no screen, where the engine would leave the colours in.</summary>
    public static string Colour(string? text, string? colour, string? reset) =>
        string.IsNullOrEmpty(colour) || Console.IsOutputRedirected ? text ?? string.Empty : $"{colour}{text}{reset}";

    private static string Describe(string[] urls, string? assetId) => string.IsNullOrEmpty(assetId)
        ? urls.Length switch
        {
            0 => string.Empty,
            1 => urls[0],
            _ => $"{urls[0]} and {urls.Length - 1} more",
        }
        : $"asset {assetId}";

    // A copy has its lists as ArrayList.
    private static T? Property<T>(PSObject source, string name)
        where T : class =>
        LanguagePrimitives.TryConvertTo(source.Properties[name]?.Value, out T value) ? value : null;

    private static int WidthOf(PSHost? host)
    {
        try
        {
            return host?.UI?.RawUI?.WindowSize.Width ?? 0;
        }
#pragma warning disable CA1031 // A host without a window may throw anything, and an exception would leave the column empty.
        catch (Exception)
#pragma warning restore CA1031
        {
            return 0;
        }
    }
}

using System.ComponentModel;
using System.Globalization;
using System.Management.Automation.Host;

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
        int width = WidthOf(host) - taken;
        if (url is null || url.Length <= width || width < Narrowest || Console.IsOutputRedirected)
        {
            return url ?? string.Empty;
        }

        int head = (width - 1) * 2 / 5;
        int tail = width - 1 - head;
        return $"{url.AsSpan(0, head)}…{url.AsSpan(url.Length - tail)}";
    }

    /// <summary>A status in its colour; plain where it goes to no screen, where the engine would leave the colours in.</summary>
    public static string Colour(string status, string? colour, string? reset) =>
        string.IsNullOrEmpty(colour) || Console.IsOutputRedirected ? status : $"{colour}{status}{reset}";

    /// <summary>A text of others without the characters that drive a terminal or reorder what is beside them.</summary>
    public static string Clean(string? text) =>
        string.Concat((text ?? string.Empty).Select(static c => char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format ? ' ' : c));

    /// <summary>What a task was submitted for, in one line.</summary>
    public static string Describe(PreheatTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.AssetId is { } asset
            ? $"asset {asset}"
            : task.Url.Length switch
            {
                0 => string.Empty,
                1 => task.Url[0],
                _ => $"{task.Url[0]} and {task.Url.Length - 1} more",
            };
    }

    private static int WidthOf(PSHost? host)
    {
        try
        {
            return host?.UI?.RawUI?.WindowSize.Width ?? 0;
        }
        catch (Exception error) when (error is HostException or NotImplementedException or IOException)
        {
            // A host without a window.
            return 0;
        }
    }
}

using System.ComponentModel;

namespace VodPreheat.Formatting;

/// <summary>What the views of VodPreheat.Format.ps1xml compute. Public only because the views are outside the assembly.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Views
{
    // A column narrower than this shows nothing of use; the engine wraps then.
    private const int Narrowest = 16;

    /// <summary>
    /// A URL cut in the middle to fit a column: the host in front and the file name at the end tell it apart. Whole where the
    /// output has no width of its own, as in a file.
    /// </summary>
    /// <param name="url">The URL.</param>
    /// <param name="hostWidth">Columns of the host's window; 0 or less if it has none.</param>
    /// <param name="taken">Columns that other fields take.</param>
    public static string FitUrl(string? url, int hostWidth, int taken)
    {
        int width = hostWidth - taken;
        if (url is null || url.Length <= width || width < Narrowest || Console.IsOutputRedirected)
        {
            return url ?? string.Empty;
        }

        int head = (width - 1) * 2 / 5;
        int tail = width - 1 - head;
        return $"{url.AsSpan(0, head)}…{url.AsSpan(url.Length - tail)}";
    }

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
}

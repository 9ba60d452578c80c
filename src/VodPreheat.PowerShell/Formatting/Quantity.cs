using System.Globalization;

namespace VodPreheat.Formatting;

/// <summary>Counts things in words.</summary>
internal static class Quantity
{
    /// <summary>"1 URL", "2 URLs".</summary>
    public static string Of(int count, string thing) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {thing}{(count == 1 ? string.Empty : "s")}");
}

using System.Globalization;

namespace VodPreheat.Formatting;

/// <summary>Formats quantities.</summary>
internal static class Quantity
{
    /// <summary>Such as "1 URL" or "12 URLs".</summary>
    public static string Of(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? string.Empty : "s")}");
}

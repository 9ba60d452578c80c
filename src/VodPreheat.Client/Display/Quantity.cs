using System.Globalization;

namespace VodPreheat.Client.Display;

/// <summary>Formats quantities.</summary>
public static class Quantity
{
    /// <summary>Such as "1 URL" or "12 URLs".</summary>
    public static string Of(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? string.Empty : "s")}");
}

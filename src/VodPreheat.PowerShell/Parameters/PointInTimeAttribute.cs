using System.Globalization;
using System.Management.Automation;

namespace VodPreheat.Parameters;

/// <summary>
/// Lets a DateTimeOffset parameter accept every date: the smallest and the largest ones, which scripts use for "since ever", have no UTC time
/// in some time zones, and become the smallest and the largest point in time. A number is no time: as a DateTime it would be in the year 1.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PointInTimeAttribute : ArgumentTransformationAttribute
{
    // Converted here: the engine writes a DateTime that it converts itself into its trace, and not every calendar has these dates.
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? bare = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (bare is IFormattable and IConvertible and not DateTime)
        {
            throw new ArgumentTransformationMetadataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{bare} is a number, and no date and time. Specify one, such as '2026-12-24 18:00' or (Get-Date).AddDays(-7)."));
        }

        return LanguagePrimitives.TryConvertTo(bare, out DateTimeOffset time) ? time
            : LanguagePrimitives.TryConvertTo(bare, out DateTime date) ? date.Year > 1 ? DateTimeOffset.MaxValue : DateTimeOffset.MinValue
            : inputData;
    }
}

using System.Management.Automation;

namespace VodPreheat.Parameters;

/// <summary>
/// Lets a DateTimeOffset parameter accept every date: the smallest and the largest ones, which scripts use for "since ever", have no UTC time
/// in some time zones, and become the smallest and the largest point in time.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PointInTimeAttribute : ArgumentTransformationAttribute
{
    // Converted here: the engine writes a DateTime that it converts itself into its trace, and not every calendar has these dates.
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        LanguagePrimitives.TryConvertTo(inputData, out DateTimeOffset time) ? time
        : LanguagePrimitives.TryConvertTo(inputData, out DateTime date) ? date.Year > 1 ? DateTimeOffset.MaxValue : DateTimeOffset.MinValue
        : inputData;
}

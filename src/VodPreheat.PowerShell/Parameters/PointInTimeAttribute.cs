using System.Management.Automation;

namespace VodPreheat.Parameters;

/// <summary>
/// Lets a DateTimeOffset parameter accept every date: the smallest and the largest ones, which scripts use for "since ever", have no UTC time
/// in some time zones, and become the smallest and the largest point in time.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PointInTimeAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        !LanguagePrimitives.TryConvertTo(inputData, out DateTimeOffset _) && LanguagePrimitives.TryConvertTo(inputData, out DateTime date)
            ? date.Year > 1 ? DateTimeOffset.MaxValue : DateTimeOffset.MinValue
            : inputData;
}

using System.Globalization;
using VodPreheat.Client.Display;
using VodPreheat.Client.Jobs;

namespace VodPreheat.Formatting;

/// <summary>What a job would do, in words.</summary>
internal static class JobText
{
    /// <summary>Such as "200 URLs in 20 requests, the sandbox; 540 URLs were submitted today".</summary>
    public static string Of(JobPlan plan, string connection)
    {
        string text = $"{Quantity.Of(plan.ToSubmit, "URL")} in {Quantity.Of(plan.Requests, "request")}, {connection}";
        if (plan.InTasks > 0)
        {
            text += $"; {Were(plan.InTasks, "that is in a task already is", "that are in tasks already are")} waited for";
        }

        if (plan.Invalid > 0)
        {
            text += $"; {Were(plan.Invalid, "is", "are")} invalid and rejected";
        }

        return plan.SubmittedToday is { } today ? text + $"; {Were(today, "was", "were")} submitted today" : text;
    }

    private static string Were(int count, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{Quantity.Of(count, "URL")} {(count == 1 ? one : many)}");
}

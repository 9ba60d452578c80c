using System.Management.Automation;
using VodPreheat.Client;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Jobs;
using VodPreheat.Client.Preheating;
using VodPreheat.Errors;
using VodPreheat.Formatting;
using VodPreheat.Parameters;
using VodPreheat.Progress;

namespace VodPreheat.Commands;

/// <summary>
/// Invoke-VodPreheat: submits URLs, waits for them and submits failed ones again; writes exactly one object per distinct URL.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "VodPreheat", SupportsShouldProcess = true, HelpUri = VodCmdlet.HelpRoot + "Invoke-VodPreheat.md")]
[OutputType(typeof(PreheatOutcome))]
public sealed class InvokeVodPreheatCommand : VodConnectedCmdlet
{
    private readonly List<string> _urls = [];
    private PreheatJob? _job;

    /// <summary>Playback URLs of published assets; blank lines are skipped, and a repeated URL counts once.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "Specifies playback URLs of published assets.")]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [TextInput(nameof(Url))]
    public string?[]? Url { get; set; }

    /// <summary>URLs that were submitted at or after this time, according to the journal, are not submitted again unless they failed.</summary>
    [Parameter(HelpMessage = "Specifies a date and time: URLs that were submitted to the same endpoint and project at or after this time, according to the journal, are not submitted again unless they failed.")]
    [PointInTime]
    public DateTimeOffset ResumeSince { get; set; }

    /// <summary>The maximum number of times that a failed URL is submitted again.</summary>
    [Parameter(HelpMessage = "Specifies the maximum number of times that a URL that failed is submitted again.")]
    [ValidateRange(0, 100)]
    public int MaximumResubmit { get; set; }

    /// <summary>Maximum time for the whole job, in seconds.</summary>
    [Parameter(HelpMessage = "Specifies the maximum time for the complete job, in seconds.")]
    [ValidateRange(1, 604_800)]
    public int TimeoutSec { get; set; } = 3600;

    /// <summary>Interval between queries of a task, in seconds.</summary>
    [Parameter(HelpMessage = "Specifies the interval between queries of a task, and from its submission to its first query, in seconds.")]
    [ValidateRange(1, 3600)]
    public int PollIntervalSec { get; set; } = 10;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string? given in Url ?? [])
        {
            if (TextlessObject.Of(given) is { } input)
            {
                AddTextless(input);
            }
            else if (InputText.Trim(given ?? string.Empty) is { Length: > 0 } url)
            {
                _urls.Add(url);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        string[] urls = [.. _urls.Distinct(StringComparer.Ordinal)];
        int requests = (urls.Length + VodClient.MaxUrlsPerRequest - 1) / VodClient.MaxUrlsPerRequest;
        if (urls.Length == 0
            || !ShouldProcess($"{Quantity.Of(urls.Length, "URL")} in {Quantity.Of(requests, "request")}", "Pre-load into the CDN and wait"))
        {
            return;
        }

        try
        {
            _job = new PreheatJob(
                Client,
                urls,
                new PreheatJobSettings
                {
                    ResumeSince = MyInvocation.BoundParameters.ContainsKey(nameof(ResumeSince)) ? ResumeSince : null,
                    MaximumResubmit = MaximumResubmit,
                    Timeout = TimeSpan.FromSeconds(TimeoutSec),
                    PollInterval = TimeSpan.FromSeconds(PollIntervalSec),
                },
                Context,
                Client.Clock);
        }
        catch (VodClientException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, urls, subject: null));
        }

        WriteOutcomes(_job!);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _job?.Dispose();
    }

    /// <summary>Reports an object without a URL: as an outcome if its URL is empty, so that the report has every row; else as an error.</summary>
    private void AddTextless(TextlessObject input)
    {
        if (input.TextsOf("AssetId") is { Length: > 0 } assets)
        {
            WriteError(ErrorRecords.AssetInput(input.Source, assets));
        }
        else if (input.Has(nameof(Url)))
        {
            WriteObject(new PreheatOutcome
            {
                Status = OutcomeStatus.Rejected, EndedAt = Client.Clock.GetLocalNow(), ErrorCode = ErrorIds.InvalidUrl, Detail = "The URL is empty.",
            });
        }
        else
        {
            WriteErrorIfAny(ErrorOf(input, nameof(Url), ErrorRecords.InvalidUrl));
        }
    }

    private void WriteOutcomes(PreheatJob job)
    {
        var outcomes = new List<UrlOutcome>();
        var progress = new JobProgressBar(this, job, Client);
        try
        {
            while (WaitFor(job.NextAsync(), progress.Show).GetAwaiter().GetResult() is { } outcome)
            {
                outcomes.Add(outcome);
                WriteObject(new PreheatOutcome(outcome));
            }
        }
        finally
        {
            // Also if a downstream command stops the pipeline.
            progress.Complete();
        }

        WriteEnd(job, outcomes);
    }

    // What concerns one URL is in its object; an error reports why the job did not finish, with the URLs that were left for this cause.
    private void WriteEnd(PreheatJob job, List<UrlOutcome> outcomes)
    {
        if (job.Failure is { } failure)
        {
            ErrorRecord record = ErrorRecords.JobEnded(failure, [.. LeftBy(failure.ErrorCode)]);
            if (failure.EndsEverything)
            {
                ThrowTerminatingError(record);
            }

            WriteError(record);
        }

        if (job.HasTimedOut)
        {
            WriteError(ErrorRecords.JobTimeout([.. LeftBy(ErrorIds.WaitTimeout).Select(static outcome => outcome.Url)], TimeoutSec));
        }

        IEnumerable<UrlOutcome> LeftBy(string code) => outcomes.Where(
            outcome => outcome.ErrorCode == code && outcome.Status is not (OutcomeStatus.Unknown or OutcomeStatus.Rejected));
    }
}

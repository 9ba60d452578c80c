using System.Collections;
using System.Management.Automation;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Edge;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Jobs;
using VodPreheat.Client.Preheating;
using VodPreheat.Client.Sandbox;
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
    private const int MaxTimeoutSec = 604_800;
    private const string SummaryTag = "VodPreheatSummary";

    private readonly List<string> _urls = [];
    private CopiedProperties _copied = null!;
    private JobSummary _summary = null!;
    private PreheatJob? _job;
    private EdgeClient? _edge;
    private TimeSpan _timeout;

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
    [ValidateRange(1, MaxTimeoutSec)]
    public int TimeoutSec { get; set; } = 3600;

    /// <summary>Interval between queries of a task, in seconds.</summary>
    [Parameter(HelpMessage = "Specifies the interval between queries of a task, and from its submission to its first query, in seconds.")]
    [ValidateRange(1, 3600)]
    public int PollIntervalSec { get; set; } = 10;

    /// <summary>When the job ends, instead of a number of seconds; of both the earlier counts.</summary>
    [Parameter(HelpMessage = "Specifies the date and time when the job ends, such as 20:00 for today.")]
    [PointInTime]
    public DateTimeOffset Deadline { get; set; }

    /// <summary>Properties of the input object that are copied to its outcome.</summary>
    [Parameter(HelpMessage = "Specifies the names of properties of the input objects.")]
    [ValidateInputProperty]
    public string[] InputProperty { get; set; } = [];

    /// <summary>The object that these properties are read from; bound by the pipeline.</summary>
    [Parameter(ValueFromPipeline = true, HelpMessage = "Specifies the object that the properties of InputProperty are read from.")]
    public PSObject? InputObject { get; set; }

    /// <summary>Requests URLs that failed for good from the CDN, to find out what to check.</summary>
    [Parameter(HelpMessage = "Indicates that each URL that failed for good is requested from the CDN, as Test-VodPreheatUrl does, with the proxy of the connection.")]
    public SwitchParameter Diagnose { get; set; }

    private TimeSpan TimeLeft
    {
        get
        {
            var longest = TimeSpan.FromSeconds(IsBound(nameof(Deadline)) && !IsBound(nameof(TimeoutSec)) ? MaxTimeoutSec : TimeoutSec);
            TimeSpan left = IsBound(nameof(Deadline)) ? Deadline - Client.Clock.GetLocalNow() : longest;
            return left < TimeSpan.Zero ? TimeSpan.Zero : left < longest ? left : longest;
        }
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (IsBound(nameof(Deadline)) && TimeLeft == TimeSpan.Zero)
        {
            ThrowTerminatingError(ErrorRecords.DeadlinePassed(Deadline));
        }

        _copied = new CopiedProperties(InputProperty);
        _summary = new JobSummary(Client, Client.Clock);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // No URL is the value of a script block, such as { $_.PlayUrl }, for a row that has none.
        foreach (string? given in Url is { Length: > 0 } ? Url : [null])
        {
            if (TextlessObject.Of(given) is { } input)
            {
                AddTextless(given, input);
            }
            else if (InputText.Trim(given ?? string.Empty) is { Length: > 0 } url)
            {
                if (InputObject is { BaseObject: not string } named && !PreheatUrl.IsValid(url) && Parameters.InputProperty.TryRead(named, url, out _))
                {
                    ThrowTerminatingError(ErrorRecords.PropertyName(url));
                }

                _urls.Add(url);
                _copied.Keep(url, InputObject);
            }
            else if (InputObject is { BaseObject: not (string or IList) } row)
            {
                RejectRow(row);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        string[] urls = [.. _urls.Distinct(StringComparer.Ordinal)];
        if (urls.Length == 0)
        {
            if (_summary.NotLoaded > 0)
            {
                WriteSummary();
            }

            return;
        }

        Resumption? resumption = null;
        string target = Client.DisplayName;
        try
        {
            resumption = IsBound(nameof(ResumeSince)) ? Resumption.Find(Client, urls, ResumeSince, Context) : null;
            target = IsPlanShown ? JobText.Of(JobPlan.Of(Client, urls, resumption, Context, Client.Clock), target) : target;
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
        catch (VodClientException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, urls, subject: null));
        }

        ShowMessages();
        if (!ShouldProcess(target, "Pre-load into the CDN and wait"))
        {
            return;
        }

        // The time for an answer to a prompt is not time of the job, except if that has a deadline.
        _timeout = TimeLeft;
        var settings = new PreheatJobSettings
        {
            Resumption = resumption,
            MaximumResubmit = MaximumResubmit,
            PollInterval = TimeSpan.FromSeconds(PollIntervalSec),
            Timeout = _timeout,
        };
        _job = new PreheatJob(Client, urls, settings, Context, Client.Clock);
        WriteOutcomes(_job);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _job?.Dispose();
        _edge?.Dispose();
    }

    // Whether the text of ShouldProcess is shown.
    private bool IsPlanShown => IsVerbose
        || LanguagePrimitives.IsTrue(PreferenceOf("WhatIf", "WhatIfPreference"))
        || PreferenceOf("Confirm", "ConfirmPreference") switch
        {
            SwitchParameter confirm => confirm.IsPresent,
            var least => LanguagePrimitives.TryConvertTo(least, out ConfirmImpact impact) && impact is ConfirmImpact.Low or ConfirmImpact.Medium,
        };

    private bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>Reports an object without a URL: as an outcome if its URL is empty, so that the report has every row; else as an error.</summary>
    private void AddTextless(string? given, TextlessObject input)
    {
        if (input.TextsOf("AssetId") is { Length: > 0 } assets)
        {
            WriteError(ErrorRecords.AssetInput(input.Source, assets));
        }
        else if (input.Has(nameof(Url)))
        {
            RejectRow(input.Source);
        }
        else
        {
            WriteErrorIfAny(ErrorOf(given, nameof(Url)));
        }
    }

    private void RejectRow(PSObject row)
    {
        _summary.Add(OutcomeStatus.Rejected);
        var outcome = new PreheatOutcome
        {
            Status = OutcomeStatus.Rejected,
            EndedAt = Client.Clock.GetLocalNow(),
            ErrorCode = ErrorIds.InvalidUrl,
            Detail = $"The URL is empty. The input is {TextlessObject.Describe(row)}.",
        };
        WriteObject(_copied.AddTo(outcome, row));
    }

    private void WriteOutcomes(PreheatJob job)
    {
        var outcomes = new List<UrlOutcome>();
        JobProgressBar progress = CompletedAtEnd(new JobProgressBar(this, job, Client));
        Func<Task<UrlOutcome?>> next = Diagnose ? new JobDiagnosis(job, CreateTest()).NextAsync : job.NextAsync;
        while (WaitFor(next(), progress.Show).GetAwaiter().GetResult() is { } outcome)
        {
            outcomes.Add(outcome);
            _summary.Add(outcome.Status);
            WriteObject(_copied.AddTo(new PreheatOutcome(outcome)));
        }

        progress.Complete();
        WriteEnd(job, outcomes);
    }

    // As for a test of a URL by itself.
    private Func<string, Task<EdgeTestResult>> CreateTest()
    {
        if (Client.AuthenticationType == AuthenticationType.Sandbox)
        {
            return static url => Task.FromResult(SandboxEdge.Test(url));
        }

        _edge = Client.CreateEdgeClient(TestVodPreheatUrlCommand.DefaultTimeout);
        return url => _edge.TestAsync(url, Context);
    }

    private void WriteSummary()
    {
        if (_summary.Warning is { } warning)
        {
            WriteWarning(warning);
        }

        WriteInformation(_summary.ToString(), [SummaryTag]);
    }

    // What concerns one URL is in its object; an error reports why the job did not finish, with the URLs that were left for this cause.
    private void WriteEnd(PreheatJob job, List<UrlOutcome> outcomes)
    {
        WriteSummary();
        if (job.HasTimedOut)
        {
            WriteError(ErrorRecords.JobTimeout([.. LeftBy(ErrorIds.WaitTimeout).Select(static outcome => outcome.Url)], _timeout, Context.Service));
        }

        // The later one can be terminating. One for the same cause, such as a proxy that refuses submissions and queries.
        foreach (VodClientException failure in new[] { job.Failure, job.QueryFailure }.OfType<VodClientException>().DistinctBy(static failure => failure.ErrorCode))
        {
            WriteError(ErrorRecords.JobEnded(failure, [.. LeftBy(failure.ErrorCode)]), isTerminating: failure.EndsCommand(outcomes.Exists(static outcome => outcome.TaskId is not null)));
        }

        IEnumerable<UrlOutcome> LeftBy(string code) => outcomes.Where(
            outcome => outcome.ErrorCode == code && outcome.Status is not (OutcomeStatus.Unknown or OutcomeStatus.Rejected));
    }
}

using System.Management.Automation;
using VodPreheat.Client.Display;
using VodPreheat.Client.Jobs;
using VodPreheat.Errors;
using VodPreheat.Parameters;
using VodPreheat.Progress;

namespace VodPreheat.Commands;

/// <summary>
/// Start-VodPreheat: submits URLs, at most 10 per request, or assets, one per request. Each task is written as soon as its request
/// is accepted. Every URL is in a task or in the TargetObject of an error in the end, whatever ends the command.
/// </summary>
[Cmdlet(
    VerbsLifecycle.Start, "VodPreheat", DefaultParameterSetName = UrlSet, SupportsShouldProcess = true,
    HelpUri = VodCmdlet.HelpRoot + "Start-VodPreheat.md")]
[OutputType(typeof(PreheatTask))]
public sealed class StartVodPreheatCommand : VodConnectedCmdlet
{
    private const string UrlSet = "Url";
    private const string AssetSet = "AssetId";
    private const string InputObjectSet = "InputObject";

    private Submitter? _submitter;
    private SubmissionInput? _input;
    private SubmissionProgressBar? _progress;
    private int _requests;

    /// <summary>Playback URLs of published assets.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = UrlSet, HelpMessage = "Specifies playback URLs of published assets.")]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [TextInput(nameof(Url))]
    public string?[]? Url { get; set; }

    /// <summary>The IDs of published assets; all files of an asset are pre-loaded.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = AssetSet, HelpMessage = "Specifies the IDs of published assets.")]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [Alias("asset_id")]
    [TextInput(nameof(AssetId))]
    public string?[]? AssetId { get; set; }

    /// <summary>An earlier task, whose URLs or asset are submitted again.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet, HelpMessage = "Specifies a task that was submitted earlier.")]
    public PreheatTask InputObject { get; set; } = null!;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _submitter = new Submitter(Client, Context);
        _input = new SubmissionInput(_submitter);
        _progress = CompletedAtEnd(new SubmissionProgressBar(this, _input, _submitter, Client));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        (string?[]? items, bool isAsset) = ParameterSetName switch
        {
            AssetSet => (AssetId, true),
            InputObjectSet when InputObject.AssetId is { } asset => ([asset], true),
            InputObjectSet => (InputObject.Url is { Length: > 0 } urls ? urls : null, false),
            _ => (Url, false),
        };
        Array.ForEach(items ?? [null], item => Add(item, isAsset));
        SubmitAll(isEnd: false);
        _progress!.Show();
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        SubmitAll(isEnd: true);
        _progress!.Complete();
        ReportEnd();
    }

    /// <summary>Reports what is left if something other than the end of the input has ended the command.</summary>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (_input?.TakeRest() is not { } rest)
        {
            return;
        }

        ErrorRecord?[] errors =
        [
            rest.Abandoned is { } request ? ErrorRecords.SubmissionAbandoned(request) : null,
            .. rest.Invalid.Select(ErrorOf),
            rest.Unsent.Count > 0 ? ErrorRecords.NotSubmitted(_submitter!.End, [.. rest.Unsent], _input.Noun) : null,
        ];
        foreach (ErrorRecord error in errors.OfType<ErrorRecord>())
        {
            WriteLateError(WithAccepted(error));
        }
    }

    private void Add(string? item, bool isAsset)
    {
        if (TextlessObject.Of(item) is not { } input)
        {
            _input!.Add(item, isAsset);
        }
        else if (!isAsset && input.TextsOf(nameof(AssetId)) is { Length: > 0 } assets)
        {
            // An object without a URL can have the IDs of assets.
            Array.ForEach(assets, asset => _input!.Add(asset, isAsset: true));
        }
        else
        {
            _input!.AddInvalid(item);
        }
    }

    private void SubmitAll(bool isEnd)
    {
        while (_input!.Take(isEnd) is { } request)
        {
            if (request.Items.Count > 0)
            {
                Submit(request);
            }

            // After the request that they came with, because an error can end the command.
            while (!Stopping && request.Invalid.TryDequeue(out SubmissionItem invalid))
            {
                Report(ErrorOf(invalid));
            }
        }
    }

    /// <summary>Sends one request, unless no request can succeed after an earlier failure.</summary>
    private void Submit(SubmissionRequest request)
    {
        if (_submitter!.End is null && !ShouldProcess(DisplayText.Clean($"request {++_requests}: {request.What}"), "Pre-load into the CDN"))
        {
            _input!.Conclude();
            return;
        }

        SubmissionAnswer answer = WaitFor(_input!.SubmitAsync(), _progress!.Show).GetAwaiter().GetResult();
        if (Stopping)
        {
            throw new PipelineStoppedException(); // Nothing can be written any more; Dispose reports the request.
        }

        _input.Conclude();
        switch (answer.Fate)
        {
            case SubmissionFate.Accepted:
                WriteObject(new PreheatTask(answer.Submission!));
                break;
            case SubmissionFate.NotSubmitted:
                // Reported at the end, with everything that is not submitted, because the rest of the input is still to come.
                // Immediately if an error ends the command.
                if (IsStoppedByErrors)
                {
                    ReportEnd();
                }

                break;
            default:
                Report(ErrorRecords.FromSubmission(answer.Failure!, request));
                break;
        }
    }

    private void ReportEnd()
    {
        if (_submitter!.End is { } end && !Stopping && _input!.TakeUnsent() is { Length: > 0 } unsent)
        {
            // A quota is not terminating, so that a Wait-VodPreheat downstream waits for what was accepted.
            WriteError(WithAccepted(ErrorRecords.NotSubmitted(end, unsent, _input.Noun)), isTerminating: end.EndsCommand(_submitter.AcceptedTasks.Count > 0));
        }
    }

    /// <summary>The error of an invalid item; null if the same was reported before.</summary>
    private ErrorRecord? ErrorOf(SubmissionItem invalid)
    {
        bool isAsset = invalid.IsAsset || ParameterSetName == AssetSet
            || (TextlessObject.Of(invalid.Text) is { } input && input.Has(nameof(AssetId)) && !input.Has(nameof(Url)));
        return ErrorOf(invalid.Text, isAsset ? nameof(AssetId) : nameof(Url));
    }

    private void Report(ErrorRecord? record) => WriteErrorIfAny(record is not null && IsStoppedByErrors ? WithAccepted(record) : record);

    /// <summary>Adds the tasks that were accepted to an error that ends the command.</summary>
    private ErrorRecord WithAccepted(ErrorRecord record)
    {
        ((VodException)record.Exception).AcceptedTaskId = [.. _submitter!.AcceptedTasks];
        return record;
    }
}

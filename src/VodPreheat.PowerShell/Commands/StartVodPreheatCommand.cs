using System.Management.Automation;
using VodPreheat.Client.Display;
using VodPreheat.Client.Invocation;
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

    // How long the end of a command waits to learn whether its submission was sent.
    private static readonly TimeSpan s_lastAnswer = TimeSpan.FromMilliseconds(50);

    private readonly SubmissionInput _input = new();
    private Submitter? _submitter;
    private SubmissionProgressBar? _progress;
    private bool _hasAssets;
    private int _requests;

    // The request that is neither submitted nor reported, its answer once it is sent, and the invalid items that came with it.
    private SubmissionRequest? _request;
    private Task<SubmissionAnswer>? _answer;
    private Queue<(string? Item, bool IsAsset)> _invalid = new();

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

    // Objects can be of URLs or of an asset.
    private string Noun => ParameterSetName == AssetSet ? "asset" : _hasAssets || ParameterSetName == InputObjectSet ? "item" : "URL";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _submitter = new Submitter(Client, Context);
        _progress = new SubmissionProgressBar(this, () => Noun, () => _submitter.End, Client);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string?[] items = ParameterSetName switch
        {
            AssetSet => AssetId ?? [null],
            InputObjectSet => InputObject.AssetId is { } id ? [id] : InputObject.Url is { Length: > 0 } urls ? urls : [null!],
            _ => Url ?? [null],
        };
        bool isAsset = ParameterSetName == AssetSet || (ParameterSetName == InputObjectSet && InputObject.AssetId is not null);
        Array.ForEach(items, item => Give(item, isAsset));
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
        if (_request is { } request)
        {
            // One that was stopped before it was sent ends immediately.
            if (_answer is null || (BackgroundWork.Wait(_answer, s_lastAnswer, CancellationToken.None) && _answer.Result.Fate == SubmissionFate.NotSubmitted))
            {
                _input.Return(request);
            }
            else
            {
                WriteLateError(WithAccepted(ErrorRecords.SubmissionAbandoned([.. request.Items], request.What)));
            }
        }

        string[] unsent = _input.TakeUnsent();
        foreach ((string? item, bool isAsset) in _invalid.Concat(_input.TakeInvalid()))
        {
            if (ErrorOf(item, isAsset) is { } error)
            {
                WriteLateError(WithAccepted(error));
            }
        }

        if (unsent.Length > 0)
        {
            WriteLateError(WithAccepted(_submitter?.End is { } end
                ? ErrorRecords.FromEndedSubmission(end, unsent, Noun)
                : ErrorRecords.SubmissionStopped(unsent, Noun)));
        }

        if (!Stopping)
        {
            _progress?.Complete();
        }
    }

    // An object without a URL can have the IDs of assets.
    private void Give(string? item, bool isAsset)
    {
        if (TextlessObject.Of(item) is not { } input)
        {
            _input.Add(item, isAsset);
        }
        else if (!isAsset && input.TextsOf(nameof(AssetId)) is { Length: > 0 } assets)
        {
            _hasAssets = true;
            Array.ForEach(assets, asset => _input.Add(asset, isAsset: true));
        }
        else
        {
            _input.AddInvalid(item);
        }
    }

    private void SubmitAll(bool isEnd)
    {
        while (_input.Take(isEnd) is { } request)
        {
            _invalid = request.Invalid;
            if (request.Items.Count > 0)
            {
                Submit(request);
            }

            // After the request that they came with, because an error can end the command.
            while (!Stopping && _invalid.TryDequeue(out (string? Item, bool IsAsset) invalid))
            {
                if (ErrorOf(invalid.Item, invalid.IsAsset) is { } error)
                {
                    Report(error);
                }
            }
        }
    }

    /// <summary>Sends one request, unless no request can succeed after an earlier failure.</summary>
    private void Submit(SubmissionRequest request)
    {
        _request = request;
        if (_submitter!.End is null && !ShouldProcess(DisplayText.Clean($"request {++_requests}: {request.What}"), "Pre-load into the CDN"))
        {
            _request = null;
            return;
        }

        _answer = _submitter.SubmitAsync(request.Items, request.IsAsset);
        SubmissionAnswer answer = WaitFor(_answer, _progress!.Show).GetAwaiter().GetResult();
        if (Stopping)
        {
            throw new PipelineStoppedException(); // Nothing can be written any more; Dispose reports the request.
        }

        _request = null;
        _answer = null;
        switch (answer.Fate)
        {
            case SubmissionFate.Accepted:
                _progress.Submitted += request.Items.Count;
                WriteObject(new PreheatTask(answer.Submission!));
                break;
            case SubmissionFate.NotSubmitted:
                // Reported at the end, with everything that is not submitted, because the rest of the input is still to come.
                // Immediately if an error ends the command.
                _input.Return(request);
                if (IsStoppedByErrors)
                {
                    ReportEnd();
                }

                break;
            default:
                Report(ErrorRecords.FromSubmission(answer.Failure!, [.. request.Items], request.What));
                break;
        }
    }

    private void ReportEnd()
    {
        if (_submitter!.End is not { } end || Stopping || _input.TakeUnsent() is not { Length: > 0 } unsent)
        {
            return;
        }

        ErrorRecord record = WithAccepted(ErrorRecords.FromEndedSubmission(end, unsent, Noun));
        if (end.EndsEverything)
        {
            ThrowTerminatingError(record);
        }

        // Not terminating, so that a Wait-VodPreheat downstream waits for what was accepted.
        WriteError(record);
    }

    /// <summary>The error of an invalid item; null if the same was reported before.</summary>
    private ErrorRecord? ErrorOf(string? item, bool isAsset)
    {
        if (TextlessObject.Of(item) is not { } input)
        {
            return isAsset ? ErrorRecords.InvalidAssetId(item) : ErrorRecords.InvalidUrl(item);
        }

        return ParameterSetName == AssetSet || (input.Has(nameof(AssetId)) && !input.Has(nameof(Url)))
            ? ErrorOf(input, nameof(AssetId), ErrorRecords.InvalidAssetId)
            : ErrorOf(input, nameof(Url), ErrorRecords.InvalidUrl);
    }

    private void Report(ErrorRecord record) => WriteError(IsStoppedByErrors ? WithAccepted(record) : record);

    /// <summary>Adds the tasks that were accepted to an error that ends the command.</summary>
    private ErrorRecord WithAccepted(ErrorRecord record)
    {
        ((VodException)record.Exception).AcceptedTaskId = [.. _submitter?.AcceptedTasks ?? []];
        return record;
    }
}

using System.Management.Automation;
using VodPreheat.Client;
using VodPreheat.Client.Display;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Journal;
using VodPreheat.Client.Preheating;
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

    // The input on its way to a task or an error: given, then in a batch or invalid, then in a request, or unsent.
    private readonly Queue<(string? Item, bool IsAsset)> _given = new();
    private readonly List<string> _batch = new(VodClient.MaxUrlsPerRequest);
    private readonly Queue<ErrorRecord> _invalid = new();
    private readonly List<string> _unsent = [];
    private Request? _request;

    private readonly List<string> _accepted = [];
    private SubmissionProgressBar? _progress;
    private VodClientException? _end;
    private bool _hasAssets;
    private int _requests;

    /// <summary>Playback URLs of published assets.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = UrlSet)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [TextInput(nameof(Url))]
    public string?[]? Url { get; set; }

    /// <summary>The IDs of published assets; all files of an asset are pre-loaded.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = AssetSet)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [Alias("asset_id")]
    [TextInput(nameof(AssetId))]
    public string?[]? AssetId { get; set; }

    /// <summary>An earlier task, whose URLs or asset are submitted again.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PreheatTask InputObject { get; set; } = null!;

    // Objects can be of URLs or of an asset.
    private string Noun => ParameterSetName == AssetSet ? "asset" : _hasAssets || ParameterSetName == InputObjectSet ? "item" : "URL";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _progress = new SubmissionProgressBar(this, () => Noun, () => _end, Client);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string?[] items = ParameterSetName switch
        {
            AssetSet => AssetId ?? [null],
            InputObjectSet => InputObject.AssetId is { } id ? [id] : InputObject.Url,
            _ => Url ?? [null],
        };
        bool isAsset = ParameterSetName == AssetSet || (ParameterSetName == InputObjectSet && InputObject.AssetId is not null);
        Array.ForEach(items, item => Give(item, isAsset));
        while (_given.TryDequeue(out (string? Item, bool IsAsset) given))
        {
            if (TextlessObject.Of(given.Item) is { } input)
            {
                AddInvalid(ErrorOf(input));
            }
            else if (given.IsAsset)
            {
                AddAsset(given.Item);
            }
            else
            {
                AddUrl(given.Item);
            }
        }

        _progress!.Show();
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        SubmitBatch();
        _progress!.Complete();
        ReportEnd();
    }

    /// <summary>Reports what is left if something other than the end of the input has ended the command.</summary>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (_request is { IsSent: true })
        {
            WriteLateError(WithAccepted(ErrorRecords.SubmissionAbandoned(_request.Items, _request.What)));
        }

        while (_invalid.TryDequeue(out ErrorRecord? error))
        {
            WriteLateError(WithAccepted(error));
        }

        if (TakeUnsent() is { Length: > 0 } unsent)
        {
            WriteLateError(WithAccepted(_end is null
                ? ErrorRecords.SubmissionStopped(unsent, Noun)
                : ErrorRecords.FromEndedSubmission(_end, unsent, Noun)));
        }

        if (!Stopping)
        {
            _progress?.Complete();
        }
    }

    // An object without a URL can have the IDs of assets.
    private void Give(string? item, bool isAsset)
    {
        if (!isAsset && TextlessObject.Of(item)?.TextsOf(nameof(AssetId)) is { Length: > 0 } assets)
        {
            _hasAssets = true;
            Array.ForEach(assets, asset => _given.Enqueue((asset, true)));
        }
        else
        {
            _given.Enqueue((item, isAsset));
        }
    }

    private ErrorRecord? ErrorOf(TextlessObject input) => ParameterSetName == AssetSet || (input.Has(nameof(AssetId)) && !input.Has(nameof(Url)))
        ? ErrorOf(input, nameof(AssetId), ErrorRecords.InvalidAssetId)
        : ErrorOf(input, nameof(Url), ErrorRecords.InvalidUrl);

    private void AddUrl(string? given)
    {
        string url = InputText.Trim(given ?? string.Empty);
        if (PreheatUrl.IsValid(url))
        {
            _batch.Add(url);
            SubmitFullBatch();
        }
        else
        {
            AddInvalid(ErrorRecords.InvalidUrl(given));
        }
    }

    private void AddInvalid(ErrorRecord? error)
    {
        if (error is not null)
        {
            _invalid.Enqueue(error);
            SubmitFullBatch();
        }
    }

    private void SubmitFullBatch()
    {
        if (Math.Max(_batch.Count, _batch.Count == 0 ? _invalid.Count : 0) == VodClient.MaxUrlsPerRequest)
        {
            SubmitBatch();
        }
    }

    private void AddAsset(string? given)
    {
        string id = InputText.Trim(given ?? string.Empty);
        if (id.Length == 0 || InputText.FaultOf(id) is not null)
        {
            Report(ErrorRecords.InvalidAssetId(given));
            return;
        }

        Submit(new([id], $"asset {id}", () => Client.SubmitAssetAsync(id, Context)));
    }

    /// <summary>Submits the URLs of the batch, and then reports the invalid ones that came with them.</summary>
    private void SubmitBatch()
    {
        if (_batch.Count > 0)
        {
            string[] urls = [.. _batch];
            _batch.Clear();
            string what = urls.Length == 1 ? urls[0] : $"{urls.Length} URLs, {urls[0]} to {urls[^1]}";
            Submit(new(urls, what, () => Client.SubmitUrlsAsync(urls, Context)));
        }

        while (!Stopping && _invalid.TryDequeue(out ErrorRecord? error))
        {
            Report(error);
        }
    }

    /// <summary>Sends one request, unless no request can succeed after an earlier failure.</summary>
    private void Submit(Request request)
    {
        if (_end is not null)
        {
            _unsent.AddRange(request.Items);
            return;
        }

        _request = request;
        if (!ShouldProcess(DisplayText.Clean($"request {++_requests}: {request.What}"), "Pre-load into the CDN"))
        {
            _request = null;
            return;
        }

        try
        {
            request.IsSent = true;
            var task = new PreheatTask(WaitFor(request.Send(), _progress!.Show).GetAwaiter().GetResult());
            _request = null;
            _accepted.Add(task.TaskId);
            _progress.Submitted += request.Items.Length;
            WriteObject(task);
        }
        catch (VodClientException failure)
        {
            Fail(request, failure);
        }
    }

    private void Fail(Request request, VodClientException failure)
    {
        if (Stopping)
        {
            throw new PipelineStoppedException(); // Nothing can be written any more; Dispose reports the request.
        }

        _request = null;
        _end = failure.EndsSubmissions ? failure : null;
        if (_end is null || failure.OutcomeUnknown)
        {
            Report(ErrorRecords.FromSubmission(failure, request.Items, request.What));
            return;
        }

        // Reported at the end, with everything that is not submitted, because the rest of the input is still to come. Immediately if
        // an error ends the command.
        _unsent.AddRange(request.Items);
        if (IsStoppedByErrors)
        {
            ReportEnd();
        }
    }

    private void ReportEnd()
    {
        if (_end is null || Stopping || TakeUnsent() is not { Length: > 0 } unsent)
        {
            return;
        }

        ErrorRecord record = WithAccepted(ErrorRecords.FromEndedSubmission(_end, unsent, Noun));
        if (_end.EndsEverything)
        {
            ThrowTerminatingError(record);
        }

        // Not terminating, so that a Wait-VodPreheat downstream waits for what was accepted.
        WriteError(record);
    }

    private void Report(ErrorRecord record) => WriteError(IsStoppedByErrors ? WithAccepted(record) : record);

    /// <summary>Adds the tasks that were accepted to an error that ends the command.</summary>
    private ErrorRecord WithAccepted(ErrorRecord record)
    {
        ((VodException)record.Exception).AcceptedTaskId = [.. _accepted];
        return record;
    }

    /// <summary>Removes everything that was given and is neither submitted nor reported.</summary>
    private string[] TakeUnsent()
    {
        string[] unsent = [.. _unsent, .. _request is { IsSent: false } ? _request.Items : [], .. _batch, .. _given.Select(static given => given.Item).Where(static item => TextlessObject.Of(item) is null).OfType<string>()];
        _unsent.Clear();
        _request = null;
        _batch.Clear();
        _given.Clear();
        return unsent;
    }

    /// <summary>One request to the service: its items, their description, and how it is sent.</summary>
    private sealed record Request(string[] Items, string What, Func<Task<Submission>> Send)
    {
        /// <summary>Whether it was sent, and may have been accepted.</summary>
        public bool IsSent { get; set; }
    }
}

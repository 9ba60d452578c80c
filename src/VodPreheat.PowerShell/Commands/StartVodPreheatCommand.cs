using System.Management.Automation;
using VodPreheat.Client;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Journal;
using VodPreheat.Client.Json;
using VodPreheat.Errors;

namespace VodPreheat.Commands;

/// <summary>
/// Start-VodPreheat: submits URLs, at most 10 a request, or assets, one a request. Each task is written the moment its request
/// is accepted. Every URL ends up in a task or in the TargetObject of an error.
/// </summary>
[Cmdlet(
    VerbsLifecycle.Start, "VodPreheat", DefaultParameterSetName = UrlSet, SupportsShouldProcess = true,
    HelpUri = HelpLinks.Root + "Start-VodPreheat.md")]
[OutputType(typeof(PreheatTask))]
public sealed class StartVodPreheatCommand : VodConnectedCmdlet
{
    private const string UrlSet = "Url";
    private const string AssetSet = "AssetId";
    private const string TaskSet = "InputObject";

    private readonly List<string> _batch = new(VodClient.MaxUrlsPerRequest);
    private readonly List<string> _unsent = [];
    private readonly List<string> _accepted = [];
    private VodClientException? _end;
    private int _requests;
    private bool _isUrlGiven;

    /// <summary>Playback URLs of published assets.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = UrlSet)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public string?[]? Url { get; set; }

    /// <summary>Ids of published assets; all files of an asset are pre-loaded.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = AssetSet)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public string?[]? AssetId { get; set; }

    /// <summary>An earlier task, whose URLs or asset are submitted again.</summary>
    // A set of its own: a task of an asset has an empty Url, which would bind before its AssetId.
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = TaskSet)]
    public PreheatTask InputObject { get; set; } = null!;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();

        // An empty list as an argument is nothing to do; an object from the pipeline without a URL is a mistake, such as the copy
        // of an asset's task that came through serialization.
        _isUrlGiven = MyInvocation.BoundParameters.ContainsKey(nameof(Url));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        (string?[] urls, string?[] assetIds) = ParameterSetName switch
        {
            AssetSet => ([], AssetId ?? [null]),
            TaskSet => (InputObject.Url, InputObject.AssetId is { } id ? [id] : []),
            _ => (_isUrlGiven || Url is { Length: > 0 } ? Url ?? [null] : [null], Array.Empty<string?>()),
        };
        foreach (string? url in urls)
        {
            AddUrl(url);
        }

        foreach (string? id in assetIds)
        {
            AddAsset(id);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        SubmitBatch();
        if (_end is not null)
        {
            ThrowTerminatingError(ErrorRecords.FromEndedSubmission(_end, [.. _unsent], _accepted));
        }
    }

    private void AddUrl(string? given)
    {
        string url = given?.Trim() ?? string.Empty;
        if (!PreheatUrl.IsValid(url))
        {
            WriteError(ErrorRecords.InvalidUrl(given));
            return;
        }

        _batch.Add(url);
        if (_batch.Count == VodClient.MaxUrlsPerRequest)
        {
            SubmitBatch();
        }
    }

    private void AddAsset(string? given)
    {
        if (string.IsNullOrWhiteSpace(given))
        {
            WriteError(ErrorRecords.InvalidAssetId(given));
            return;
        }

        string id = given.Trim();
        Submit([id], $"asset {id}", () => Client.SubmitAssetAsync(id, Scope));
    }

    private void SubmitBatch()
    {
        if (_batch.Count > 0)
        {
            string[] urls = [.. _batch];
            _batch.Clear();
            string what = urls.Length == 1 ? urls[0] : $"{urls.Length} URLs, {urls[0]} to {urls[^1]}";
            Submit(urls, what, () => Client.SubmitUrlsAsync(urls, Scope));
        }
    }

    /// <summary>Sends one request, unless an earlier failure means that none can work any more.</summary>
    private void Submit(string[] items, string what, Func<Task<Submission>> send)
    {
        if (_end is not null)
        {
            _unsent.AddRange(items);
            return;
        }

        _requests++;
        if (!ShouldProcess($"request {_requests}: {what}", "Pre-load into the CDN"))
        {
            return;
        }

        try
        {
            var task = new PreheatTask(WaitFor(send()).GetAwaiter().GetResult());
            _accepted.Add(task.TaskId);
            WriteObject(task);
        }
        catch (VodClientException failure) when (ErrorRecords.IsTerminating(failure))
        {
            // Told at the end, with everything that was not submitted: the rest of the input is still to come.
            _end = failure;
            _unsent.AddRange(items);
        }
        catch (VodClientException failure)
        {
            WriteError(ErrorRecords.FromSubmission(failure, items, what));
        }
    }
}

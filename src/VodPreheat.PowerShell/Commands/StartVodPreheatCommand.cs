using System.Management.Automation;
using VodPreheat.Binding;
using VodPreheat.Client;
using VodPreheat.Client.Errors;
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

    private readonly List<string> _batch = new(VodClient.MaxUrlsPerRequest);
    private readonly List<string> _unsent = [];
    private VodClientException? _end;
    private int _requests;

    /// <summary>Playback URLs of published assets.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = UrlSet)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public string?[]? Url { get; set; }

    /// <summary>Ids of published assets; all files of an asset are pre-loaded.</summary>
    // In both sets: a PreheatTask of an asset has an empty Url, and piping it in submits the asset again.
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = AssetSet)]
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = UrlSet, DontShow = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public string?[]? AssetId { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        bool urlsWanted = ParameterSetName == UrlSet;
        foreach (string? url in Url ?? (urlsWanted ? [null] : []))
        {
            AddUrl(url);
        }

        foreach (string? id in AssetId ?? (urlsWanted ? [] : [null]))
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
            ThrowTerminatingError(ErrorRecords.From(_end, _unsent.ToArray(), $"{_unsent.Count} URLs or assets were not submitted"));
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
        Submit([id], $"asset {id}", () => Client.SubmitAssetAsync(id, Scope), taskId => new PreheatTask(taskId, [], id, DateTimeOffset.Now));
    }

    private void SubmitBatch()
    {
        if (_batch.Count > 0)
        {
            string[] urls = [.. _batch];
            _batch.Clear();
            string what = urls.Length == 1 ? urls[0] : $"{urls.Length} URLs, {urls[0]} to {urls[^1]}";
            Submit(urls, what, () => Client.SubmitUrlsAsync(urls, Scope), taskId => new PreheatTask(taskId, urls, assetId: null, DateTimeOffset.Now));
        }
    }

    /// <summary>Sends one request, unless an earlier failure means that none can work any more.</summary>
    private void Submit(string[] items, string what, Func<Task<string>> send, Func<string, PreheatTask> taskOf)
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
            PreheatTask task = taskOf(WaitFor(send()).GetAwaiter().GetResult());
            RecentTasks.Add(task);
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

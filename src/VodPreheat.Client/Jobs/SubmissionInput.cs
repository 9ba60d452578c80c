using VodPreheat.Client.Invocation;

namespace VodPreheat.Client.Jobs;

/// <summary>
/// The input of a command that submits: URLs in requests of at most <see cref="VodClient.MaxUrlsPerRequest"/>, an asset in a request of
/// its own, in their order. Whatever ends the command, every item is in a request that was sent, or left.
/// </summary>
/// <param name="submitter">Sends the requests.</param>
public sealed class SubmissionInput(Submitter submitter)
{
    // How long the end of a command waits to learn whether its submission was sent.
    private static readonly TimeSpan s_lastAnswer = TimeSpan.FromMilliseconds(50);

    private readonly Queue<SubmissionItem> _given = new();
    private readonly List<string> _unsent = [];
    private SubmissionRequest _open = new(isAsset: false);
    private bool _hasUrls;
    private bool _hasAssets;

    // The request that was taken and not concluded, its answer once it is sent, and the invalid items that came with it.
    private SubmissionRequest? _request;
    private Task<SubmissionAnswer>? _answer;
    private Queue<SubmissionItem> _invalid = new();

    /// <summary>The number of items that were accepted.</summary>
    public int Submitted { get; private set; }

    /// <summary>What an item is called.</summary>
    public string Noun => _hasAssets ? _hasUrls ? "item" : "asset" : "URL";

    /// <summary>Adds a URL or the ID of an asset; an invalid one is reported with the request that it comes with.</summary>
    public void Add(string? item, bool isAsset)
    {
        _hasAssets |= isAsset;
        _hasUrls |= !isAsset;
        _given.Enqueue(new SubmissionItem(item, isAsset));
    }

    /// <summary>Adds what is neither.</summary>
    public void AddInvalid(string? item) => _given.Enqueue(new SubmissionItem(item, IsAsset: false, IsInvalid: true));

    /// <summary>Takes the next request: one that is full, or the last one.</summary>
    /// <param name="isEnd">Whether nothing more is added.</param>
    /// <returns>The request; null if there is none yet.</returns>
    public SubmissionRequest? Take(bool isEnd)
    {
        while (_given.TryPeek(out SubmissionItem next))
        {
            if (next.IsAsset && !_open.IsEmpty)
            {
                return TakeOpen();
            }

            _given.Dequeue();
            if (next.IsAsset)
            {
                _open = new SubmissionRequest(isAsset: true);
            }

            if (next.IsValid)
            {
                _open.Add(next.TrimmedText);
            }
            else
            {
                _open.Invalid.Enqueue(next);
            }

            if (_open.IsFull)
            {
                return TakeOpen();
            }
        }

        return isEnd && !_open.IsEmpty ? TakeOpen() : null;
    }

    /// <summary>Submits the request that was taken last.</summary>
    public Task<SubmissionAnswer> SubmitAsync() => _answer = submitter.SubmitAsync(_request!.Items, _request.IsAsset);

    /// <summary>Concludes the request that was taken last, whose answer is reported now. One that was not submitted is left.</summary>
    public void Conclude()
    {
        switch (_answer?.Result.Fate)
        {
            case SubmissionFate.Accepted:
                Submitted += _request!.Items.Count;
                break;
            case SubmissionFate.NotSubmitted:
                _unsent.AddRange(_request!.Items);
                break;
        }

        _request = null;
        _answer = null;
    }

    /// <summary>Takes everything that was given and not submitted, except what is known to be invalid.</summary>
    public string[] TakeUnsent()
    {
        string[] unsent = [.. _unsent, .. _open.Items, .. _given.Where(static given => !given.IsInvalid).Select(static given => given.Text).OfType<string>()];
        _unsent.Clear();
        _open.Clear();
        while (_given.TryDequeue(out SubmissionItem given))
        {
            if (given.IsInvalid)
            {
                _open.Invalid.Enqueue(given);
            }
        }

        return unsent;
    }

    /// <summary>Takes what is left when something other than the end of the input ends the command.</summary>
    public SubmissionRest TakeRest()
    {
        SubmissionRequest? abandoned = _request;

        // One that was stopped before it was sent ends immediately.
        if (_request is not null && (_answer is null
            || (BackgroundWork.Wait(_answer, s_lastAnswer, CancellationToken.None) && _answer.Result.Fate == SubmissionFate.NotSubmitted)))
        {
            _unsent.AddRange(_request.Items);
            abandoned = null;
        }

        string[] unsent = TakeUnsent();
        SubmissionItem[] invalid = [.. _invalid, .. _open.Invalid];
        _invalid.Clear();
        _open = new SubmissionRequest(isAsset: false);
        _request = null;
        return new SubmissionRest(unsent, invalid, abandoned);
    }

    private SubmissionRequest TakeOpen()
    {
        _request = _open;
        _invalid = _open.Invalid;
        _open = new SubmissionRequest(isAsset: false);
        return _request;
    }
}

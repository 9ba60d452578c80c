using VodPreheat.Client.Preheating;

namespace VodPreheat.Client.Jobs;

/// <summary>
/// The input of a command that submits: URLs in requests of at most <see cref="VodClient.MaxUrlsPerRequest"/>, an asset in a request of
/// its own, in their order. Whatever ends the command, every item is in a request that was sent, or left.
/// </summary>
public sealed class SubmissionInput
{
    private readonly Queue<(string? Item, bool IsAsset, bool IsInvalid)> _given = new();
    private readonly List<string> _unsent = [];
    private SubmissionRequest _open = new(isAsset: false);

    /// <summary>Adds a URL or the ID of an asset; an invalid one is reported with the request that it comes with.</summary>
    public void Add(string? item, bool isAsset) => _given.Enqueue((item, isAsset, IsInvalid: false));

    /// <summary>Adds what is neither.</summary>
    public void AddInvalid(string? item) => _given.Enqueue((item, IsAsset: false, IsInvalid: true));

    /// <summary>Takes the next request: one that is full, or the last one.</summary>
    /// <param name="isEnd">Whether nothing more is added.</param>
    /// <returns>The request; null if there is none yet.</returns>
    public SubmissionRequest? Take(bool isEnd)
    {
        while (_given.TryPeek(out (string? Item, bool IsAsset, bool IsInvalid) next))
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

            string text = InputText.Trim(next.Item ?? string.Empty);
            if (!next.IsInvalid && (next.IsAsset ? text.Length > 0 && InputText.FaultOf(text) is null : PreheatUrl.IsValid(text)))
            {
                _open.Add(text);
            }
            else
            {
                _open.Invalid.Enqueue((next.Item, next.IsAsset));
            }

            if (_open.IsFull)
            {
                return TakeOpen();
            }
        }

        return isEnd && !_open.IsEmpty ? TakeOpen() : null;
    }

    /// <summary>Returns what was not submitted.</summary>
    public void Return(SubmissionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        _unsent.AddRange(request.Items);
    }

    /// <summary>Takes everything that was given and not submitted, except what is known to be invalid.</summary>
    public string[] TakeUnsent()
    {
        string[] unsent = [.. _unsent, .. _open.Items, .. _given.Where(static given => !given.IsInvalid).Select(static given => given.Item).OfType<string>()];
        _unsent.Clear();
        _open.Clear();
        while (_given.TryDequeue(out (string? Item, bool IsAsset, bool IsInvalid) given))
        {
            if (given.IsInvalid)
            {
                _open.Invalid.Enqueue((given.Item, given.IsAsset));
            }
        }

        return unsent;
    }

    /// <summary>Takes the invalid items that were not reported.</summary>
    public IReadOnlyCollection<(string? Item, bool IsAsset)> TakeInvalid() => TakeOpen().Invalid;

    private SubmissionRequest TakeOpen()
    {
        SubmissionRequest open = _open;
        _open = new SubmissionRequest(isAsset: false);
        return open;
    }
}

namespace VodPreheat.Client.Invocation;

/// <summary>
/// Keeps up to <paramref name="limit"/> requests in flight and hands over their answers in the order of the input.
/// Its members are called on one thread, on which the answers are handed over, too. Requests start and run on any thread.
/// </summary>
/// <param name="limit">The maximum number of requests in flight, 1 or more. As many more items are accepted and wait.</param>
/// <param name="start">Starts the request of an item, on the caller's thread, or on another one after a request has succeeded.</param>
/// <param name="take">Waits for the answer of an item and uses it. If it throws, the turn of a failed request is not used again.</param>
public sealed class OrderedRequestBuffer<TItem, TAnswer>(int limit, Func<TItem, Task<TAnswer>> start, Action<TItem, Task<TAnswer>> take)
    : IDisposable
{
    private readonly Queue<(TItem Item, Task<TAnswer> Answer)> _accepted = new(2 * limit);

    // The next request starts when one has succeeded, not only when the caller's thread has used the answers before it. After a failure
    // it does wait for that: the failure may end everything. Turns are given in the order of the input, so that the answer that the
    // caller waits for never needs the turn of a later one. Not disposed: requests that are just ending still use it.
    private readonly SemaphoreSlim _turns = new(limit);
    private volatile bool _isDisposed;

    /// <summary>Accepts an item, after the next answer if the buffer is full, and hands over the answers that are due.</summary>
    public void Add(TItem item)
    {
        if (_accepted.Count >= 2 * limit)
        {
            TakeNext();
        }

        _accepted.Enqueue((item, RunAsync(item)));
        while (_accepted.TryPeek(out (TItem, Task<TAnswer> Answer) next) && next.Answer.IsCompleted)
        {
            TakeNext();
        }
    }

    /// <summary>Hands over all answers that are left.</summary>
    public void Complete()
    {
        while (_accepted.Count > 0)
        {
            TakeNext();
        }
    }

    /// <summary>Starts nothing more, and abandons the answers that are left; their failures, usually cancellations, do not matter.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        while (_accepted.TryDequeue(out (TItem Item, Task<TAnswer> Answer) left))
        {
            BackgroundWork.IgnoreFailure(left.Answer);
        }
    }

    private async Task<TAnswer> RunAsync(TItem item)
    {
        await _turns.WaitAsync().ConfigureAwait(false);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        TAnswer answer = await start(item).ConfigureAwait(false);
        _turns.Release();
        return answer;
    }

    private void TakeNext()
    {
        (TItem item, Task<TAnswer> answer) = _accepted.Peek();
        take(item, answer);
        _accepted.Dequeue();
        if (!answer.IsCompletedSuccessfully)
        {
            _turns.Release();
        }
    }
}

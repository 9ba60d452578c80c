namespace VodPreheat.Client.Concurrency;

/// <summary>
/// Keeps up to <paramref name="limit"/> requests in flight and hands over their answers in the order of the input.
/// All members are called on one thread; only the requests run elsewhere.
/// </summary>
/// <param name="limit">The maximum number of requests that are started and not yet handed over, 1 or more.</param>
/// <param name="start">Starts the request of an item.</param>
/// <param name="take">Waits for the answer of an item and uses it.</param>
public sealed class OrderedRequestBuffer<TItem, TAnswer>(int limit, Func<TItem, Task<TAnswer>> start, Action<TItem, Task<TAnswer>> take)
    : IDisposable
{
    private readonly Queue<(TItem Item, Task<TAnswer> Answer)> _started = new(limit);

    /// <summary>Starts the request of an item, after the next answer if the buffer is full, and hands over the answers that are due.</summary>
    public void Add(TItem item)
    {
        if (_started.Count >= limit)
        {
            TakeNext();
        }

        _started.Enqueue((item, start(item)));
        while (_started.TryPeek(out (TItem, Task<TAnswer> Answer) next) && next.Answer.IsCompleted)
        {
            TakeNext();
        }
    }

    /// <summary>Hands over all answers that are left.</summary>
    public void Complete()
    {
        while (_started.Count > 0)
        {
            TakeNext();
        }
    }

    /// <summary>Abandons the answers that are left; their failures, usually cancellations, do not matter.</summary>
    public void Dispose()
    {
        while (_started.TryDequeue(out (TItem Item, Task<TAnswer> Answer) left))
        {
            BackgroundWork.Forget(left.Answer);
        }
    }

    private void TakeNext()
    {
        (TItem item, Task<TAnswer> answer) = _started.Peek();
        take(item, answer);
        _started.Dequeue();
    }
}

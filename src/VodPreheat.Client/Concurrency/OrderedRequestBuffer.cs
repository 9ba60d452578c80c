namespace VodPreheat.Client.Concurrency;

/// <summary>
/// Keeps up to <paramref name="limit"/> requests in flight and hands their answers back in the order of the input.
/// All members are called on one thread, the pipeline's; only the requests run elsewhere.
/// </summary>
/// <param name="limit">The most requests started and not yet taken, 1 or more.</param>
/// <param name="start">Starts the request of an item.</param>
public sealed class OrderedRequestBuffer<TItem, TAnswer>(int limit, Func<TItem, Task<TAnswer>> start) : IDisposable
{
    private readonly Queue<(TItem Item, Task<TAnswer> Answer)> _started = new(limit);

    /// <summary>Whether nothing is left to take.</summary>
    public bool IsEmpty => _started.Count == 0;

    /// <summary>Starts an item's request, and has the answers taken whose turn it is.</summary>
    /// <param name="item">The item.</param>
    /// <param name="takeNext">
    /// Waits for the next answer and takes it. Called first if there is no room, and then as long as the next answer is there.
    /// </param>
    public void Add(TItem item, Action takeNext)
    {
        ArgumentNullException.ThrowIfNull(takeNext);
        if (_started.Count >= limit)
        {
            takeNext();
        }

        _started.Enqueue((item, start(item)));
        while (_started.TryPeek(out (TItem, Task<TAnswer> Answer) next) && next.Answer.IsCompleted)
        {
            takeNext();
        }
    }

    /// <summary>The next answer in order, to wait for before it is taken.</summary>
    public Task<TAnswer> Next => _started.Peek().Answer;

    /// <summary>Takes the next item with its answer.</summary>
    public (TItem Item, Task<TAnswer> Answer) Take() => _started.Dequeue();

    /// <summary>Lets go of the answers that nobody takes any more; their failures, mostly cancellations, are of no interest.</summary>
    public void Dispose()
    {
        while (_started.TryDequeue(out (TItem Item, Task<TAnswer> Answer) left))
        {
            BackgroundWork.Forget(left.Answer);
        }
    }
}

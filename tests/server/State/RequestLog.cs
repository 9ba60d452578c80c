namespace VodPreheat.TestServer.State;

/// <summary>The requests in order of arrival.</summary>
internal sealed class RequestLog
{
    private readonly List<RecordedRequest> _requests = [];
    private int _count;

    public bool Keep { get; set; } = true;

    public int Count => Volatile.Read(ref _count);

    public void Add(RecordedRequest request)
    {
        Interlocked.Increment(ref _count);
        if (!Keep)
        {
            return;
        }

        lock (_requests)
        {
            _requests.Add(request);
        }
    }

    public RecordedRequest[] Snapshot()
    {
        lock (_requests)
        {
            return [.. _requests];
        }
    }
}

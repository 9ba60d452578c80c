namespace VodPreheat.Client.Jobs;

/// <summary>The URLs that wait to be submitted, and the parts of requests that were refused as a whole.</summary>
/// <param name="interval">How long a request that is not full waits for more URLs.</param>
internal sealed class SubmissionQueue(TimeSpan interval)
{
    private readonly LinkedList<JobUrl> _urls = new();

    // Divided requests are sent first and not filled up: so the URLs that were refused are found soonest.
    private readonly Stack<JobUrl[]> _divided = new();
    private TimeSpan _lastAdded;
    private bool _isPart;

    public bool IsEmpty => _urls.Count == 0 && _divided.Count == 0;

    /// <summary>Adds a URL.</summary>
    public void Add(JobUrl url, TimeSpan now)
    {
        _urls.AddLast(url);
        _lastAdded = now;
    }

    /// <summary>When the next request can be sent: immediately if it is full, or if nothing can fill it by then; null if there is none.</summary>
    /// <param name="nextQuery">When the next query is due that can add URLs; null if none can.</param>
    public TimeSpan? DueAt(TimeSpan? nextQuery) =>
        IsEmpty ? null
        : _divided.Count == 0 && _urls.Count < VodClient.MaxUrlsPerRequest && nextQuery <= _lastAdded + interval ? _lastAdded + interval
        : TimeSpan.Zero;

    /// <summary>Returns the request that was taken last, which has to be sent again.</summary>
    public void Return(JobUrl[] request)
    {
        if (_isPart)
        {
            _divided.Push(request);
            return;
        }

        for (int i = request.Length - 1; i >= 0; i--)
        {
            _urls.AddFirst(request[i]);
        }
    }

    /// <summary>Adds a refused request, divided in two.</summary>
    public void Divide(JobUrl[] request)
    {
        int half = request.Length / 2;
        _divided.Push(request[half..]);
        _divided.Push(request[..half]);
    }

    /// <summary>Removes the URLs of the next request.</summary>
    public JobUrl[] Take()
    {
        _isPart = _divided.TryPop(out JobUrl[]? divided);
        if (divided is not null)
        {
            return divided;
        }

        var request = new JobUrl[Math.Min(_urls.Count, VodClient.MaxUrlsPerRequest)];
        for (int i = 0; i < request.Length; i++)
        {
            request[i] = _urls.First!.Value;
            _urls.RemoveFirst();
        }

        return request;
    }

    /// <summary>Removes all URLs.</summary>
    public IEnumerable<JobUrl> TakeAll()
    {
        while (!IsEmpty)
        {
            foreach (JobUrl url in Take())
            {
                yield return url;
            }
        }
    }
}

namespace VodPreheat.Client.Jobs;

/// <summary>The URLs that wait to be submitted, and what is left of requests that were refused as a whole.</summary>
internal sealed class SubmissionQueue
{
    private readonly Queue<JobUrl> _urls = new();

    // Divided requests go first and are not filled up again: the URLs that spoil them are found soonest.
    private readonly Stack<JobUrl[]> _divided = new();

    public bool IsEmpty => _urls.Count == 0 && _divided.Count == 0;

    public void Add(JobUrl url) => _urls.Enqueue(url);

    /// <summary>Takes a request that has to be sent again as it is.</summary>
    public void Return(JobUrl[] request) => _divided.Push(request);

    /// <summary>Takes a refused request as two.</summary>
    public void Divide(JobUrl[] request)
    {
        int half = request.Length / 2;
        _divided.Push(request[half..]);
        _divided.Push(request[..half]);
    }

    /// <summary>The URLs of the next request.</summary>
    public JobUrl[] Take()
    {
        if (_divided.TryPop(out JobUrl[]? divided))
        {
            return divided;
        }

        var request = new JobUrl[Math.Min(_urls.Count, VodClient.MaxUrlsPerRequest)];
        for (int i = 0; i < request.Length; i++)
        {
            request[i] = _urls.Dequeue();
        }

        return request;
    }

    /// <summary>All that is left.</summary>
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

namespace VodPreheat.Client.Jobs;

/// <summary>The URLs that wait to be submitted, and the parts of requests that were refused as a whole.</summary>
internal sealed class SubmissionQueue
{
    private readonly Queue<JobUrl> _urls = new();

    // Divided requests are sent first and not filled up: so the URLs that were refused are found soonest.
    private readonly Stack<JobUrl[]> _divided = new();

    public bool IsEmpty => _urls.Count == 0 && _divided.Count == 0;

    public void Add(JobUrl url) => _urls.Enqueue(url);

    /// <summary>Adds a request that has to be sent again unchanged.</summary>
    public void Return(JobUrl[] request) => _divided.Push(request);

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

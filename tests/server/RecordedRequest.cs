using System.Text;
using VodPreheat.TestServer.Wire;

namespace VodPreheat.TestServer;

/// <summary>One request as it was received, and the status of its answer.</summary>
public sealed class RecordedRequest
{
    internal RecordedRequest(
        string method, string target, Dictionary<string, string> headers, byte[] body, bool keepAlive, int connectionId)
    {
        Method = method;
        Target = target;
        Headers = headers;
        BodyBytes = body;
        KeepAlive = keepAlive;
        ConnectionId = connectionId;
        int mark = target.IndexOf('?', StringComparison.Ordinal);
        Path = mark < 0 ? target : target[..mark];
        Query = mark < 0 ? "" : target[(mark + 1)..];
        Area = AreaOf(Path);
        TaskId = QueryValue("task_id");
    }

    /// <summary>The method.</summary>
    public string Method { get; }

    /// <summary>The request target, byte for byte.</summary>
    public string Target { get; }

    /// <summary>The target up to the question mark, still encoded.</summary>
    public string Path { get; }

    /// <summary>The target after the question mark, still encoded; empty if there is none.</summary>
    public string Query { get; }

    /// <summary>The headers; names ignore case, repeated ones are joined by ", ".</summary>
    public Dictionary<string, string> Headers { get; }

    /// <summary>The body as text.</summary>
    public string Body => Encoding.UTF8.GetString(BodyBytes);

    /// <summary>The body.</summary>
    public byte[] BodyBytes { get; }

    /// <summary>When it arrived, by the real clock.</summary>
    public DateTimeOffset At { get; } = DateTimeOffset.UtcNow;

    /// <summary>"Vod", "Iam", "Metadata" or "Other".</summary>
    public string Area { get; }

    /// <summary>The decoded task_id of the query; null if there is none.</summary>
    public string? TaskId { get; }

    /// <summary>The status of the answer; 0 if none was (or is yet) sent.</summary>
    public int StatusSent { get; internal set; }

    /// <summary>The X-Request-Id (IAM: the end of the X-IAM-Trace-Id) of the answer.</summary>
    public string RequestId { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The connection, numbered from 1.</summary>
    public int ConnectionId { get; }

    internal bool KeepAlive { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Method} {Target} -> {StatusSent}";

    internal string? Header(string name) => Headers.GetValueOrDefault(name);

    internal string? QueryValue(string name)
    {
        foreach ((string key, string value) in PercentCode.DecodeQuery(Query))
        {
            if (key == name)
            {
                return PercentCode.ToText(value);
            }
        }

        return null;
    }

    private static string AreaOf(string path)
    {
        string[] parts = path.Split('/');
        return parts switch
        {
            ["", "v1.0", _, "asset", "preheating"] => "Vod",
            ["", "v3", ..] or ["", "v3.0", ..] => "Iam",
            ["", "meta-data", ..] or ["", "openstack", ..] => "Metadata",
            _ => "Other",
        };
    }
}

using VodPreheat.TestServer.Faults;
using VodPreheat.TestServer.Wire;

namespace VodPreheat.TestServer.State;

/// <summary>How an edge node answers for one path.</summary>
/// <param name="Answer">The answer to GET, and that to HEAD without its body.</param>
internal sealed record EdgeFile(HttpAnswer Answer)
{
    /// <summary>A file that is served, without cache headers.</summary>
    public static EdgeFile Served { get; } = new(HttpAnswer.Text(200, new string('v', 1000), "video/mp4"));

    public static EdgeFile NotThere { get; } = new(HttpAnswer.Text(404, "not found", "text/plain"));

    /// <summary>A different status for HEAD.</summary>
    public int? HeadStatus { get; init; }

    /// <summary>A fault of the answer to GET, and of that to HEAD unless it has its own status.</summary>
    public FaultKind? Fault { get; init; }

    /// <summary>A fault of the answer to HEAD only.</summary>
    public FaultKind? HeadFault { get; init; }

    /// <summary>The fault of the answer to one request.</summary>
    public FaultKind? FaultOf(RecordedRequest request) => request.Method != "HEAD" ? Fault : HeadFault ?? (HeadStatus is null ? Fault : null);

    /// <summary>The answer to one request, of which ranges from the first byte are known.</summary>
    public HttpAnswer AnswerTo(RecordedRequest request)
    {
        if (request.Method == "HEAD" && HeadStatus is { } status)
        {
            return HttpAnswer.Empty(status);
        }

        return request.Header("Range") == "bytes=0-0" && Answer.Status == 200
            ? (Answer with { Status = 206, Body = Answer.Body[..1] }).With("Content-Range", $"bytes 0-0/{Answer.Body.Length}")
            : Answer;
    }
}

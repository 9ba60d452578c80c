using VodPreheat.TestServer.Faults;
using VodPreheat.TestServer.Wire;

namespace VodPreheat.TestServer;

/// <content>
/// Faults and specified answers. Those of VOD are behind the gateway: a request with invalid credentials is answered with 401 and
/// uses none of them. Those for one task are used before those for all tasks, otherwise in the order in which they were added.
/// The value -1 of "times" means forever.
/// </content>
public sealed partial class LoopbackServer
{
    /// <summary>The rate of VOD requests, 0 to 1, that randomly get a reset, a 500, a 503, a 429, or a truncated body.</summary>
    public double RandomFaultRate
    {
        get => _state.VodFaults.RandomRate;
        set => _state.VodFaults.RandomRate = value;
    }

    /// <summary>Whether a connection has only one answer: a second request is reset, as if it had met the end of the connection on its way.</summary>
    public bool ResetsReusedConnections
    {
        get => _state.ResetsReusedConnections;
        set => _state.ResetsReusedConnections = value;
    }

    /// <summary>Sets the seed of the random faults. The default is 1.</summary>
    public void SeedRandomFaults(int seed) => _state.VodFaults.Seed(seed);

    /// <summary>A fault for the next VOD requests.</summary>
    public void AddFault(FaultKind kind, int times = 1) => _state.VodFaults.Add(null, new Fault(kind, null), times);

    /// <summary>A fault for the next queries of one task.</summary>
    public void AddFaultFor(string taskId, FaultKind kind, int times = 1) => _state.VodFaults.Add(taskId, new Fault(kind, null), times);

    /// <summary>A fault for the next IAM requests.</summary>
    public void AddIamFault(FaultKind kind, int times = 1) => _state.IamFaults.Add(null, new Fault(kind, null), times);

    /// <summary>An answer to the next VOD requests, which have no effect.</summary>
    public void AddAnswer(
        int status,
        string body,
        string contentType = "application/json",
        string? headerName = null,
        string? headerValue = null,
        int times = 1) =>
        _state.VodFaults.Add(null, MakeAnswer(status, body, contentType, headerName, headerValue), times);

    /// <summary>An answer to the next queries of one task.</summary>
    public void AddAnswerFor(
        string taskId,
        int status,
        string body,
        string contentType = "application/json",
        string? headerName = null,
        string? headerValue = null,
        int times = 1) =>
        _state.VodFaults.Add(taskId, MakeAnswer(status, body, contentType, headerName, headerValue), times);

    /// <summary>An answer to the next IAM requests.</summary>
    public void AddIamAnswer(
        int status,
        string body,
        string contentType = "application/json",
        string? headerName = null,
        string? headerValue = null,
        int times = 1) =>
        _state.IamFaults.Add(null, MakeAnswer(status, body, contentType, headerName, headerValue), times);

    /// <summary>An answer to the next requests to the metadata service, first for the session token and then for the keys.</summary>
    public void AddMetadataAnswer(int status, string body, int times = 1) =>
        _state.MetadataFaults.Add(null, MakeAnswer(status, body, "application/json", null, null), times);

    /// <summary>Removes all faults, including random ones.</summary>
    public void ClearFaults()
    {
        _state.VodFaults.Clear();
        _state.IamFaults.Clear();
        _state.MetadataFaults.Clear();
    }

    // PowerShell passes null to a string parameter as an empty string.
    private static Fault MakeAnswer(int status, string body, string contentType, string? headerName, string? headerValue)
    {
        HttpAnswer answer = HttpAnswer.Text(status, body, contentType);
        answer = string.IsNullOrEmpty(contentType) ? answer with { ContentType = null } : answer;
        return new Fault(null, string.IsNullOrEmpty(headerName) ? answer : answer.With(headerName, headerValue ?? ""));
    }
}

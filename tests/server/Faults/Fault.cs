using VodPreheat.TestServer.Wire;

namespace VodPreheat.TestServer.Faults;

/// <summary>The fault of one request: a kind of fault, or an answer that the test specified.</summary>
internal sealed record Fault(FaultKind? Kind, HttpAnswer? Answer);

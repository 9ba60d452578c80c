using VodPreheat.TestServer.Wire;

namespace VodPreheat.TestServer.Faults;

/// <summary>What is to happen to one request: a kind of fault, or an answer made by the test.</summary>
internal sealed record Fault(FaultKind? Kind, HttpAnswer? Answer);

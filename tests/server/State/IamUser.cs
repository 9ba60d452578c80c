using VodPreheat.TestServer.Faults;

namespace VodPreheat.TestServer.State;

/// <summary>An IAM user.</summary>
internal sealed record IamUser(string Name, string Password, string Domain)
{
    public string Id { get; } = Guid.NewGuid().ToString("N");

    public UserFault Fault { get; init; }
}

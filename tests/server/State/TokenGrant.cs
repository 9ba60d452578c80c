namespace VodPreheat.TestServer.State;

/// <summary>What a token is good for; without a project it is a global one.</summary>
internal sealed record TokenGrant(string? ProjectId, DateTimeOffset ExpiresAt);

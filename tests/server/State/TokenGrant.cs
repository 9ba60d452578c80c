namespace VodPreheat.TestServer.State;

/// <summary>The project of a token; without one, it is a global token.</summary>
internal sealed record TokenGrant(string? ProjectId, DateTimeOffset ExpiresAt);

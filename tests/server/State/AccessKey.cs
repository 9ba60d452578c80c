namespace VodPreheat.TestServer.State;

/// <summary>A secret key; a temporary one if it has a security token.</summary>
internal sealed record AccessKey(string Secret, string? SecurityToken, DateTimeOffset ExpiresAt, string[] ProjectIds);

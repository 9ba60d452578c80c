namespace VodPreheat.Client.Identity;

/// <summary>A project of IAM: its ID, its name, which for the project of a region is the region ID, and the name of the account, if known.</summary>
internal readonly record struct Project(string Id, string Name, string? DomainName = null);

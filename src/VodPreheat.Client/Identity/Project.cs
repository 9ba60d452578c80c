namespace VodPreheat.Client.Identity;

/// <summary>A project of IAM: its ID, and its name, which for the project of a region is the region ID.</summary>
internal readonly record struct Project(string Id, string Name);

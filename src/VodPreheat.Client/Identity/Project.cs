namespace VodPreheat.Client.Identity;

/// <summary>A project of IAM: its id, and its name, which for a region's own project is the region's id.</summary>
internal readonly record struct Project(string Id, string Name);

namespace VodPreheat.Client.Preheating;

/// <summary>The result of one URL of a task.</summary>
/// <param name="Url">The URL, as the service returns it.</param>
/// <param name="Status">The service's own text: processing, succeed, failed; others pass through; empty if there is none.</param>
public readonly record struct UrlResult(string Url, string Status);

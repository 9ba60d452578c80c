namespace VodPreheat.Client.Signing;

/// <summary>Names of the headers that authenticate a request. Source: devg-apisign, api-iam.</summary>
internal static class HeaderNames
{
    public const string AuthToken = "X-Auth-Token";
    public const string Authorization = "Authorization";
    public const string Date = "X-Sdk-Date";
    public const string IdentityProvider = "X-Idp-Id";
    public const string ProjectId = "X-Project-Id";
    public const string SecurityToken = "X-Security-Token";
    public const string SubjectToken = "X-Subject-Token";
}

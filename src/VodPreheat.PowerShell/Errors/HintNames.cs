namespace VodPreheat.Errors;

/// <summary>The cmdlets and parameters that the names in the client's hints stand for. The client does not know them.</summary>
internal static class HintNames
{
    private static readonly Dictionary<string, string> s_names = new()
    {
        ["{Reconnect}"] = "run Connect-VodAccount again",
        ["{Connection}"] = "Connect-VodAccount",
        ["{Region}"] = "-Region",
        ["{Endpoint}"] = "-Endpoint",
        ["{IamEndpoint}"] = "-IamEndpoint",
        ["{ProjectId}"] = "-ProjectId",
        ["{AccessKey}"] = "-AccessKey",
        ["{Token}"] = "-Token",
        ["{Password}"] = "-Credential",
        ["{AccountName}"] = "-DomainName (the account name)",
        ["{IdentityProvider}"] = "-IdentityProvider",
        ["{IdTokenFile}"] = "-IdTokenPath",
        ["{Agency}"] = "-Identity",
        ["{Sandbox}"] = "-Sandbox",
        ["{Proxy}"] = "-Proxy",
        ["{ProxyLogin}"] = "-ProxyCredential",
        ["{Timeout}"] = "-TimeoutSec",
        ["{QueryLimit}"] = "-RequestsPerMinute",
        ["{SubmissionLimit}"] = "-SubmissionsPerMinute",
        ["{AssetId}"] = "-AssetId",
        ["{Encoding}"] = "Get-Content -Encoding (such as gb18030)",
        ["{ReadLines}"] = "Get-Content without -Raw",
        ["{ReadFile}"] = "Get-Content for a list, Import-Csv for a table",
        ["{WholeJob}"] = "Invoke-VodPreheat",
    };

    /// <summary>A hint of the client with the names of this module.</summary>
    public static string Fill(string hint) =>
        s_names.Aggregate(hint, static (text, name) => text.Replace(name.Key, name.Value, StringComparison.Ordinal));
}

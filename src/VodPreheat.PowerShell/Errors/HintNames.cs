using VodPreheat.Client.Errors;

namespace VodPreheat.Errors;

/// <summary>The cmdlets and parameters that the client's hints are about. The client does not know them.</summary>
internal static class HintNames
{
    /// <summary>What a thing is called in this module.</summary>
    public static string Of(HintName name) => name switch
    {
        HintName.Reconnect => "run Connect-VodAccount again",
        HintName.Connection => "Connect-VodAccount",
        HintName.Region => "-Region",
        HintName.Endpoint => "-Endpoint",
        HintName.IamEndpoint => "-IamEndpoint",
        HintName.ProjectId => "-ProjectId",
        HintName.AccessKey => "-AccessKey",
        HintName.Token => "-Token",
        HintName.Password => "-Credential",
        HintName.AccountName => "-DomainName (the account name)",
        HintName.IdentityProvider => "-IdentityProvider",
        HintName.IdTokenFile => "-IdTokenPath",
        HintName.Agency => "-Identity",
        HintName.Proxy => "-Proxy",
        HintName.ProxyLogin => "-ProxyCredential",
        HintName.Timeout => "-TimeoutSec",
        HintName.QueryLimit => "-RequestsPerMinute",
        HintName.SubmissionLimit => "-SubmissionsPerMinute",
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };
}

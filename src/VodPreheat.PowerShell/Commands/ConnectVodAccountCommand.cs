using System.Management.Automation;
using System.Security;
using VodPreheat.Client;
using VodPreheat.Client.Connections;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Display;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Completion;
using VodPreheat.Connections;
using VodPreheat.Errors;
using VodPreheat.Parameters;
using VodPreheat.Progress;

namespace VodPreheat.Commands;

/// <summary>Connect-VodAccount: signs in, and makes the connection the default of the runspace.</summary>
[Cmdlet(VerbsCommunications.Connect, "VodAccount", DefaultParameterSetName = DefaultSet, HelpUri = VodCmdlet.HelpRoot + "Connect-VodAccount.md")]
[OutputType(typeof(VodConnection))]
public sealed class ConnectVodAccountCommand : VodCmdlet
{
    private const string DefaultSet = "Default";
    private const string AccessKeySet = "AccessKey";
    private const string TokenSet = "Token";
    private const string PasswordSet = "Password";

    // Two sets: in one, PowerShell could not require exactly one of the token and its path.
    private const string IdTokenSet = "IdToken";
    private const string IdTokenPathSet = "IdTokenPath";
    private const string IdentitySet = "Identity";
    private const string SandboxSet = "Sandbox";

    private static readonly string[] s_cloudOnly = [nameof(ProjectId), nameof(Endpoint), nameof(IamEndpoint), nameof(Proxy), nameof(ProxyCredential)];

    /// <summary>User name = access key ID (AK), password = secret key (SK); a string prompts for the secret key.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AccessKeySet, HelpMessage = "Specifies an access key: the access key ID (AK) as the user name, and the secret key (SK) as the password.")]
    [Credential]
    public PSCredential AccessKey { get; set; } = null!;

    /// <summary>The security token that belongs to a temporary access key.</summary>
    [Parameter(ParameterSetName = AccessKeySet, HelpMessage = "Specifies the security token of a temporary access key.")]
    public SecureString? SecurityToken { get; set; }

    /// <summary>An X-Auth-Token that was obtained elsewhere, for the project.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TokenSet, HelpMessage = "Specifies a token of IAM (X-Auth-Token) that was obtained elsewhere and is scoped to the project.")]
    public SecureString Token { get; set; } = null!;

    /// <summary>Name and password of an IAM user; a string prompts for the password.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PasswordSet, HelpMessage = "Specifies the name and password of an IAM user.")]
    [Credential]
    public PSCredential Credential { get; set; } = null!;

    /// <summary>The account name of the account that the IAM user belongs to.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PasswordSet, HelpMessage = "Specifies the name of the account that the IAM user belongs to.")]
    [ValidateNotNullOrEmpty]
    public string DomainName { get; set; } = null!;

    /// <summary>The name of the OpenID Connect identity provider in IAM.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdTokenSet, HelpMessage = "Specifies the name of an identity provider of the type OpenID Connect in IAM (console: Identity Providers).")]
    [Parameter(Mandatory = true, ParameterSetName = IdTokenPathSet, HelpMessage = "Specifies the name of an identity provider of the type OpenID Connect in IAM (console: Identity Providers).")]
    [ValidateNotNullOrEmpty]
    public string IdentityProvider { get; set; } = null!;

    /// <summary>An identity token of that provider; it cannot be renewed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdTokenSet, HelpMessage = "Specifies an identity token (JWT) that the identity provider issued.")]
    public SecureString IdToken { get; set; } = null!;

    /// <summary>A file with an identity token of that provider, read again at each renewal.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdTokenPathSet, HelpMessage = "Specifies the path of a file that contains an identity token (JWT) that the identity provider issued.")]
    [ValidateNotNullOrEmpty]
    public string IdTokenPath { get; set; } = null!;

    /// <summary>Uses the temporary keys of the ECS that this runs on.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdentitySet, HelpMessage = "Indicates that the cmdlet uses the temporary access keys of the agency of the ECS that it runs on.")]
    public SwitchParameter Identity { get; set; }

    /// <summary>Uses no cloud: the API is answered in the process.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SandboxSet, HelpMessage = "Indicates that the API is simulated in the process.")]
    public SwitchParameter Sandbox { get; set; }

    /// <summary>The region ID; by default $env:HW_REGION_NAME, then $env:HUAWEICLOUD_SDK_REGION.</summary>
    [Parameter(HelpMessage = "Specifies the ID of the region, such as cn-north-4.")]
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string? Region { get; set; }

    /// <summary>The project ID of the region; by default that of the credentials, else looked up in IAM.</summary>
    [Parameter(HelpMessage = "Specifies the ID of the project in the region (console: My Credentials).")]
    public string? ProjectId { get; set; }

    /// <summary>Overrides the region's endpoint of VOD.</summary>
    [Parameter(HelpMessage = "Specifies the address of VOD.")]
    public Uri? Endpoint { get; set; }

    /// <summary>Overrides the region's endpoint of IAM; required with an endpoint outside the public cloud.</summary>
    [Parameter(HelpMessage = "Specifies the address of IAM.")]
    public Uri? IamEndpoint { get; set; }

    /// <summary>The address of an HTTP proxy; by default that of the environment (HTTPS_PROXY).</summary>
    [Parameter(HelpMessage = "Specifies the address of an HTTP proxy, such as http://proxy.example.com:3128.")]
    public Uri? Proxy { get; set; }

    /// <summary>The login of the proxy.</summary>
    [Parameter(HelpMessage = "Specifies the user name and password for the proxy.")]
    [Credential]
    public PSCredential? ProxyCredential { get; set; }

    /// <summary>The timeout of one attempt of a request, in seconds.</summary>
    [Parameter(HelpMessage = "Specifies the maximum time for one attempt of a request, from sending it to the end of the answer, in seconds.")]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = 30;

    /// <summary>The maximum number of retries.</summary>
    [Parameter(HelpMessage = "Specifies the maximum number of retries of a request that can be retried.")]
    [ValidateRange(0, 20)]
    public int MaximumRetryCount { get; set; } = 3;

    /// <summary>The maximum number of queries in any minute on the connection; 0 for no limit.</summary>
    [Parameter(HelpMessage = "Specifies the maximum number of queries per minute, shared by everything that uses the connection.")]
    [ValidateRange(0, 1_000_000)]
    public int RequestsPerMinute { get; set; } = 100;

    /// <summary>The maximum number of submissions in any minute on the connection; 0 for no limit.</summary>
    [Parameter(HelpMessage = "Specifies the maximum number of submissions per minute, shared by everything that uses the connection.")]
    [ValidateRange(0, 1_000_000)]
    public int SubmissionsPerMinute { get; set; } = 100;

    /// <summary>Writes the connection.</summary>
    [Parameter(HelpMessage = "Returns the connection and makes it the default connection.")]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Writes the connection and keeps the default.</summary>
    [Parameter(HelpMessage = "Returns the connection and does not change the default connection.")]
    public SwitchParameter NoDefault { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        VodConnection connection;
        try
        {
            connection = Connect();
        }
        catch (VodClientException failure)
        {
            ThrowTerminatingError(ErrorRecords.FromConnect(failure, DefaultConnection.Current));
            throw;
        }

        if (!NoDefault)
        {
            DefaultConnection.Set(connection);
        }

        if (NoDefault || PassThru)
        {
            WriteObject(connection);
        }
    }

    private VodConnection Connect()
    {
        if (Sandbox && s_cloudOnly.Where(MyInvocation.BoundParameters.ContainsKey).ToArray() is { Length: > 0 } others)
        {
            ThrowTerminatingError(ErrorRecords.NotForSandbox(others, DefaultConnection.Current));
        }

        var transport = new TransportSettings
        {
            Proxy = Proxy,
            ProxyLogin = SecureStringReader.ReadProxyLogin(ProxyCredential),
            Timeout = TimeSpan.FromSeconds(TimeoutSec),
            MaximumRetryCount = MaximumRetryCount,
            RequestsPerMinute = RequestsPerMinute,
            UserAgent = UserAgent,
            SubmissionsPerMinute = SubmissionsPerMinute,
        };
        if (ParameterSetName == SandboxSet)
        {
            return new VodConnection(ConnectionFactory.ConnectSandbox(transport, Region));
        }

        var factory = new ConnectionFactory(new ConnectSettings
        {
            Region = Region,
            Endpoint = Endpoint,
            IamEndpoint = IamEndpoint,
            ProjectId = ProjectId,
            Transport = transport,
            ResolvePath = path => FileSystemPath.Resolve(SessionState.Path, path),
            Warn = warning => WriteWarning(DisplayText.Clean(warning)),
        });
        Task<VodClient> client = ParameterSetName switch
        {
            AccessKeySet => factory.ConnectWithAccessKeyAsync(
                AccessKey.UserName,
                SecureStringReader.Read(AccessKey.Password),
                SecurityToken is null ? null : SecureStringReader.Read(SecurityToken),
                Context),
            TokenSet => factory.ConnectWithTokenAsync(SecureStringReader.Read(Token), Context),
            PasswordSet => factory.ConnectWithPasswordAsync(
                Credential.UserName, SecureStringReader.Read(Credential.Password), DomainName, Context),
            IdTokenSet => factory.ConnectWithIdTokenAsync(IdentityProvider, SecureStringReader.Read(IdToken), Context),
            IdTokenPathSet => factory.ConnectWithIdTokenFileAsync(IdentityProvider, IdTokenPath, Context),
            IdentitySet => factory.ConnectWithIdentityAsync(Context),
            _ => factory.ConnectWithFoundCredentialAsync(Context),
        };
        AnswerProgressBar progress = CompletedAtEnd(new AnswerProgressBar(this, "Signing in", transport.Clock));
        return new VodConnection(WaitFor(client, progress.Show).GetAwaiter().GetResult());
    }
}

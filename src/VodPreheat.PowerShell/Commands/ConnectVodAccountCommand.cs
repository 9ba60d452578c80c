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

namespace VodPreheat.Commands;

/// <summary>Connect-VodAccount: keeps the session's credentials, and makes the connection the default.</summary>
[Cmdlet(VerbsCommunications.Connect, "VodAccount", DefaultParameterSetName = DefaultSet, HelpUri = VodCmdlet.HelpRoot + "Connect-VodAccount.md")]
[OutputType(typeof(VodConnection))]
public sealed class ConnectVodAccountCommand : VodCmdlet
{
    private const string DefaultSet = "Default";
    private const string AccessKeySet = "AccessKey";
    private const string TokenSet = "Token";
    private const string PasswordSet = "Password";
    private const string IdTokenSet = "IdToken";
    private const string IdTokenPathSet = "IdTokenPath";
    private const string IdentitySet = "Identity";
    private const string SandboxSet = "Sandbox";

    /// <summary>User name = access key id (AK), password = secret key (SK); a bare string prompts for the secret key.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AccessKeySet)]
    [Credential]
    public PSCredential AccessKey { get; set; } = null!;

    /// <summary>The security token that belongs to a temporary access key.</summary>
    [Parameter(ParameterSetName = AccessKeySet)]
    public SecureString? SecurityToken { get; set; }

    /// <summary>An X-Auth-Token that was got elsewhere, scoped to the project.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TokenSet)]
    public SecureString Token { get; set; } = null!;

    /// <summary>Name and password of an IAM user; a bare string prompts for the password.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PasswordSet)]
    [Credential]
    public PSCredential Credential { get; set; } = null!;

    /// <summary>The account (domain) that the IAM user belongs to.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PasswordSet)]
    [ValidateNotNullOrEmpty]
    public string DomainName { get; set; } = null!;

    /// <summary>The name of the OpenID Connect identity provider in IAM.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdTokenSet)]
    [Parameter(Mandatory = true, ParameterSetName = IdTokenPathSet)]
    [ValidateNotNullOrEmpty]
    public string IdentityProvider { get; set; } = null!;

    /// <summary>An identity token of that provider; it cannot be renewed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdTokenSet)]
    public SecureString IdToken { get; set; } = null!;

    /// <summary>A file with an identity token of that provider, read again at each renewal.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdTokenPathSet)]
    [ValidateNotNullOrEmpty]
    public string IdTokenPath { get; set; } = null!;

    /// <summary>Use the temporary keys of the ECS that this runs on.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdentitySet)]
    public SwitchParameter Identity { get; set; }

    /// <summary>No cloud at all: the API answered inside the process.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SandboxSet)]
    public SwitchParameter Sandbox { get; set; }

    /// <summary>The region's id; $env:HW_REGION_NAME, then $env:HUAWEICLOUD_SDK_REGION, if not given.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string? Region { get; set; }

    /// <summary>The project id of the region; found from the credentials or looked up at IAM if not given.</summary>
    [Parameter]
    public string? ProjectId { get; set; }

    /// <summary>Another address of VOD than the region's.</summary>
    [Parameter]
    public Uri? Endpoint { get; set; }

    /// <summary>Another address of IAM than the region's; needed beside a VOD outside the public cloud.</summary>
    [Parameter]
    public Uri? IamEndpoint { get; set; }

    /// <summary>Address of an HTTP proxy; the environment's (HTTPS_PROXY) if not given.</summary>
    [Parameter]
    public Uri? Proxy { get; set; }

    /// <summary>Login of the proxy.</summary>
    [Parameter]
    [Credential]
    public PSCredential? ProxyCredential { get; set; }

    /// <summary>Seconds for one attempt of a request.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = 30;

    /// <summary>Retries after the first attempt of a request that may be repeated.</summary>
    [Parameter]
    [ValidateRange(0, 20)]
    public int MaximumRetryCount { get; set; } = 3;

    /// <summary>Queries in any minute, shared by everything that uses the connection; 0 for no limit.</summary>
    [Parameter]
    [ValidateRange(0, 1_000_000)]
    public int RequestsPerMinute { get; set; } = 100;

    /// <summary>Submissions in any minute, shared by everything that uses the connection; 0 for no limit.</summary>
    [Parameter]
    [ValidateRange(0, 1_000_000)]
    public int SubmissionsPerMinute { get; set; } = 100;

    /// <summary>Write the connection.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Write the connection and leave the default alone.</summary>
    [Parameter]
    public SwitchParameter NoDefault { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        VodConnection connection;
        try
        {
            connection = Connect();
        }
        catch (VodClientException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, target: null, subject: null));
            throw;
        }

        if (!NoDefault)
        {
            DefaultConnection.Set(connection, isHandedOut: PassThru);
        }

        if (NoDefault || PassThru)
        {
            WriteObject(connection);
        }
    }

    private VodConnection Connect()
    {
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
        return new VodConnection(WaitFor(client).GetAwaiter().GetResult());
    }
}

using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Iam;
using VodPreheat.Client.Sandbox;

namespace VodPreheat.Client.Connections;

/// <summary>
/// Turns a way of signing in into a connection. Only the project look-up and a password go to IAM, and only
/// <see cref="ConnectWithIdentityAsync"/> goes to the metadata service; without them nothing is sent.
/// </summary>
/// <exception cref="VodClientException">The settings cannot work, or the credentials or the project were not found.</exception>
public sealed class ConnectionFactory
{
    private readonly ConnectSettings _settings;
    private readonly Uri _vod;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="VodClientException">Neither region nor endpoint, or an address that cannot be used.</exception>
    public ConnectionFactory(ConnectSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings with
        {
            Region = RegionOf(settings),
            ProjectId = string.IsNullOrWhiteSpace(settings.ProjectId) ? null : CheckedProjectId(settings.ProjectId.Trim()),
            Transport = settings.Transport with { Proxy = Endpoints.Proxy(settings.Transport.Proxy) },
        };
        _vod = Endpoints.Vod(settings.Endpoint, _settings.Region, settings.ReadVariable);
    }

    /// <summary>The region, if one is known.</summary>
    public string? Region => _settings.Region;

    /// <summary>A connection in this process, without cloud, network or file.</summary>
    public static VodClient ConnectSandbox(TransportSettings transport) => new(
        SandboxHandler.Endpoint,
        SandboxHandler.ProjectId,
        new FixedCredentialSource(SandboxHandler.CreateCredential(), "Sandbox"),
        transport with { Network = static () => new SandboxHandler() });

    /// <summary>Signs in by an access key.</summary>
    public Task<VodClient> ConnectWithAccessKeyAsync(string accessKey, Secret secretKey, Secret? securityToken, InvocationContext scope) =>
        ConnectAsync(new FixedCredentialSource(AccessKeyCredential.Create(accessKey, secretKey, securityToken), "AccessKey"), scope);

    /// <summary>Signs in by a token that was got elsewhere.</summary>
    public Task<VodClient> ConnectWithTokenAsync(Secret token, InvocationContext scope) =>
        ConnectAsync(new FixedCredentialSource(new TokenCredential(token.CheckedForHeader("token")), "Token"), scope);

    /// <summary>Signs in by the first access key of the environment and the credentials file.</summary>
    public Task<VodClient> ConnectWithFoundKeyAsync(InvocationContext scope) =>
        ConnectAsync(new FixedCredentialSource(CredentialChain.Find(_settings.ReadVariable), "AccessKey"), scope);

    /// <summary>Signs in by an IAM user's password, at once, so that a wrong one is told here; renewed later by itself.</summary>
    public Task<VodClient> ConnectWithPasswordAsync(string userName, Secret password, string domainName, InvocationContext scope)
    {
        if (password.IsEmpty)
        {
            throw CredentialsFile.Invalid("The password is empty.");
        }

        if (_settings.ProjectId is null && _settings.Region is null)
        {
            throw ProjectLookup.NotFound("A token is made for one project, and neither a region nor a project id is known.");
        }

        var project = new Project(_settings.ProjectId ?? string.Empty, _settings.Region ?? string.Empty);
        RenewingCredentialSource source = null!;
        var iam = new IamClient(Iam(), _settings.Transport, () => source.Secrets);
        source = new RenewingCredentialSource(
            "Password",
            userName,
            (scope, cancellation) => iam.GetTokenAsync(userName, password, domainName, project, scope, cancellation),
            iam,
            password,
            _settings.Transport.Clock);
        return ConnectAsync(source, scope, needsCredential: true);
    }

    /// <summary>Signs in by the temporary keys of the ECS that this runs on; renewed by themselves.</summary>
    public Task<VodClient> ConnectWithIdentityAsync(InvocationContext scope)
    {
        var metadata = new MetadataClient(_settings.Transport, _settings.ReadVariable);
        var source = new RenewingCredentialSource(
            "Identity", accountName: null, metadata.GetKeysAsync, metadata, fetchSecret: null, _settings.Transport.Clock);
        return ConnectAsync(source, scope, needsCredential: true);
    }

    private async Task<VodClient> ConnectAsync(CredentialSource source, InvocationContext scope, bool needsCredential = false)
    {
        try
        {
            string? projectId = _settings.ProjectId;
            if (projectId is null || needsCredential)
            {
                Credential credential = await source.GetAsync(scope, scope.Cancellation).ConfigureAwait(false);
                projectId ??= credential.ProjectId ?? await FindProjectAsync(source, credential, scope).ConfigureAwait(false);
            }

            return new VodClient(_vod, CheckedProjectId(projectId), source, _settings.Transport);
        }
        catch
        {
            source.Dispose();
            _settings.Transport.ProxyLogin?.Dispose();
            throw;
        }
    }

    private async Task<string> FindProjectAsync(CredentialSource source, Credential credential, InvocationContext scope)
    {
        if (_settings.Region is not { } region)
        {
            throw ProjectLookup.NotFound("The project id is not known, and without a region it cannot be looked up.");
        }

        Uri address = Iam();
        using var iam = new IamClient(address, _settings.Transport, () => source.Secrets);
        return await ProjectLookup.FindAsync(iam, address, region, credential, scope).ConfigureAwait(false);
    }

    // It goes into a header and the path.
    private static string CheckedProjectId(string id) => id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
        ? id
        : throw ProjectLookup.NotFound("The project id given has characters other than letters, digits, '-' and '_'.");

    private Uri Iam() => Endpoints.Iam(_settings.IamEndpoint, _vod, _settings.Region, _settings.ReadVariable);

    // Region ids are lower-case everywhere: in host names and as names of projects.
    private static string? RegionOf(ConnectSettings settings) =>
        new[] { settings.Region, settings.ReadVariable("HW_REGION_NAME"), settings.ReadVariable("HUAWEICLOUD_SDK_REGION") }
            .FirstOrDefault(static region => !string.IsNullOrWhiteSpace(region))?.Trim().ToLowerInvariant();
}

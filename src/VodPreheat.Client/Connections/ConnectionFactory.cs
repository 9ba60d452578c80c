using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Identity;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Journal;
using VodPreheat.Client.Sandbox;
using VodPreheat.Client.Secrets;

namespace VodPreheat.Client.Connections;

/// <summary>
/// Connects by each method of signing in. Only the project lookup, a password and an identity token go to IAM, and only
/// <see cref="ConnectWithIdentityAsync"/> goes to the metadata service; without them nothing is sent.
/// </summary>
/// <exception cref="VodClientException">The settings cannot work, or the credentials or the project were not found.</exception>
public sealed class ConnectionFactory
{
    private const string IdTokenEnded =
        "The identity token cannot be renewed: {Reconnect} with a new one, or with {IdTokenFile}, which is read again at each renewal.";

    private readonly ConnectSettings _settings;
    private readonly Uri _vod;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="VodClientException">Neither region nor endpoint, or an address that cannot be used.</exception>
    public ConnectionFactory(ConnectSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        try
        {
            _settings = settings with
            {
                Region = RegionOf(settings),
                ProjectId = string.IsNullOrWhiteSpace(settings.ProjectId) ? null : CheckedProjectId(settings.ProjectId.Trim()),
                Transport = settings.Transport with { Proxy = ServiceAddress.Proxy(settings.Transport.Proxy, settings.Transport.ProxyLogin) },
            };
            _vod = Endpoints.Vod(settings.Endpoint, _settings.Region, settings.ReadVariable);
        }
        catch
        {
            settings.Transport.ProxyLogin?.Dispose();
            throw;
        }
    }

    /// <summary>The region, if one is known.</summary>
    public string? Region => _settings.Region;

    /// <summary>
    /// A connection to a sandbox in this process, without cloud, network or files. VODPREHEAT_SANDBOX_QUOTA in the environment is the number of URLs
    /// that it accepts.
    /// </summary>
    public static VodClient ConnectSandbox(TransportSettings transport, string? region = null) => new(
        SandboxHandler.Endpoint,
        SandboxHandler.ProjectId,
        new FixedCredentialSource(SandboxHandler.CreateCredential(), AuthenticationType.Sandbox),
        transport with { Network = () => new SandboxHandler(transport.Clock, Environment.GetEnvironmentVariable) },
        SubmissionJournal.InMemory())
    {
        Region = region ?? "sandbox",
    };

    /// <summary>Signs in with an access key.</summary>
    public Task<VodClient> ConnectWithAccessKeyAsync(string accessKey, Secret secretKey, Secret? securityToken, InvocationContext context) =>
        ConnectAsync(new FixedCredentialSource(AccessKeyCredential.Create(accessKey, secretKey, securityToken), AuthenticationType.AccessKey), context);

    /// <summary>Signs in with a token that was obtained elsewhere.</summary>
    public Task<VodClient> ConnectWithTokenAsync(Secret token, InvocationContext context) =>
        ConnectAsync(new FixedCredentialSource(new TokenCredential(token.CheckedForHeader("token")), AuthenticationType.Token), context);

    /// <summary>Signs in with the first credentials found: in the environment, then in the credentials file.</summary>
    public Task<VodClient> ConnectWithFoundCredentialAsync(InvocationContext context) => new CredentialChain(_settings).Find() switch
    {
        (_, { } login) => ConnectWithIdTokenFileAsync(login, context),
        (var key, _) => ConnectAsync(new FixedCredentialSource(key!, AuthenticationType.AccessKey), context),
    };

    /// <summary>Signs in with an IAM user's password, immediately, so that an incorrect one fails here. The token is renewed automatically.</summary>
    public Task<VodClient> ConnectWithPasswordAsync(string userName, Secret password, string domainName, InvocationContext context)
    {
        if (password.IsEmpty)
        {
            throw InvalidCredential.Given("The password is empty.", "Specify the password of the IAM user.");
        }

        Project project = ProjectOfToken(null);
        return ConnectByTokenAsync(
            AuthenticationType.Password,
            userName,
            password,
            iam => context => iam.GetTokenAsync(userName, password, domainName, project, context),
            context);
    }

    /// <summary>Signs in with an identity provider's token in a file, immediately. The file is read again at each renewal.</summary>
    /// <param name="identityProvider">The name of the identity provider in IAM.</param>
    /// <param name="tokenPath">The path of the file, as a user wrote it.</param>
    /// <param name="context">The invocation that signs in.</param>
    public Task<VodClient> ConnectWithIdTokenFileAsync(string identityProvider, string tokenPath, InvocationContext context) =>
        ConnectWithIdTokenFileAsync(
            new IdentityProviderLogin(
                identityProvider,
                _settings.ResolvePath(tokenPath) ?? throw InvalidCredential.Given(
                    $"The path of the identity token, '{tokenPath}', is not a path of the file system.", "Specify the path of a file."),
                ProjectId: null),
            context);

    /// <summary>Signs in with an identity provider's token, immediately; it cannot be renewed, and is wiped after its use.</summary>
    /// <param name="identityProvider">The name of the identity provider in IAM.</param>
    /// <param name="idToken">The token.</param>
    /// <param name="context">The invocation that signs in.</param>
    public async Task<VodClient> ConnectWithIdTokenAsync(string identityProvider, Secret idToken, InvocationContext context)
    {
        using Secret given = idToken;
        using Secret token = IdToken.Parse(given.Bytes, "The identity token");
        identityProvider = CheckedIdentityProvider(identityProvider);
        Project project = ProjectOfToken(null);
        using var iam = new IamClient(Iam(), _settings.Transport, static () => []);
        FetchedCredential fetched = await iam.GetTokenAsync(identityProvider, token, project, context).ConfigureAwait(false);
        var source = new FixedCredentialSource(fetched.Credential, AuthenticationType.IdToken, identityProvider, IdTokenEnded);
        return await ConnectAsync(source, context, needsCredential: true).ConfigureAwait(false);
    }

    /// <summary>Signs in with the temporary keys of the ECS that this runs on; they are renewed automatically.</summary>
    public Task<VodClient> ConnectWithIdentityAsync(InvocationContext context)
    {
        var metadata = new MetadataClient(_settings.Transport, _settings.ReadVariable);
        var source = new RenewingCredentialSource(
            AuthenticationType.Identity, accountName: null, metadata.GetKeysAsync, metadata, fetchSecret: null, _settings.Transport.Clock);
        return ConnectAsync(source, context, needsCredential: true);
    }

    private Task<VodClient> ConnectWithIdTokenFileAsync(IdentityProviderLogin login, InvocationContext context)
    {
        string identityProvider = CheckedIdentityProvider(login.Provider);
        Project project = ProjectOfToken(login.ProjectId);
        return ConnectByTokenAsync(
            AuthenticationType.IdToken,
            identityProvider,
            keptSecret: null,
            iam => new IdTokenFileExchange(iam, identityProvider, login.TokenPath, project).GetTokenAsync,
            context);
    }

    /// <summary>Connects with a token of IAM that is requested now and renewed later.</summary>
    private Task<VodClient> ConnectByTokenAsync(
        AuthenticationType authenticationType,
        string accountName,
        Secret? keptSecret,
        Func<IamClient, Func<InvocationContext, Task<FetchedCredential>>> fetchFrom,
        InvocationContext context)
    {
        RenewingCredentialSource source = null!;
        var iam = new IamClient(Iam(), _settings.Transport, () => source.Secrets);
        source = new RenewingCredentialSource(authenticationType, accountName, fetchFrom(iam), iam, keptSecret, _settings.Transport.Clock);
        return ConnectAsync(source, context, needsCredential: true);
    }

    private async Task<VodClient> ConnectAsync(CredentialSource source, InvocationContext context, bool needsCredential = false)
    {
        try
        {
            string? projectId = _settings.ProjectId;
            if (projectId is null || needsCredential)
            {
                Credential credential = await source.GetAsync(context).ConfigureAwait(false);
                projectId ??= credential.ProjectId ?? await FindProjectAsync(source, credential, context).ConfigureAwait(false);
            }

            var journal = SubmissionJournal.OfThisMachine(_settings.ReadVariable, _settings.Transport.Clock);
            return new VodClient(_vod, CheckedProjectId(projectId), source, _settings.Transport, journal) { Region = Region };
        }
        catch
        {
            source.Dispose();
            _settings.Transport.ProxyLogin?.Dispose();
            throw;
        }
    }

    private async Task<string> FindProjectAsync(CredentialSource source, Credential credential, InvocationContext context)
    {
        if (_settings.Region is not { } region)
        {
            throw ProjectLookup.NotFound("The project ID is not known, and without a region it cannot be looked up.");
        }

        Uri address = Iam();
        using var iam = new IamClient(address, _settings.Transport, () => source.Secrets);
        return await ProjectLookup.FindAsync(iam, address, region, credential, context).ConfigureAwait(false);
    }

    /// <summary>The project that IAM issues a token for: by its ID, else by its name, which is the region ID.</summary>
    private Project ProjectOfToken(string? besideCredentials)
    {
        string? id = _settings.ProjectId ?? (besideCredentials is null ? null : CheckedProjectId(besideCredentials));
        return id is null && _settings.Region is null
            ? throw ProjectLookup.NotFound("A token is issued for one project, and neither a region nor a project ID is known.")
            : new Project(id ?? string.Empty, _settings.Region ?? string.Empty);
    }

    // It is sent in a header.
    private static string CheckedIdentityProvider(string name) => name.Trim() is { Length: > 0 } trimmed && trimmed.All(static c => c is > ' ' and <= '~')
        ? trimmed
        : throw InvalidCredential.Given(
            "The name of the identity provider is empty, or contains spaces or characters that are not ASCII.",
            "Specify the name that the identity provider has in IAM (console: Identity Providers).");

    // It is sent in a header and in the path.
    private static string CheckedProjectId(string id) => IsProjectId(id)
        ? id
        : throw ProjectLookup.NotFound("The project ID contains characters other than letters, digits, '-', and '_'.");

    internal static bool IsProjectId(string id) => id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private Uri Iam() => Endpoints.Iam(_settings.IamEndpoint, _vod, _settings.Region, _settings.ReadVariable);

    // Region IDs are lowercase everywhere: in host names and as names of projects.
    private static string? RegionOf(ConnectSettings settings)
    {
        const string First = "HW_REGION_NAME";
        const string Second = "HUAWEICLOUD_SDK_REGION";
        foreach ((string source, string? text) in new[] { ("{Region}", settings.Region), (First, settings.ReadVariable(First)), (Second, settings.ReadVariable(Second)) })
        {
            if (!string.IsNullOrWhiteSpace(text))
            {
                string region = text.Trim().ToLowerInvariant();
                return region.All(static c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.')
                    ? region
                    : throw ServiceAddress.Invalid("region", region, $"Check {source}: a region ID consists of letters, digits, and '-', such as cn-north-4.");
            }
        }

        return null;
    }
}

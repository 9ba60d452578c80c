using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Secrets;

namespace VodPreheat.Client.Connections;

/// <summary>
/// Finds credentials where the official SDKs look: an access key in the environment, then an identity provider in the
/// environment, then an access key in the credentials file. A source that exists but is faulty is an error, and parts of two
/// sources are never combined.
/// </summary>
internal sealed class CredentialChain(ConnectSettings settings)
{
    private const string Prefix = "HUAWEICLOUD_SDK_";
    private const string FileVariable = Prefix + "CREDENTIALS_FILE";

    /// <summary>The first source's credentials: one of the two.</summary>
    /// <exception cref="VodClientException">A faulty source, or none.</exception>
    public (AccessKeyCredential? Key, IdentityProviderLogin? Provider) Find() => KeyOfEnvironment() is { } key ? (key, null)
        : ProviderOfEnvironment() is { } provider ? (null, provider)
        : KeyOfFile() is { } kept ? (kept, null)
        : throw NothingFound();

    private AccessKeyCredential? KeyOfEnvironment() =>
        Make("The environment", Prefix + "AK", Read("AK"), Prefix + "SK", Read("SK"), Read("SECURITY_TOKEN"), Read("PROJECT_ID"));

    private IdentityProviderLogin? ProviderOfEnvironment()
    {
        const string FileName = "ID_TOKEN_FILE";
        return WholePair("The environment", Prefix + "IDP_ID", Read("IDP_ID"), Prefix + FileName, Read(FileName)) is (var provider, var file)
            ? new IdentityProviderLogin(provider, Resolve(Prefix + FileName, file), Read("PROJECT_ID"))
            : null;
    }

    private AccessKeyCredential? KeyOfFile()
    {
        string? named = Read("CREDENTIALS_FILE");
        string path = named is null ? DefaultPath() : Resolve(FileVariable, named);
        if (CredentialsFile.Read(path, settings.Warn) is not { } values)
        {
            return named is null ? null : throw InvalidCredential.InSource($"The credentials file {path}, named by {FileVariable}, does not exist.");
        }

        string source = $"The credentials file {path}, section [basic],";
        string? Get(string name) => values.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
        return Make(source, "ak", Get("ak"), "sk", Get("sk"), Get("security_token"), Get("project_id"))
            ?? throw InvalidCredential.InSource($"{source} has neither ak nor sk.");
    }

    // A leftover security token or project ID alone is not a source.
    private static AccessKeyCredential? Make(
        string source, string accessName, string? access, string secretName, string? secret, string? securityToken, string? projectId)
    {
        if (WholePair(source, accessName, access, secretName, secret) is not (var id, var key))
        {
            return null;
        }

        try
        {
            return AccessKeyCredential.Create(id, new Secret(key), securityToken is null ? null : new Secret(securityToken), projectId);
        }
        catch (VodClientException failure)
        {
            throw InvalidCredential.InSource($"{source} has an unusable key. {failure.What}");
        }
    }

    private static (string First, string Second)? WholePair(string source, string firstName, string? first, string secondName, string? second) =>
        (first, second) switch
        {
            (null, null) => null,
            ({ } one, { } two) => (one, two),
            (null, _) => throw InvalidCredential.InSource($"{source} has {secondName} but not {firstName}."),
            (_, null) => throw InvalidCredential.InSource($"{source} has {firstName} but not {secondName}."),
        };

    private string? Read(string name) =>
        settings.ReadVariable(Prefix + name) is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    private string Resolve(string variable, string path) =>
        settings.ResolvePath(path) ?? throw InvalidCredential.InSource($"{variable}: '{path}' is not a path of the file system.");

    // Always rooted: without a home folder it must not become a file of the current folder, which others may be able to write to.
    private string DefaultPath() => Path.Combine(Path.GetPathRoot(Environment.CurrentDirectory)!, settings.HomeFolder, ".huaweicloud", "credentials");

    private VodClientException NothingFound() => new(
        FailureKind.Authentication,
        ErrorIds.NoCredential,
        $"No credentials were found in any source: the environment variables {Prefix}AK and {Prefix}SK (not set), " +
        $"{Prefix}IDP_ID and {Prefix}ID_TOKEN_FILE (not set), and the credentials file {DefaultPath()} (does not exist).",
        "Set up one of the sources, or specify {AccessKey}, {Token}, {Password}, " +
        "{IdentityProvider}, or {Agency} for {Connection}.");
}

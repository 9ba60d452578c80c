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
    private const string Environment = "The environment";

    /// <summary>The first source's credentials: one of the two.</summary>
    /// <exception cref="VodClientException">A faulty source, or none.</exception>
    public (AccessKeyCredential? Key, IdentityProviderLogin? Provider) Find() => KeyOfEnvironment() is { } key ? (key, null)
        : ProviderOfEnvironment() is { } provider ? (null, provider)
        : KeyOfFile() is { } kept ? (kept, null)
        : throw NothingFound();

    private AccessKeyCredential? KeyOfEnvironment() =>
        Make(Environment, name => Read(name.ToUpperInvariant()), VariableOf);

    private IdentityProviderLogin? ProviderOfEnvironment()
    {
        const string FileName = "ID_TOKEN_FILE";
        return WholePair(Environment, Prefix + "IDP_ID", Read("IDP_ID"), Prefix + FileName, Read(FileName)) is (var provider, var file)
            ? new IdentityProviderLogin(provider, Resolve(Prefix + FileName, file), CheckedProjectId(Environment, Prefix + "PROJECT_ID", Read("PROJECT_ID")))
            : null;
    }

    private AccessKeyCredential? KeyOfFile()
    {
        string? named = Read("CREDENTIALS_FILE");
        if ((named is null ? DefaultPath() : Resolve(FileVariable, named)) is not { } path)
        {
            return null;
        }

        if (CredentialsFile.Read(path, settings.Warn) is not { } values)
        {
            return named is null ? null : throw InvalidCredential.InSource($"The credentials file {path}, named by {FileVariable}, does not exist.");
        }

        string source = $"The credentials file {path}, section [basic],";
        string? Get(string name) => values.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
        return Make(source, Get, static name => name) ?? throw InvalidCredential.InSource($"{source} has neither ak nor sk.");
    }

    // A leftover security token or project ID alone is not a source.
    private static AccessKeyCredential? Make(string source, Func<string, string?> read, Func<string, string> nameOf)
    {
        if (WholePair(source, nameOf("ak"), read("ak"), nameOf("sk"), read("sk")) is not (var id, var key))
        {
            return null;
        }

        string? projectId = CheckedProjectId(source, nameOf("project_id"), read("project_id"));
        Secret secretKey = Checked(source, nameOf("sk"), key);
        Secret? securityToken = read("security_token") is { } token ? Checked(source, nameOf("security_token"), token) : null;
        try
        {
            return AccessKeyCredential.Create(id, secretKey, securityToken, projectId);
        }
        catch (VodClientException failure)
        {
            throw InvalidCredential.InSource($"{source} has an unusable {nameOf("ak")}. {failure.What}");
        }
    }

    private static Secret Checked(string source, string name, string text)
    {
        var secret = new Secret(text);
        return InvalidCredential.ProblemOf(secret) is { } problem ? throw InvalidCredential.InSource($"{source} has {name}, but it {problem}.") : secret;
    }

    private static string? CheckedProjectId(string source, string name, string? id) => id is null || ConnectionFactory.IsProjectId(id)
        ? id
        : throw InvalidCredential.InSource($"{source} has {name}, but it contains characters other than letters, digits, '-', and '_'.");

    private static (string First, string Second)? WholePair(string source, string firstName, string? first, string secondName, string? second) =>
        (first, second) switch
        {
            (null, null) => null,
            ({ } one, { } two) => (one, two),
            (null, _) => throw InvalidCredential.InSource($"{source} has {secondName} but not {firstName}."),
            (_, null) => throw InvalidCredential.InSource($"{source} has {firstName} but not {secondName}."),
        };

    private static string VariableOf(string name) => Prefix + name.ToUpperInvariant();

    private string? Read(string name) =>
        settings.ReadVariable(Prefix + name) is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    private string Resolve(string variable, string path) =>
        settings.ResolvePath(path) ?? throw InvalidCredential.InSource($"{variable}: '{path}' is not a path of the file system.");

    // Null without a home folder: in the current folder, or at the root of its drive, others may be able to create one.
    private string? DefaultPath() =>
        Path.IsPathFullyQualified(settings.HomeFolder) ? Path.Combine(settings.HomeFolder, ".huaweicloud", "credentials") : null;

    private VodClientException NothingFound() => new(
        FailureKind.Authentication,
        ErrorIds.NoCredential,
        $"No credentials were found in any source: the environment variables {Prefix}AK and {Prefix}SK (not set), " +
        $"{Prefix}IDP_ID and {Prefix}ID_TOKEN_FILE (not set), and the credentials file {DefaultPath() ?? "of the home folder"} (does not exist).",
        "Set up one of the sources, or specify {AccessKey}, {Token}, {Password}, " +
        "{IdentityProvider}, or {Agency} for {Connection}; {Sandbox} needs no account.");
}

using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Credentials;

/// <summary>
/// Finds an access key where the official SDKs look: the environment, then the credentials file. A source that is there but
/// faulty is an error, and parts of two sources never mix.
/// </summary>
internal static class CredentialChain
{
    private const string Prefix = "HUAWEICLOUD_SDK_";
    private const string FileVariable = Prefix + "CREDENTIALS_FILE";

    /// <summary>The first source's key, with the project id that stands beside it.</summary>
    /// <exception cref="VodClientException">A faulty source, or none.</exception>
    public static AccessKeyCredential Find(Func<string, string?> environment) =>
        FromEnvironment(environment) ?? FromFile(environment) ?? throw NothingFound(environment);

    private static AccessKeyCredential? FromEnvironment(Func<string, string?> environment)
    {
        string? Get(string name) => environment(Prefix + name) is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

        // A left-over security token or project id alone is no source.
        return Get("AK") is null && Get("SK") is null
            ? null
            : Make("The environment", Prefix + "AK", Get("AK"), Prefix + "SK", Get("SK"), Get("SECURITY_TOKEN"), Get("PROJECT_ID"));
    }

    private static AccessKeyCredential? FromFile(Func<string, string?> environment)
    {
        string? named = environment(FileVariable);
        string path = string.IsNullOrWhiteSpace(named) ? DefaultPath() : named.Trim();
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return string.IsNullOrWhiteSpace(named)
                ? null
                : throw CredentialsFile.Invalid($"The credentials file {path}, named by {FileVariable}, does not exist.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CredentialsFile.Invalid($"The credentials file {path} cannot be read: {error.Message}");
        }

        IReadOnlyDictionary<string, string> values = CredentialsFile.Parse(text, path);
        string? Get(string name) => values.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
        return Make($"The credentials file {path}, section [basic],", "ak", Get("ak"), "sk", Get("sk"), Get("security_token"), Get("project_id"));
    }

    private static AccessKeyCredential Make(
        string source, string accessName, string? access, string secretName, string? secret, string? securityToken, string? projectId)
    {
        if (access is null || secret is null)
        {
            throw CredentialsFile.Invalid(access is null && secret is null
                ? $"{source} has neither {accessName} nor {secretName}."
                : access is null
                ? $"{source} has {secretName} but not {accessName}."
                : $"{source} has {accessName} but not {secretName}.");
        }

        return AccessKeyCredential.Create(access, new Secret(secret), securityToken is null ? null : new Secret(securityToken), projectId);
    }

    // Rooted in any case: with no home folder it must not become a file of the current folder, which others may write to.
    private static string DefaultPath() => Path.Combine(
        Path.GetPathRoot(Environment.CurrentDirectory)!,
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify),
        ".huaweicloud",
        "credentials");

    private static VodClientException NothingFound(Func<string, string?> environment) => new(
        FailureKind.Authentication,
        ErrorIds.NoCredential,
        $"No credentials were found. Looked at: the environment variables {Prefix}AK and {Prefix}SK (not set); " +
        $"the credentials file {(environment(FileVariable) is { Length: > 0 } named ? named : DefaultPath())} (not there).",
        "Set one of them up, or give Connect-VodAccount -AccessKey, -Token, -Credential or -Identity.");
}

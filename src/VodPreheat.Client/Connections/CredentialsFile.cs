using System.Globalization;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Connections;

/// <summary>
/// Reads the credentials file of the official SDKs: INI, section [basic], keys ak, sk, security_token, project_id.
/// A line is a comment only if it starts with # or ;, because a secret can contain both, as well as = and %.
/// </summary>
/// <remarks>Source: ProfileCredentialProvider of the SDKs, whose readers fail on comments, duplicates and %.</remarks>
internal static class CredentialsFile
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    private const string Section = "basic";

    /// <summary>The keys of section [basic]; null if there is no such file.</summary>
    /// <param name="path">The absolute path.</param>
    /// <param name="warn">Receives a warning if other users can change the file.</param>
    /// <exception cref="VodClientException">The file cannot be read, or has another format; the message names the line.</exception>
    public static IReadOnlyDictionary<string, string>? Read(string path, Action<string> warn)
    {
        string? text = SecretFile.Read(path, "credentials file", MaxBytes, static bytes =>
        {
            using var reader = new StreamReader(new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count));
            return reader.ReadToEnd();
        });
        if (text is null)
        {
            return null;
        }

        if (UnixFileStatus.Of(path) is { } status && WhoElseMayWrite(status, UnixFileStatus.CurrentUser) is { } who)
        {
            // No error: on a mounted file system (WSL, a container) every file has these permissions, and its user cannot change them.
            warn($"The credentials file {path} {who} can replace the key in it. Use a file that only you can write: owned by you, with mode 600.");
        }

        return Parse(text, path);
    }

    /// <summary>Who besides this user can write a file; null if nobody, or only root.</summary>
    // Files of root are accepted: containers and configuration tools make them.
    public static string? WhoElseMayWrite(UnixFileStatus status, uint user) =>
        (status.Mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0
            ? $"can be written by others (mode {Convert.ToString((int)status.Mode, 8)}), who"
            : status.Owner != 0 && status.Owner != user ? "belongs to another user, who"
            : null;

    /// <summary>The keys of section [basic] in a text.</summary>
    /// <exception cref="VodClientException">The text has another format; the message names the line.</exception>
    public static IReadOnlyDictionary<string, string> Parse(string text, string path)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string? section = null;
        bool found = false;
        int number = 0;
        foreach (string raw in text.TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            string line = raw.Trim();
            if (line.Length == 0 || line[0] is '#' or ';')
            {
                continue;
            }

            if (line[0] == '[')
            {
                section = line[^1] == ']' ? line[1..^1].Trim() : throw Fault(path, number, "the section name has no closing bracket");
                bool isBasic = IsBasic(section);
                if (isBasic && found)
                {
                    throw Fault(path, number, $"section [{Section}] is duplicated");
                }

                found |= isBasic;
            }
            else if (section is not null && IsBasic(section))
            {
                int equals = line.IndexOf('=', StringComparison.Ordinal);
                if (equals <= 0)
                {
                    // No part of a line is repeated in a message: it may be part of a secret.
                    throw Fault(path, number, "it is not 'name = value'");
                }

                string name = line[..equals].Trim();
                if (!values.TryAdd(name, line[(equals + 1)..].Trim()))
                {
                    throw Fault(path, number, "its name is duplicated in the section");
                }
            }
        }

        return found ? values : throw InvalidCredential.InSource($"The credentials file {path} has no section [{Section}].");
    }

    private static bool IsBasic(string section) => string.Equals(section, Section, StringComparison.OrdinalIgnoreCase);

    private static VodClientException Fault(string path, int line, string problem) =>
        InvalidCredential.InSource(string.Create(CultureInfo.InvariantCulture, $"The credentials file {path}, line {line}: {problem}."));
}

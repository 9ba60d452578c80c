using System.Globalization;
using VodPreheat.Client.Errors;

namespace VodPreheat.Client.Credentials;

/// <summary>
/// Reads the credentials file of the official SDKs: INI, section [basic], keys ak, sk, security_token, project_id.
/// A line is a comment only if it starts with # or ;, because a secret may hold both, and = and % as well.
/// </summary>
/// <remarks>Source: ProfileCredentialProvider of the SDKs, whose readers trip over comments, duplicates and %.</remarks>
internal static class CredentialsFile
{
    private const string Section = "basic";

    /// <summary>The keys of section [basic].</summary>
    /// <exception cref="VodClientException">The text is not such a file; the message names the line.</exception>
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
                section = line[^1] == ']' ? line[1..^1].Trim() : throw Fault(path, number, "the section's name has no closing bracket");
                bool isBasic = IsBasic(section);
                if (isBasic && found)
                {
                    throw Fault(path, number, $"section [{Section}] stands there twice");
                }

                found |= isBasic;
            }
            else if (section is not null && IsBasic(section))
            {
                int equals = line.IndexOf('=', StringComparison.Ordinal);
                if (equals <= 0)
                {
                    // No part of a line is repeated in a message: it may be half a secret.
                    throw Fault(path, number, "it is not 'name = value'");
                }

                string name = line[..equals].Trim();
                if (!values.TryAdd(name, line[(equals + 1)..].Trim()))
                {
                    throw Fault(path, number, "its name stands there twice in the section");
                }
            }
        }

        return found ? values : throw Invalid($"The credentials file {path} has no section [{Section}].");
    }

    /// <summary>The error of a file that is there but cannot be used.</summary>
    public static VodClientException Invalid(string what) => new(
        FailureKind.Authentication,
        ErrorIds.CredentialInvalid,
        what,
        "Mend or remove that source: a faulty source is never passed over in favour of the next.");

    private static bool IsBasic(string section) => string.Equals(section, Section, StringComparison.OrdinalIgnoreCase);

    private static VodClientException Fault(string path, int line, string problem) =>
        Invalid(string.Create(CultureInfo.InvariantCulture, $"The credentials file {path}, line {line}: {problem}."));
}

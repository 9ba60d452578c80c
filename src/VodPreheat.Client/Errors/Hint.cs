using System.Runtime.CompilerServices;

namespace VodPreheat.Client.Errors;

/// <summary>
/// What to do next, as sentences: an interpolated string, in which a <see cref="HintName"/> stands for what each caller of the client
/// has its own name for. So the hint is written where the cause is known, in the user's terms.
/// </summary>
[InterpolatedStringHandler]
public sealed class Hint
{
    private readonly List<object> _parts;

    /// <summary>Called by the compiler.</summary>
    public Hint(int literalLength, int formattedCount) => _parts = new List<object>((2 * formattedCount) + 1);

    /// <summary>Called by the compiler.</summary>
    public void AppendLiteral(string text) => _parts.Add(text);

    /// <summary>Called by the compiler.</summary>
    public void AppendFormatted(string text) => _parts.Add(text);

    /// <summary>Called by the compiler.</summary>
    public void AppendFormatted(HintName name) => _parts.Add(name);

    /// <summary>Called by the compiler.</summary>
    public void AppendFormatted(Hint hint)
    {
        ArgumentNullException.ThrowIfNull(hint);
        _parts.AddRange(hint._parts);
    }

    /// <summary>The hint in a caller's words.</summary>
    /// <param name="nameOf">The caller's name for a thing.</param>
    public string ToString(Func<HintName, string> nameOf) =>
        string.Concat(_parts.Select(part => part is HintName name ? nameOf(name) : (string)part));

    /// <summary>The hint in neutral words.</summary>
    public override string ToString() => ToString(NeutralName);

    private static string NeutralName(HintName name) => name switch
    {
        HintName.Reconnect => "connect again",
        HintName.Connection => "the connection",
        HintName.Region => "a region",
        HintName.Endpoint => "an endpoint",
        HintName.IamEndpoint => "an IAM endpoint",
        HintName.ProjectId => "a project ID",
        HintName.AccessKey => "an access key",
        HintName.Token => "a token",
        HintName.Password => "a password",
        HintName.AccountName => "the account name",
        HintName.IdentityProvider => "an identity provider",
        HintName.IdTokenFile => "a file",
        HintName.Agency => "the agency of the ECS",
        HintName.Proxy => "a proxy",
        HintName.ProxyLogin => "a login of the proxy",
        HintName.Timeout => "the timeout",
        HintName.QueryLimit => "the limit of queries",
        HintName.SubmissionLimit => "the limit of submissions",
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };
}

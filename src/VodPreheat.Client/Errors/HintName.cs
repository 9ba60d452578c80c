namespace VodPreheat.Client.Errors;

/// <summary>What a <see cref="Hint"/> can tell the user to do or set. Each caller of the client has its own names for these.</summary>
public enum HintName
{
    /// <summary>To connect again: a verb with its object.</summary>
    Reconnect,

    /// <summary>What the settings below belong to.</summary>
    Connection,

    /// <summary>The region.</summary>
    Region,

    /// <summary>The address of VOD.</summary>
    Endpoint,

    /// <summary>The address of IAM.</summary>
    IamEndpoint,

    /// <summary>The project ID.</summary>
    ProjectId,

    /// <summary>Signing in with an access key.</summary>
    AccessKey,

    /// <summary>Signing in with a token of IAM.</summary>
    Token,

    /// <summary>Signing in with the password of an IAM user.</summary>
    Password,

    /// <summary>The account that an IAM user belongs to.</summary>
    AccountName,

    /// <summary>Signing in with a token of an identity provider.</summary>
    IdentityProvider,

    /// <summary>The file with that token.</summary>
    IdTokenFile,

    /// <summary>Signing in with the agency of the ECS.</summary>
    Agency,

    /// <summary>The proxy.</summary>
    Proxy,

    /// <summary>The login of the proxy.</summary>
    ProxyLogin,

    /// <summary>The time for one attempt of a request.</summary>
    Timeout,

    /// <summary>The limit of queries per minute.</summary>
    QueryLimit,

    /// <summary>The limit of submissions per minute.</summary>
    SubmissionLimit,
}

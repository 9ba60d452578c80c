namespace VodPreheat.Client.Credentials;

/// <summary>How a connection signs in. The names are the texts that users see.</summary>
public enum AuthenticationType
{
    /// <summary>With an access key, specified or found.</summary>
    AccessKey,

    /// <summary>With a token that was obtained elsewhere.</summary>
    Token,

    /// <summary>With the password of an IAM user.</summary>
    Password,

    /// <summary>With a token of an identity provider.</summary>
    IdToken,

    /// <summary>With the agency of an ECS.</summary>
    Identity,

    /// <summary>Not at all: the sandbox.</summary>
    Sandbox,
}

namespace VodPreheat.Client.Errors;

/// <summary>The service that a request goes to.</summary>
public enum CloudService
{
    /// <summary>Video on Demand.</summary>
    Vod,

    /// <summary>Identity and Access Management: tokens and projects.</summary>
    Iam,

    /// <summary>The metadata service of an ECS.</summary>
    Metadata,
}

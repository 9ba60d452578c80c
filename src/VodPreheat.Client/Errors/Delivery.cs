namespace VodPreheat.Client.Errors;

/// <summary>Whether a failed request reached its service.</summary>
public enum Delivery
{
    /// <summary>It never reached the service: even a submission can be sent again.</summary>
    NotSent,

    /// <summary>The service answered that it refused the request.</summary>
    Refused,

    /// <summary>It was sent, and its outcome is unknown: a submission may have been accepted.</summary>
    Unknown,
}

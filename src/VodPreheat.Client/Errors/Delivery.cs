namespace VodPreheat.Client.Errors;

/// <summary>What is known of a failed request's way to its service.</summary>
public enum Delivery
{
    /// <summary>It never reached the service: even a submission may be sent again.</summary>
    NotSent,

    /// <summary>The service answered that it refused the request.</summary>
    Refused,

    /// <summary>It was sent, and no answer says what became of it: a submission may have taken effect.</summary>
    Unknown,
}

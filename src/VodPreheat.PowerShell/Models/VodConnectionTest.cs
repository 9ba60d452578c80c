using VodPreheat.Client.Display;

namespace VodPreheat;

/// <summary>The result of a test of a connection: whether it is ready to pre-load, and what is known about today.</summary>
public sealed class VodConnectionTest
{
    /// <summary>The region ID; null if only an endpoint was specified.</summary>
    public string? Region { get; init => field = OptionalText.From(value); }

    /// <summary>The project ID.</summary>
    public string? ProjectId { get; init => field = OptionalText.From(value); }

    /// <summary>The address of the service.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>AccessKey, Token, Password, IdToken, Identity or Sandbox.</summary>
    public string? AuthenticationType { get; init => field = OptionalText.From(value); }

    /// <summary>Whether the service accepted the credentials, the project, and a query.</summary>
    public bool CanQuery { get; init; }

    /// <summary>
    /// How far the clock of this machine is ahead of the clock of the service, in whole seconds; negative if it is behind, null if the
    /// answer does not say what time it is.
    /// </summary>
    public TimeSpan? ClockSkew { get; init; }

    /// <summary>The time from the query to its answer, with opening a connection to the service; null if there was no answer.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>The folder of the journal, or why there is none or it cannot be written.</summary>
    public string? Journal { get; init => field = OptionalText.From(value); }

    /// <summary>
    /// The number of URLs that this machine has submitted to this endpoint and project since midnight, according to the journal; null if
    /// it cannot be read.
    /// </summary>
    public int? SubmittedToday { get; init; }

    /// <summary>The code of what is wrong: of the service, or one of the module's IDs; null if nothing is.</summary>
    public string? ErrorCode { get; init => field = OptionalText.From(value); }

    /// <summary>What is wrong, and what to do; null if nothing is.</summary>
    public string? Detail { get; init => field = OptionalText.From(value); }

    /// <summary>Project, region, and the error code or "ready".</summary>
    public override string ToString() => DisplayText.Clean($"{ProjectId} ({Region ?? Endpoint?.Host}): {ErrorCode ?? "ready"}");
}

using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;

namespace VodPreheat.Client.Connections;

/// <summary>Regions and the addresses of their services.</summary>
/// <remarks>Source: VodRegion of the official SDKs; the endpoint pages of IAM.</remarks>
public static class Endpoints
{
    private const string Cloud = "myhuaweicloud.com";

    /// <summary>The known regions of VOD, with their locations.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Regions { get; } =
    [
        new("cn-north-4", "CN North-Beijing4"),
        new("cn-north-1", "CN North-Beijing1"),
        new("cn-east-2", "CN East-Shanghai2"),
        new("ap-southeast-1", "CN-Hong Kong"),
        new("ap-southeast-2", "AP-Bangkok"),
        new("ap-southeast-3", "AP-Singapore"),
    ];

    /// <summary>The address of VOD: specified, or from HUAWEICLOUD_SDK_REGION_VOD_{REGION}, or derived from the region ID.</summary>
    /// <exception cref="VodClientException">Neither region nor endpoint; not usable; HTTP to a host that is not loopback.</exception>
    public static Uri Vod(Uri? endpoint, string? region, Func<string, string?> readVariable)
    {
        ArgumentNullException.ThrowIfNull(readVariable);
        if (endpoint is not null)
        {
            return ServiceAddress.Checked(endpoint, "{Endpoint}");
        }

        if (string.IsNullOrWhiteSpace(region))
        {
            throw new VodClientException(
                FailureKind.InvalidSetting,
                ErrorIds.RegionRequired,
                "Neither a region nor an endpoint is known.",
                "Specify {Region} (for example cn-north-4) or {Endpoint} for {Connection}, or set the environment variable HW_REGION_NAME.");
        }

        if (!region.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            throw ServiceAddress.Invalid("region", region, "Check {Region}: a region ID consists of letters, digits, and '-', such as cn-north-4.");
        }

        string variable = "HUAWEICLOUD_SDK_REGION_VOD_" + region.ToUpperInvariant().Replace('-', '_');
        string? listed = readVariable(variable)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return FromHost(listed ?? $"vod.{region}.{Cloud}", variable);
    }

    /// <summary>
    /// The address of IAM: specified, or from HUAWEICLOUD_SDK_IAM_ENDPOINT, or derived from the region ID, else the global one. The latter
    /// two only with a VOD of the public cloud: passwords, tokens and keys are never sent to a cloud that they do not belong to.
    /// </summary>
    /// <exception cref="VodClientException">Not usable, not known, or HTTP to a host that is not loopback.</exception>
    public static Uri Iam(Uri? endpoint, Uri vod, string? region, Func<string, string?> readVariable)
    {
        ArgumentNullException.ThrowIfNull(vod);
        ArgumentNullException.ThrowIfNull(readVariable);
        if (endpoint is not null)
        {
            return ServiceAddress.Checked(endpoint, "{IamEndpoint}");
        }

        const string Variable = "HUAWEICLOUD_SDK_IAM_ENDPOINT";
        if (readVariable(Variable) is { Length: > 0 } listed)
        {
            return FromHost(listed.Trim(), Variable);
        }

        if (!IsPublicCloud(vod))
        {
            throw new VodClientException(
                FailureKind.InvalidSetting,
                ErrorIds.InvalidEndpoint,
                $"Signing in requires IAM, and the IAM address that belongs to {vod.Authority} is not known: that host is not in {Cloud}.",
                $"Specify {{IamEndpoint}} for {{Connection}}, or set the environment variable {Variable}.");
        }

        // The global host serves every region; regional hosts are only known to exist in the regions of VOD.
        return FromHost(Regions.Any(known => known.Key == region) ? $"iam.{region}.{Cloud}" : $"iam.{Cloud}", Variable);
    }

    // Uri has the host in lowercase; a trailing dot makes a name absolute.
    private static bool IsPublicCloud(Uri vod) =>
        vod.Host.TrimEnd('.') is var host && (host == Cloud || host.EndsWith('.' + Cloud, StringComparison.Ordinal));

    private static Uri FromHost(string text, string variable) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text, UriKind.Absolute, out Uri? uri)
            ? ServiceAddress.Checked(uri, $"{variable}")
            : throw ServiceAddress.Invalid("address", text, $"Check {variable}: it must be a host name or an HTTPS address.");
}

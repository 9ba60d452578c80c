using System.Globalization;
using VodPreheat.TestServer.Faults;
using VodPreheat.TestServer.State;
using VodPreheat.TestServer.Wire;

namespace VodPreheat.TestServer.Services;

/// <summary>The metadata service of a virtual machine: temporary keys of its agency.</summary>
internal static class MetadataService
{
    public static HttpAnswer Answer(ServerState state, RecordedRequest request) => (request.Method, request.Path) switch
    {
        _ when state.MetadataMode == MetadataMode.NotThere => NotFound(),
        ("PUT", "/meta-data/latest/api/token") when state.MetadataMode == MetadataMode.V1Only => NotFound(),
        ("PUT", "/meta-data/latest/api/token") => CreateToken(state, request),
        ("GET", "/openstack/latest/securitykey") => GetKey(state, request),
        _ => NotFound(),
    };

    private static HttpAnswer CreateToken(ServerState state, RecordedRequest request) =>
        int.TryParse(request.Header("X-Metadata-Token-Ttl-Seconds"), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? HttpAnswer.Text(200, state.Accounts.IssueMetadataToken(), "text/plain")
            : HttpAnswer.Text(400, "400 Bad Request", "text/plain");

    private static HttpAnswer GetKey(ServerState state, RecordedRequest request)
    {
        if (state.MetadataMode != MetadataMode.V1Only && !state.Accounts.IsMetadataToken(request.Header("X-Metadata-Token")))
        {
            return HttpAnswer.Text(401, "401 Unauthorized", "text/plain");
        }

        if (state.MetadataMode == MetadataMode.NoAgency)
        {
            return HttpAnswer.Text(401, "Please configure Cloud Service Agency first", "text/plain");
        }

        DateTimeOffset end = state.Now + state.MetadataKeyLife;
        (string access, string secret, string securitytoken) = state.Accounts.IssueMetadataKey(end);
        return HttpAnswer.Json(200, new { credential = new { access, secret, securitytoken, expires_at = IamService.Time(end) } });
    }

    private static HttpAnswer NotFound() => HttpAnswer.Text(404, "404 Not Found", "text/plain");
}

using System.Globalization;
using VodPreheat.TestServer.State;
using VodPreheat.TestServer.Wire;

namespace VodPreheat.TestServer.Services;

/// <summary>The API gateway: permits authenticated requests.</summary>
internal static class Gateway
{
    private static readonly TimeSpan s_allowedSkew = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Checks the token or the signature. Returns null for a permitted request, with the projects of its credentials,
    /// otherwise the refusal. X-Project-Id is required, except by IAM.
    /// </summary>
    public static HttpAnswer? Refuse(ServerState state, RecordedRequest request, bool projectService, out string[] projectIds)
    {
        projectIds = [];
        string? token = request.Header("X-Auth-Token");
        if (!string.IsNullOrEmpty(token))
        {
            return RefuseToken(state, request, token, out projectIds);
        }

        string? authorization = request.Header("Authorization");
        if (string.IsNullOrEmpty(authorization))
        {
            return Errors.Unauthorized(request, "x-auth-token not found");
        }

        if (Signature.Parse(authorization) is not { } signature)
        {
            return Errors.Unauthorized(request, "Authorization header is malformed");
        }

        if (state.Accounts.IsLocked(signature.AccessKey))
        {
            return Errors.Unauthorized(request, "AK access failed to reach the limit, forbidden");
        }

        AccessKey? key = state.Accounts.FindKey(signature.AccessKey);
        if (FindFault(state, request, signature, key, projectService) is { } fault)
        {
            state.Accounts.CountFailure(signature.AccessKey);
            return Errors.Unauthorized(request, fault);
        }

        state.Accounts.CountSuccess(signature.AccessKey);
        projectIds = key!.ProjectIds;
        return null;
    }

    private static HttpAnswer? RefuseToken(ServerState state, RecordedRequest request, string token, out string[] projectIds)
    {
        projectIds = [];
        TokenGrant? grant = state.Accounts.FindToken(token);
        if (grant is null)
        {
            return Errors.Unauthorized(request, "decrypt token fail");
        }

        if (state.Now >= grant.ExpiresAt)
        {
            return Errors.Gateway(request, 401, "APIGW.0307", "The token must be updated.");
        }

        projectIds = grant.ProjectId is null ? [] : [grant.ProjectId];
        return null;
    }

    private static string? FindFault(ServerState state, RecordedRequest request, Signature signature, AccessKey? key, bool projectService)
    {
        if (key is null)
        {
            return $"ak {signature.AccessKey} not exist";
        }

        string? date = request.Header("X-Sdk-Date");
        if (!DateTimeOffset.TryParseExact(
            date,
            "yyyyMMdd'T'HHmmss'Z'",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out DateTimeOffset at))
        {
            return "x-sdk-date is missing or malformed";
        }

        if ((state.Now - at).Duration() > s_allowedSkew)
        {
            return "calc ak sk signature fail:signature expired";
        }

        if (FindUnsigned(request, signature, projectService) is { } header)
        {
            return $"header {header} is missing or not signed";
        }

        string? bodyHash = request.Header("X-Sdk-Content-Sha256");
        if (bodyHash is not null and not "UNSIGNED-PAYLOAD" && bodyHash != Signature.BodyHash(request))
        {
            return "x-sdk-content-sha256 does not match the body";
        }

        string canonical = signature.CanonicalRequest(request);
        if (!signature.Matches(key.Secret, date, canonical))
        {
            return $"verify aksk signature fail, canonicalRequest:{canonical.Replace('\n', '|')}";
        }

        if (key.SecurityToken != request.Header("X-Security-Token"))
        {
            return key.SecurityToken is null ? "the access key takes no security token" : "security token is wrong or missing";
        }

        return state.Now >= key.ExpiresAt ? "security token expired" : null;
    }

    private static string? FindUnsigned(RecordedRequest request, Signature signature, bool projectService)
    {
        string[] wanted = projectService ? ["host", "x-sdk-date", "x-project-id"] : ["host", "x-sdk-date"];
        string[] wantedIfThere = ["x-security-token", "x-sdk-content-sha256"];
        return wanted.FirstOrDefault(name => request.Header(name) is null || !signature.Covers(name))
            ?? wantedIfThere.FirstOrDefault(name => request.Header(name) is not null && !signature.Covers(name));
    }
}

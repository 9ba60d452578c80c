using System.Globalization;
using System.Text.Json;
using VodPreheat.TestServer.Faults;
using VodPreheat.TestServer.State;
using VodPreheat.TestServer.Wire;

namespace VodPreheat.TestServer.Services;

/// <summary>The calls of IAM: a token for a password or for an identity provider's token, and the list of projects.</summary>
internal static class IamService
{
    private const string DomainId = "d78cbac186b744899480f25bd022f468";
    private static readonly object s_domain = new { name = "acme", id = DomainId };

    public static HttpAnswer Answer(ServerState state, RecordedRequest request) => (request.Method, request.Path) switch
    {
        ("POST", "/v3/auth/tokens") => CreateToken(state, request),
        ("POST", "/v3.0/OS-AUTH/id-token/tokens") => ExchangeIdToken(state, request),
        ("GET", "/v3/projects") => ListProjects(state, request),
        _ => Errors.NoSuchApi(request),
    };

    private static HttpAnswer CreateToken(ServerState state, RecordedRequest request)
    {
        if (Json.TryParse(request.BodyBytes) is not { } body
            || Json.At(body, "auth", "identity", "methods") is not { } methods
            || Json.Texts(methods) is not ["password"])
        {
            return BadRequest("Expecting to find methods in identity. The server could not comply with the request.");
        }

        string[] user = ["auth", "identity", "password", "user"];
        string? name = Json.Text(body, [.. user, "name"]);
        string? password = Json.Text(body, [.. user, "password"]);
        string? domain = Json.Text(body, [.. user, "domain", "name"]);
        if (name is null || password is null || domain is null)
        {
            return BadRequest("Expecting to find name, password and domain in user. The server could not comply with the request.");
        }

        IamUser? account = state.Accounts.FindUser(name);
        if (account is null || account.Password != password || account.Domain != domain)
        {
            return Errors.Keystone(401, "Unauthorized", "The username or password is wrong.");
        }

        return state.RenewalFaults.Hits(state.Accounts.ValidFor(account.Id), state.TokenLife, state.Now)
            ? Errors.Keystone(503, "Service Unavailable", "The service is temporarily unavailable.")
            : Refuse(account.Fault) ?? IssueToUser(state, body, account);
    }

    private static HttpAnswer ExchangeIdToken(ServerState state, RecordedRequest request)
    {
        if (Json.TryParse(request.BodyBytes) is not { } body || Json.Text(body, "auth", "id_token", "id") is not { } token)
        {
            return Errors.Service(400, "IAM.0011", "Request body is invalid.");
        }

        string providerId = request.Header("X-Idp-Id") ?? "";
        if (state.Accounts.FindProvider(providerId) is not { } provider)
        {
            return Errors.Service(404, "IAM.0004", $"Could not find identity provider: {providerId}.");
        }

        if (IdToken.Check(provider, token, state.Now) is not { } claims)
        {
            return Errors.Service(401, "IAM.0007", "Request parameter id_token is invalid.");
        }

        string subject = Json.Text(claims, "sub") ?? "";
        if (!provider.Subjects.Contains(subject))
        {
            return Errors.Service(403, "IAM.0003", "No identity conversion rule applies.");
        }

        if (FindProject(state, body, out (string Id, string Name)? project) is { } fault)
        {
            return fault;
        }

        if (project is { } wanted && !provider.ProjectIds.Contains(wanted.Id))
        {
            return Errors.Service(403, "IAM.0003", $"Policy doesn't allow the project {wanted.Id}.");
        }

        string userId = Guid.NewGuid().ToString("N");
        return Issue(state, project, "mapped", userId, new Dictionary<string, object>
        {
            ["domain"] = s_domain,
            ["id"] = userId,
            ["name"] = "federated-user",
            ["OS-FEDERATION"] = new { identity_provider = new { id = provider.Id }, protocol = new { id = "oidc" }, groups = Array.Empty<object>() },
        });
    }

    private static HttpAnswer? Refuse(UserFault fault) => fault switch
    {
        UserFault.Locked => Errors.Service(401, "IAM.0061", "The account has been locked."),
        UserFault.NoProgrammaticAccess => Errors.Service(403, "IAM.0081", "The user has no programmatic access."),
        UserFault.Disabled => Errors.Service(403, "IAM.0082", "The user has been disabled."),
        UserFault.MfaRequired => Errors.Keystone(401, "Unauthorized", "Please input the verify code: the user must use totp (virtual MFA)."),
        _ => null,
    };

    private static HttpAnswer IssueToUser(ServerState state, JsonElement body, IamUser account)
    {
        // As Keystone itself does.
        if (Json.Text(body, "auth", "scope", "project", "name") is not null && Json.Text(body, "auth", "scope", "project", "domain", "name") != account.Domain)
        {
            return BadRequest("Expecting to find domain in project. The server could not comply with the request.");
        }

        var domain = new { name = account.Domain, id = DomainId };
        return FindProject(state, body, out (string Id, string Name)? project)
            ?? Issue(state, project, "password", account.Id, new { domain, id = account.Id, name = account.Name, password_expires_at = "" });
    }

    // The project of the requested token; without one, it is a global token.
    private static HttpAnswer? FindProject(ServerState state, JsonElement body, out (string Id, string Name)? project)
    {
        project = null;
        if (Json.At(body, "auth", "scope", "project") is not { } scope)
        {
            return null;
        }

        string? id = Json.Text(scope, "id");
        string? name = Json.Text(scope, "name");
        (string Id, string Name)[] found = [.. state.Accounts.Projects().Where(p => id is null ? p.Name == name : p.Id == id)];
        if (found.Length == 0)
        {
            return BadRequest($"The project {id ?? name} does not exist.");
        }

        project = found[0];
        return null;
    }

    private static HttpAnswer Issue(ServerState state, (string Id, string Name)? project, string method, string userId, object user)
    {
        DateTimeOffset now = state.Now;
        DateTimeOffset end = now + state.TokenLife;
        string token = state.Accounts.IssueToken(userId, project?.Id, end);
        return HttpAnswer.Json(201, new
        {
            token = new
            {
                expires_at = Time(end),
                issued_at = Time(now),
                methods = new[] { method },
                project = project is { } p ? new { domain = s_domain, id = p.Id, name = p.Name } : null,
                user,
                roles = new[] { new { id = "0", name = "te_admin" } },
                catalog = Array.Empty<object>(),
            },
        }).With("X-Subject-Token", token);
    }

    private static HttpAnswer ListProjects(ServerState state, RecordedRequest request)
    {
        if (Gateway.Refuse(state, request, projectService: false, out _) is { } refusal)
        {
            return refusal;
        }

        if (state.IamForbidden)
        {
            return Errors.Service(403, "IAM.0002", "You are not authorized to perform the requested action.");
        }

        string? wanted = request.QueryValue("name");
        return HttpAnswer.Json(200, new
        {
            projects = state.Accounts.Projects().Where(p => wanted is null || p.Name == wanted).Select(p => new
            {
                domain_id = DomainId,
                is_domain = false,
                parent_id = DomainId,
                name = p.Name,
                description = "",
                links = new { self = $"https://iam.example.com/v3/projects/{p.Id}" },
                id = p.Id,
                enabled = true,
            }),
            links = new { self = "https://iam.example.com/v3/projects" },
        });
    }

    private static HttpAnswer BadRequest(string message) => Errors.Keystone(400, "Bad Request", message);

    /// <summary>A time in the format of IAM, with six decimals.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}

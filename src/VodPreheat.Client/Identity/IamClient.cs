using System.Text.Json;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Json;
using VodPreheat.Client.Secrets;
using VodPreheat.Client.Signing;

namespace VodPreheat.Client.Identity;

/// <summary>The operations of IAM that connecting requires: a token for a password or an identity token, and the projects of a region.</summary>
/// <remarks>
/// Source: api-iam, "Obtaining a User Token Through Password Authentication", "Obtaining a Token with an OpenID Connect ID Token"
/// (iam_13_0605) and "Querying Project Information".
/// </remarks>
internal sealed class IamClient : IDisposable
{
    private readonly string _root;
    private readonly TimeProvider _clock;
    private readonly FailureFactory _failures;
    private readonly HttpTransport _transport;

    // In the body of the token request in flight: an error can echo it.
    private Secret? _exchanged;

    public IamClient(Uri endpoint, TransportSettings settings, Func<IEnumerable<Secret>> secrets)
    {
        _root = ServiceAddress.RootOf(endpoint);
        _clock = settings.Clock;
        var redactor = new Redactor(() =>
            [.. secrets(), .. settings.ProxySecrets(endpoint), .. Volatile.Read(ref _exchanged) is { } exchanged ? [exchanged] : Array.Empty<Secret>()]);
        _failures = new FailureFactory(CloudService.Iam, redactor, settings);
        var limit = new RateLimit("requests to IAM", perMinute: 0, _clock);
        _transport = new HandlerChain(settings, redactor, _failures)
        {
            Retry = new RetryHandler(CloudService.Iam, settings.MaximumRetryCount, _clock),
            RateLimit = new RateLimitHandler(CloudService.Iam, limit, limit, settings.MaximumRetryCount > 0, _clock),
        }.Connect(ServiceAddress.MayUseProxy(endpoint, settings.Proxy));
    }

    /// <summary>Gets a token for a project, which is identified by its ID or, without one, by its name.</summary>
    /// <exception cref="VodClientException">Incorrect password, locked user, no programmatic access, MFA required, or no answer.</exception>
    public async Task<FetchedCredential> GetTokenAsync(
        string userName, Secret password, string domainName, Project project, InvocationContext context)
    {
        return await ExchangeAsync("/v3/auth/tokens?nocatalog=true", password, WriteUser, project with { DomainName = domainName }, identityProvider: null, context).ConfigureAwait(false);

        void WriteUser(Utf8JsonWriter json)
        {
            json.WriteStartObject("identity");
            json.WriteStartArray("methods");
            json.WriteStringValue("password");
            json.WriteEndArray();
            json.WriteStartObject("password");
            json.WriteStartObject("user");
            json.WriteString("name", userName);
            SecretBuffer.WriteString(json, "password", password);
            json.WriteStartObject("domain");
            json.WriteString("name", domainName);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    /// <summary>Gets a token for a project, which is identified by its ID or, without one, by its name, for an identity provider's token.</summary>
    /// <exception cref="VodClientException">
    /// Unknown provider or project, a token that has expired or is not for this provider, no rule or permission, or no answer.
    /// </exception>
    public async Task<FetchedCredential> GetTokenAsync(
        string identityProvider, Secret idToken, Project project, InvocationContext context)
    {
        try
        {
            return await ExchangeAsync("/v3.0/OS-AUTH/id-token/tokens", idToken, WriteIdToken, project, identityProvider, context).ConfigureAwait(false);
        }
        catch (VodClientException failure) when (IdTokenHint(failure) is { } hint)
        {
            string claims = new Redactor(() => [idToken]).Clean(IdTokenClaims.Describe(idToken, _clock.GetUtcNow()));
            throw failure.WithHint(hint, claims);
        }

        void WriteIdToken(Utf8JsonWriter json)
        {
            json.WriteStartObject("id_token");
            SecretBuffer.WriteString(json, "id", idToken);
            json.WriteEndObject();
        }
    }

    /// <summary>The projects with a name, or all projects.</summary>
    /// <exception cref="VodClientException">No permission, invalid credentials, or no answer.</exception>
    public async Task<IReadOnlyList<Project>> GetProjectsAsync(
        string? name, Credential credential, InvocationContext context)
    {
        string query = name is null ? string.Empty : "?" + UriEncoding.CanonicalQuery([new("name", name)]);
        using HttpRequestMessage request = HttpRequests.Create(HttpMethod.Get, $"{_root}/v3/projects{query}", body: null, context);
        request.Options.Set(CredentialHandler.Key, credential);
        using HttpResponseMessage response = await _transport.Client
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.Cancellation).ConfigureAwait(false);
        return _failures.Read(response, ReadProjects);
    }

    public void Dispose() => _transport.Dispose();

    // IAM's own codes say little about the cause if an identity token is refused; the gateway's have suitable hints.
    private static string? IdTokenHint(VodClientException failure) => failure.Kind switch
    {
        _ when !failure.ErrorCode.StartsWith("IAM.", StringComparison.Ordinal) && failure.ErrorCode != ErrorIds.HttpError => null,
        FailureKind.Authentication =>
            "Check that the identity token has not expired, that its audience is the client ID of the identity provider in IAM, " +
            "and that the provider has the issuer and the signing key of the token.",
        FailureKind.PermissionDenied =>
            "Check that an identity conversion rule of the identity provider applies to the token, " +
            "and that the user group that it results in has permissions in the project.",
        FailureKind.NotFound or FailureKind.WrongAddress or FailureKind.InvalidArgument =>
            "Check the name of the identity provider (IAM console: Identity Providers), the project ID or region, and the address of IAM.",
        _ => null,
    };

    /// <summary>Requests a token; the secret is in the body, which is wiped afterwards.</summary>
    private async Task<FetchedCredential> ExchangeAsync(
        string path,
        Secret secret,
        Action<Utf8JsonWriter> writeIdentity,
        Project project,
        string? identityProvider,
        InvocationContext context)
    {
        using SecretBuffer body = TokenRequest(secret, writeIdentity, project);
        Volatile.Write(ref _exchanged, secret);
        try
        {
            using HttpRequestMessage request = HttpRequests.Create(HttpMethod.Post, _root + path, body.Written, context);
            if (identityProvider is not null)
            {
                request.Headers.TryAddWithoutValidation(HeaderNames.IdentityProvider, identityProvider);
            }

            using HttpResponseMessage response = await _transport.Client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.Cancellation).ConfigureAwait(false);
            return _failures.Read(response, answer => ReadToken(response, answer, project));
        }
        finally
        {
            Interlocked.CompareExchange(ref _exchanged, null, secret);
        }
    }

    private static SecretBuffer TokenRequest(Secret secret, Action<Utf8JsonWriter> writeIdentity, Project project)
    {
        // The names have a few characters each, the secret up to six bytes per character.
        var buffer = new SecretBuffer(8192 + (6 * secret.Length));
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("auth");
            writeIdentity(json);
            json.WriteStartObject("scope");
            json.WriteStartObject("project");
            json.WriteString(project.Id.Length > 0 ? "id" : "name", project.Id.Length > 0 ? project.Id : project.Name);
            if (project.Id.Length == 0 && project.DomainName is { } domain)
            {
                // A name is unique within an account only: IAM takes that of the user, Keystone itself requires it.
                json.WriteStartObject("domain");
                json.WriteString("name", domain);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer;
    }

    private FetchedCredential ReadToken(HttpResponseMessage response, ReadOnlyMemory<byte> body, Project wanted)
    {
        if (!response.Headers.NonValidated.TryGetValues(HeaderNames.SubjectToken, out System.Net.Http.Headers.HeaderStringValues values))
        {
            throw new JsonException("it has no X-Subject-Token header");
        }

        // It becomes a header of every request.
        var token = new Secret(values.ToString());
        if (!token.CanBeHeader)
        {
            throw new JsonException("its X-Subject-Token is not a token");
        }

        ReadOnlySpan<byte> json = body.Span;
        var credential = new TokenCredential(token)
        {
            ExpiresAt = JsonFields.Time(json, "token", "expires_at") ?? throw new JsonException("it has no expires_at"),
            ProjectId = JsonFields.Text(json, "token", "project", "id") ?? (wanted.Id.Length > 0 ? wanted.Id : null),
        };

        // The lifetime by the issuer's clock: that of this machine may be wrong.
        return FetchedCredential.Issued(credential, JsonFields.Time(json, "token", "issued_at") ?? _clock.GetUtcNow());
    }

    private static IReadOnlyList<Project> ReadProjects(ReadOnlyMemory<byte> body)
    {
        var projects = new List<Project>();
        foreach (ReadOnlySpan<byte> project in JsonFields.Items(JsonFields.Find(body.Span, "projects")))
        {
            projects.Add(new Project(
                JsonFields.Text(project, "id") ?? throw new JsonException("a project has no ID"),
                JsonFields.Text(project, "name") ?? string.Empty));
        }

        return projects;
    }
}

using System.Net;
using System.Text.Json;
using VodPreheat.Client.Connections;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;

namespace VodPreheat.Client.Iam;

/// <summary>
/// Temporary keys of an ECS's agency, from the metadata service of the machine: by the token of its second version, else by
/// the first. Never through a proxy, 3 s an attempt, no retries: off an ECS nobody answers.
/// </summary>
/// <remarks>Source: ecs user guide, "Obtaining Metadata"; the same steps as the official SDKs.</remarks>
internal sealed class MetadataClient : IDisposable
{
    /// <summary>Another address of the service, loopback only, for tests.</summary>
    public const string EndpointVariable = "VODPREHEAT_METADATA_ENDPOINT";

    private const string TokenTtlSeconds = "21600";

    private readonly string _root;
    private readonly TimeProvider _clock;
    private readonly FailureFactory _failures;
    private readonly HttpTransport _transport;

    public MetadataClient(TransportSettings settings, Func<string, string?> environment)
    {
        _root = Address(environment);
        _clock = settings.Clock;
        settings = settings with { Timeout = TimeSpan.FromSeconds(3), Proxy = null };
        var redactor = new Redactor(static () => []);
        _failures = new FailureFactory(CloudService.Metadata, redactor, settings);
        _transport = HttpTransport.Create(
            settings,
            mayUseProxy: false,
            new TraceHandler(redactor, _failures),
            new AttemptHandler(settings.Timeout, _clock, _failures));
    }

    /// <summary>Gets the keys that are in force now.</summary>
    /// <exception cref="VodClientException">
    /// VodNoCredential: the service says that it has none, as without an agency or on another cloud. Anything else may pass: nobody
    /// answered, or the service failed.
    /// </exception>
    public async Task<Fetched> GetKeysAsync(InvocationContext scope, CancellationToken cancellation)
    {
        try
        {
            string? session = await GetSessionTokenAsync(scope, cancellation).ConfigureAwait(false);
            using HttpRequestMessage request = HttpRequests.Create(HttpMethod.Get, $"{_root}/openstack/latest/securitykey", body: null, scope);
            if (session is not null)
            {
                request.Headers.TryAddWithoutValidation("X-Metadata-Token", session);
            }

            using HttpResponseMessage response = await SendAsync(request, cancellation).ConfigureAwait(false);
            return _failures.Read(response, ReadKeys);
        }
        catch (VodClientException failure) when (failure.Kind is FailureKind.Authentication or FailureKind.PermissionDenied or FailureKind.NotFound)
        {
            throw new VodClientException(
                FailureKind.Authentication,
                ErrorIds.NoCredential,
                $"-Identity found no keys. The metadata service answered with HTTP {(int?)failure.StatusCode}.",
                FailureFactory.NeedsAgency,
                failure)
            {
                Service = CloudService.Metadata,
            };
        }
    }

    public void Dispose() => _transport.Dispose();

    private static string Address(Func<string, string?> environment) => environment(EndpointVariable) is { Length: > 0 } text
        ? Endpoints.OnThisMachine(text, EndpointVariable).GetLeftPart(UriPartial.Authority)
        : "http://169.254.169.254";

    // Version 2 wants a session token; a service of version 1 does not know the call.
    private async Task<string?> GetSessionTokenAsync(InvocationContext scope, CancellationToken cancellation)
    {
        using HttpRequestMessage request = HttpRequests.Create(HttpMethod.Put, $"{_root}/meta-data/latest/api/token", body: null, scope);
        request.Headers.TryAddWithoutValidation("X-Metadata-Token-Ttl-Seconds", TokenTtlSeconds);
        try
        {
            using HttpResponseMessage response = await SendAsync(request, cancellation).ConfigureAwait(false);
            return System.Text.Encoding.UTF8.GetString(BodyContent.Of(response).Span).Trim();
        }
        catch (VodClientException failure) when (failure.StatusCode is HttpStatusCode.NotFound
            or HttpStatusCode.MethodNotAllowed or HttpStatusCode.ServiceUnavailable)
        {
            return null;
        }
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation) =>
        _transport.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);

    private Fetched ReadKeys(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        JsonElement keys = IamJson.Object(document.RootElement, "credential");
        string Need(string name) => IamJson.Text(keys, name) ?? throw new JsonException($"it has no '{name}'");
        DateTimeOffset expires = IamJson.Time(keys, "expires_at") ?? throw new JsonException("it has no expires_at");
        var credential = new AccessKeyCredential(Need("access"), new Secret(Need("secret")), new Secret(Need("securitytoken")))
        {
            ExpiresAt = expires,
        };
        return new Fetched(credential, IamJson.Life(_clock.GetUtcNow(), expires));
    }
}

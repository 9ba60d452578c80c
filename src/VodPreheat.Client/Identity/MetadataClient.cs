using System.Net;
using System.Text.Json;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Json;
using VodPreheat.Client.Secrets;

namespace VodPreheat.Client.Identity;

/// <summary>
/// The temporary keys of the agency of an ECS, from its metadata service: with the session token of version 2, else by
/// version 1. Never through a proxy, 3 s per attempt, no retries: outside an ECS there is no answer.
/// </summary>
/// <remarks>Source: ecs user guide, "Obtaining Metadata"; the same steps as the official SDKs.</remarks>
internal sealed class MetadataClient : IDisposable
{
    /// <summary>Overrides the address of the service, with a loopback address only, for tests.</summary>
    public const string EndpointVariable = "VODPREHEAT_METADATA_ENDPOINT";

    private const string TokenTtlSeconds = "21600";

    private readonly string _root;
    private readonly TimeProvider _clock;
    private readonly FailureFactory _failures;
    private readonly HttpTransport _transport;

    // An error can echo it.
    private Secret? _session;

    public MetadataClient(TransportSettings settings, Func<string, string?> readVariable)
    {
        _root = Address(readVariable);
        _clock = settings.Clock;
        settings = settings with { Timeout = TimeSpan.FromSeconds(3), Proxy = null };
        var redactor = new Redactor(() => Volatile.Read(ref _session) is { } session ? [session] : []);
        _failures = new FailureFactory(CloudService.Metadata, redactor, settings);
        _transport = new HandlerChain(settings, redactor, _failures).Connect(mayUseProxy: false);
    }

    /// <summary>Gets the current keys.</summary>
    /// <exception cref="VodClientException">
    /// VodNoCredential: the service has none, such as without an agency or on another cloud. Other failures can be temporary: there was
    /// no answer, or the service failed.
    /// </exception>
    public async Task<FetchedCredential> GetKeysAsync(InvocationContext context)
    {
        try
        {
            Secret? session = await GetSessionTokenAsync(context).ConfigureAwait(false);
            Interlocked.Exchange(ref _session, session)?.Dispose();
            using HttpRequestMessage request = HttpRequests.Create(HttpMethod.Get, $"{_root}/openstack/latest/securitykey", body: null, context);
            if (session is not null)
            {
                request.Headers.TryAddWithoutValidation("X-Metadata-Token", session.Reveal());
            }

            using HttpResponseMessage response = await SendAsync(request, context).ConfigureAwait(false);
            return _failures.Read(response, ReadKeys);
        }
        catch (VodClientException failure) when (failure.Delivery == Delivery.Refused && !failure.IsTemporary)
        {
            throw new VodClientException(
                FailureKind.Authentication,
                ErrorIds.NoCredential,
                $"No keys were found: the metadata service answered with HTTP {(int?)failure.StatusCode}.",
                FailureFactory.AgencyRequired)
            {
                Service = CloudService.Metadata,
            };
        }
    }

    public void Dispose()
    {
        _transport.Dispose();
        _session?.Dispose();
    }

    private static string Address(Func<string, string?> readVariable) => readVariable(EndpointVariable) is { Length: > 0 } text
        ? ServiceAddress.OnThisMachine(text, EndpointVariable).GetLeftPart(UriPartial.Authority)
        : "http://169.254.169.254";

    // Version 2 requires a session token; version 1 does not have the operation.
    private async Task<Secret?> GetSessionTokenAsync(InvocationContext context)
    {
        using HttpRequestMessage request = HttpRequests.Create(HttpMethod.Put, $"{_root}/meta-data/latest/api/token", body: null, context);
        request.Headers.TryAddWithoutValidation("X-Metadata-Token-Ttl-Seconds", TokenTtlSeconds);
        try
        {
            using HttpResponseMessage response = await SendAsync(request, context).ConfigureAwait(false);
            return _failures.Read(response, static body => ToHeader(new Secret(body.Span.Trim(" \t\r\n"u8)), "session token"));
        }
        catch (VodClientException failure) when (failure.StatusCode is HttpStatusCode.NotFound
            or HttpStatusCode.MethodNotAllowed or HttpStatusCode.ServiceUnavailable)
        {
            return null;
        }
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, InvocationContext context) =>
        _transport.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.Cancellation);

    private FetchedCredential ReadKeys(ReadOnlyMemory<byte> body)
    {
        ReadOnlySpan<byte> json = body.Span;
        string accessKey = JsonFields.Text(json, "credential", "access") ?? throw Missing("access");
        if (!AccessKeyCredential.IsAccessKey(accessKey))
        {
            throw Unusable("access");
        }

        var credential = new AccessKeyCredential(accessKey, Need(json, "secret"), Need(json, "securitytoken"))
        {
            ExpiresAt = JsonFields.Time(json, "credential", "expires_at") ?? throw Missing("expires_at"),
        };
        return FetchedCredential.Issued(credential, _clock.GetUtcNow());
    }

    private static Secret Need(ReadOnlySpan<byte> json, string name) =>
        ToHeader(JsonFields.Parse(JsonFields.Find(json, "credential", name), static text => new Secret(text)) ?? throw Missing(name), name);

    // The answer must not be able to add headers to the requests to VOD.
    private static Secret ToHeader(Secret secret, string name) => secret.CanBeHeader ? secret : throw Unusable(name);

    private static JsonException Missing(string name) => new($"it has no '{name}'");

    private static JsonException Unusable(string name) => new($"its '{name}' cannot be sent in a header");
}

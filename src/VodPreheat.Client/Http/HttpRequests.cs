using System.Globalization;
using VodPreheat.Client.Invocation;

namespace VodPreheat.Client.Http;

/// <summary>Makes requests whose URL is sent exactly as written.</summary>
internal static class HttpRequests
{
    // Uri would otherwise decode and re-encode the path and query, which invalidates the signature.
    private static readonly UriCreationOptions s_asWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>A request to a service that answers in JSON.</summary>
    public static HttpRequestMessage Create(HttpMethod method, string url, ReadOnlyMemory<byte>? body, InvocationContext context)
    {
        HttpRequestMessage request = Create(method, url, context);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        if (body is { } json)
        {
            request.Content = new RequestBody(json);
        }

        return request;
    }

    /// <summary>A request with the headers for every server; the Host that is signed is the Host that is sent.</summary>
    public static HttpRequestMessage Create(HttpMethod method, string url, InvocationContext context)
    {
        var uri = new Uri(url, s_asWritten);
        var request = new HttpRequestMessage(method, uri);
        string host = uri.HostNameType == UriHostNameType.IPv6 ? $"[{uri.IdnHost}]" : uri.IdnHost;
        request.Headers.Host = uri.IsDefaultPort ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{uri.Port}");
        request.Options.Set(InvocationContext.Key, context);
        return request;
    }
}

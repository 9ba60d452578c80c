using BenchmarkDotNet.Attributes;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Secrets;

namespace VodPreheat.Benchmarks;

/// <summary>A request from nothing to signed, and the signature alone.</summary>
public class SigningBenchmarks
{
    private const string Url = "https://vod.cn-north-4.myhuaweicloud.com/v1.0/0605768a3300d5762f82c01180692873/asset/preheating?task_id=5199337c31c8e4622f1590735b13a263";

    private readonly AccessKeyCredential _credential = AccessKeyCredential.Create("QTWAOYTTINDUT2QVKYUC", new Secret("MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"), null);
    private readonly InvocationContext _scope = new(CancellationToken.None);
    private HttpRequestMessage _request = null!;

    [GlobalSetup]
    public void MakeRequest() => _request = Create();

    [Benchmark(Description = "Create request")]
    public HttpRequestMessage Create() => HttpRequests.Create(HttpMethod.Get, Url, body: null, _scope);

    [Benchmark(Description = "Sign request")]
    public void Sign() => _credential.Authorize(_request, [], DateTimeOffset.UnixEpoch);
}

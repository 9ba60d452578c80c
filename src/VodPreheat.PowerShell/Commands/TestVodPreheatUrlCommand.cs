using System.Management.Automation;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Edge;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Preheating;
using VodPreheat.Client.Sandbox;
using VodPreheat.Connections;
using VodPreheat.Errors;
using VodPreheat.Parameters;
using VodPreheat.Progress;

namespace VodPreheat.Commands;

/// <summary>
/// Test-VodPreheatUrl: requests URLs from the CDN like a player, and reports why they are not served or cached, in the order of the
/// input. Needs no connection; if the default one is the sandbox, it simulates the CDN.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "VodPreheatUrl", HelpUri = VodCmdlet.HelpRoot + "Test-VodPreheatUrl.md")]
[OutputType(typeof(PreheatUrlTest))]
public sealed class TestVodPreheatUrlCommand : VodCmdlet
{
    /// <summary>The default timeout of the test of one URL.</summary>
    internal static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    private EdgeClient? _edge;
    private OrderedRequestBuffer<string, EdgeTestResult>? _requests;
    private TestProgressBar? _progress;

    /// <summary>Playback URLs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "Specifies absolute HTTP or HTTPS URLs.")]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [TextInput(nameof(Url))]
    public string?[]? Url { get; set; }

    /// <summary>The maximum number of URLs that are tested at the same time.</summary>
    [Parameter(HelpMessage = "Specifies the maximum number of URLs that are tested at the same time.")]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = 8;

    /// <summary>The timeout of the test of one URL, in seconds.</summary>
    [Parameter(HelpMessage = "Specifies the maximum time for one URL, in seconds.")]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = (int)DefaultTimeout.TotalSeconds;

    /// <summary>The address of an HTTP proxy; by default that of the environment (HTTPS_PROXY, HTTP_PROXY).</summary>
    [Parameter(HelpMessage = "Specifies the address of an HTTP proxy.")]
    public Uri? Proxy { get; set; }

    /// <summary>The login of the proxy.</summary>
    [Parameter(HelpMessage = "Specifies the user name and password for the proxy.")]
    [Credential]
    public PSCredential? ProxyCredential { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            var settings = new TransportSettings
            {
                Proxy = Proxy,
                ProxyLogin = SecureStringReader.ReadProxyLogin(ProxyCredential),
                Timeout = TimeSpan.FromSeconds(TimeoutSec),
                UserAgent = UserAgent,
            };
            _edge = new EdgeClient(settings);
            _progress = CompletedAtEnd(new TestProgressBar(this, settings.Clock));
        }
        catch (VodClientException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, target: null, subject: null));
        }

        bool isSandbox = DefaultConnection.Current?.Client?.AuthenticationType == AuthenticationType.Sandbox;
        _requests = new(ThrottleLimit, url => isSandbox ? Task.FromResult(SandboxEdge.Test(url)) : _edge!.TestAsync(url, Context), WriteAnswer);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string? given in Url ?? [null])
        {
            string url = InputText.Trim(given ?? string.Empty);
            if (PreheatUrl.IsValid(url))
            {
                _requests!.Add(url);
            }
            else
            {
                WriteErrorIfAny(ErrorOf(given, nameof(Url)));
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        _requests!.Complete();
        _progress!.Complete();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _requests?.Dispose();
        _edge?.Dispose();
    }

    private void WriteAnswer(string url, Task<EdgeTestResult> answer)
    {
        WriteObject(new PreheatUrlTest(url, WaitFor(answer, _progress!.Show).GetAwaiter().GetResult()));
        _progress.Tested++;
        _progress.Show();
    }
}

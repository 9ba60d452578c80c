using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using VodPreheat.Client.Preheating;

namespace VodPreheat.Benchmarks;

/// <summary>A query's answer, from bytes to rows.</summary>
public class ParsingBenchmarks
{
    private byte[] _body = [];

    [Params(1, 10, 1000)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void MakeBody()
    {
        IEnumerable<string> rows = Enumerable.Range(0, Rows).Select(static row =>
            $$"""{"url":"https://cdn.example.com/asset/5199337c31c8e4622f1590735b13a263/play_video/{{row:x8}}.mp4","status":"succeed"}""");
        _body = Encoding.UTF8.GetBytes($$"""{"preheating_results":[{{string.Join(',', rows)}}]}""");
    }

    [Benchmark(Description = "Read rows")]
    public IReadOnlyList<UrlResult> ReadRows() => PreheatingJson.ReadResults(_body);

    [Benchmark(Description = "JsonDocument alone", Baseline = true)]
    public int Document()
    {
        using var document = JsonDocument.Parse(_body);
        return document.RootElement.GetProperty("preheating_results").GetArrayLength();
    }
}

using BenchmarkDotNet.Attributes;
using VodPreheat.Client.Invocation;

namespace VodPreheat.Benchmarks;

/// <summary>The buffer's own share of a query: the answers are there at once, or come from the thread pool.</summary>
public class OrderedRequestBufferBenchmarks
{
    private const int Items = 1000;

    [Params(1, 8, 64)]
    public int Limit { get; set; }

    [Benchmark(Description = "Ready answers", OperationsPerInvoke = Items)]
    public int Ready() => Run(static item => Task.FromResult(item));

    [Benchmark(Description = "Answers from the pool", OperationsPerInvoke = Items)]
    public int Pooled() => Run(static async item =>
    {
        await Task.Yield();
        return item;
    });

    // In the same way as Get-VodPreheatResult.
    private int Run(Func<int, Task<int>> start)
    {
        int sum = 0;
        using var buffer = new OrderedRequestBuffer<int, int>(Limit, start, Take);
        for (int item = 0; item < Items; item++)
        {
            buffer.Add(item);
        }

        buffer.Complete();
        return sum;

        void Take(int item, Task<int> answer)
        {
            BackgroundWork.Wait(answer, Timeout.InfiniteTimeSpan, CancellationToken.None);
            sum += answer.Result;
        }
    }
}

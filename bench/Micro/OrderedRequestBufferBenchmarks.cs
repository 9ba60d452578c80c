using BenchmarkDotNet.Attributes;
using VodPreheat.Client.Concurrency;

namespace VodPreheat.Benchmarks;

/// <summary>The window's own share of a query: the answers are there at once, or come from the thread pool.</summary>
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
        using var window = new OrderedRequestBuffer<int, int>(Limit, start);
        for (int item = 0; item < Items; item++)
        {
            window.Add(item, TakeNext);
        }

        while (!window.IsEmpty)
        {
            TakeNext();
        }

        return sum;

        void TakeNext() => sum += Take(window);
    }

    private static int Take(OrderedRequestBuffer<int, int> window)
    {
        TaskWaiter.For(window.Next, Timeout.InfiniteTimeSpan, static () => { }, CancellationToken.None);
        return window.Take().Answer.Result;
    }
}

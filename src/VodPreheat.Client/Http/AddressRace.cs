using System.Net;

namespace VodPreheat.Client.Http;

/// <summary>
/// Connects to a host that has several addresses: the next address is tried as soon as one fails, and when there was no answer for
/// 250 ms, while the others go on. The first connection wins.
/// </summary>
/// <remarks>
/// Source: RFC 8305 (Happy Eyeballs), 4 and 5. The framework tries one address after the other, and would spend the whole connect timeout on a silent one.
/// </remarks>
/// <param name="connect">Connects to an address.</param>
/// <param name="clock">The clock for the time between two addresses.</param>
internal sealed class AddressRace(Func<IPAddress, CancellationToken, Task<Stream>> connect, TimeProvider clock)
{
    /// <summary>The time after which the next address is tried.</summary>
    public static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(250);

    /// <summary>The first connection; if no address can be connected to, throws the exception of the one that failed last.</summary>
    /// <param name="addresses">At least one address, in the order of the resolver, which has the preferred ones first.</param>
    /// <param name="cancellation">Ends all attempts.</param>
    public async Task<Stream> RunAsync(IReadOnlyList<IPAddress> addresses, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = new List<Task<Stream>>();
        var waiting = new Queue<IPAddress>(Interleaved(addresses));
        try
        {
            while (true)
            {
                if (waiting.TryDequeue(out IPAddress? next))
                {
                    running.Add(connect(next, end.Token));
                }

                Task<Task<Stream>> first = Task.WhenAny(running);
                if (waiting.Count > 0 && await Task.WhenAny(first, Task.Delay(Delay, clock, end.Token)).ConfigureAwait(false) != first)
                {
                    cancellation.ThrowIfCancellationRequested();
                    continue;
                }

                Task<Stream> ended = await first.WaitAsync(cancellation).ConfigureAwait(false);
                running.Remove(ended);
                if (ended.IsCompletedSuccessfully || running.Count + waiting.Count == 0)
                {
                    return await ended.ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            running.ForEach(static attempt => _ = CloseAsync(attempt));
        }
    }

    // The families alternate, so that one that does not work at all takes one delay.
    private static IEnumerable<IPAddress> Interleaved(IReadOnlyList<IPAddress> addresses) => addresses
        .GroupBy(static address => address.AddressFamily)
        .SelectMany(static family => family.Select((address, place) => (address, place)))
        .OrderBy(static entry => entry.place)
        .Select(static entry => entry.address);

    // A connection can still be established after another one has won.
    private static async Task CloseAsync(Task<Stream> attempt)
    {
        await ((Task)attempt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (attempt.IsCompletedSuccessfully)
        {
            await attempt.Result.DisposeAsync().ConfigureAwait(false);
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using BareClient;

// Each line of standard input, "count in-flight endpoint", is answered with a line "milliseconds rows".
using var queries = new Queries();
while (Console.ReadLine() is { } line)
{
    string[] words = line.Split(' ');
    long start = Stopwatch.GetTimestamp();
    int rows = await queries.RunAsync(
        words[2], int.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture)).ConfigureAwait(false);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalMilliseconds} {rows}"));
}

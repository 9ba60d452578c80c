using System.Text;
using VodPreheat.Client.Journal;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Journal;

public sealed class BackwardLineReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_that_is_not_there_has_no_scanner()
    {
        Assert.Null(BackwardLineReader.Open(_folder.File("none")));
        Assert.Null(BackwardLineReader.Open(Path.Combine(_folder.Path, "none", "none")));
    }

    [Fact]
    public void Every_line_of_every_length_comes_once_and_from_the_end()
    {
        // Lengths around those of its reads and its buffer, and many short ones.
        var random = new Random(1);
        int[] edges = [0, 1, 65_534, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 300_000];
        for (int round = 0; round < 60; round++)
        {
            string[] lines = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.Next(8) == 0 ? edges[random.Next(edges.Length)] : random.Next(300))
                .Select(length => string.Create(length, random, static (text, random) =>
                {
                    for (int i = 0; i < text.Length; i++)
                    {
                        text[i] = (char)('a' + random.Next(26));
                    }
                }))];
            string text = string.Join('\n', lines) + (random.Next(2) == 0 ? "\n" : string.Empty);
            Assert.Equal(text.Split('\n').Where(static line => line.Length > 0).Reverse(), Scan(Write(text)));
        }
    }

    [Fact]
    public void It_knows_where_each_line_is()
    {
        string path = Write("one\ntwo\n\nthree\nfour");
        using BackwardLineReader scanner = BackwardLineReader.Open(path)!;
        var seen = new List<(string Text, long Number, bool IsUnfinished)>();
        while (scanner.MoveBack())
        {
            Assert.Equal(scanner.Line.ToArray(), scanner.Read(scanner.LineStart, scanner.LineEnd));
            seen.Add((Encoding.UTF8.GetString(scanner.Line.Span), scanner.NumberOf(scanner.LineStart), scanner.IsUnfinished));
        }

        Assert.Equal([("four", 5, true), ("three", 4, false), ("two", 2, false), ("one", 1, false)], seen);
        Assert.False(scanner.MoveBack());
    }

    [Fact]
    public void What_is_added_later_is_not_seen_until_it_is_asked_for()
    {
        string path = Write("one\ntwo\n");
        using BackwardLineReader scanner = BackwardLineReader.Open(path)!;
        File.AppendAllText(path, "three\n");
        Assert.True(scanner.MoveBack());
        Assert.Equal("two"u8.ToArray(), scanner.Line.ToArray());
        using var rest = new MemoryStream();
        scanner.CopyRest(rest);
        Assert.Equal("three\n"u8.ToArray(), rest.ToArray());
    }

    [Fact]
    public void A_line_without_end_does_not_fill_the_memory()
    {
        string path = _folder.File("long");
        using (FileStream file = File.Create(path))
        {
            file.Write("first\n"u8);
            file.Position = 200 << 20;
            file.Write("\nlast\n"u8);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(["last", "", "first"], Scan(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 << 20);
    }

    [Fact]
    public void A_file_that_is_cut_meanwhile_ends_in_an_error_of_the_disk()
    {
        string path = Write(new string('x', 200_000) + "\nlast\n");
        using BackwardLineReader scanner = BackwardLineReader.Open(path)!;
        Assert.True(scanner.MoveBack());
        File.WriteAllText(path, string.Empty);
        Assert.ThrowsAny<IOException>(() => scanner.MoveBack());
        Assert.ThrowsAny<IOException>(() => scanner.Read(0, 10));
    }

    private static List<string> Scan(string path)
    {
        using BackwardLineReader scanner = BackwardLineReader.Open(path)!;
        var lines = new List<string>();
        while (scanner.MoveBack())
        {
            lines.Add(Encoding.UTF8.GetString(scanner.Line.Span));
        }

        return lines;
    }

    private string Write(string text)
    {
        string path = _folder.File("file");
        File.WriteAllText(path, text);
        return path;
    }
}

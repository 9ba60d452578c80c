using System.Text;
using VodPreheat.Client.Journal;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Journal;

public sealed class BackwardLineReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_missing_file_has_no_reader()
    {
        Assert.Null(BackwardLineReader.Open(_folder.File("none")));
        Assert.Null(BackwardLineReader.Open(Path.Combine(_folder.Path, "none", "none")));
    }

    [Fact]
    public void Every_line_of_any_length_is_read_once_from_the_end()
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
    public void The_position_of_each_line_is_known()
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
    public void The_position_of_a_line_that_is_too_long_to_be_read_is_known()
    {
        const int Length = 34 << 20;
        string path = Write($"one\n{new string('x', Length)}\nlast\n");
        using BackwardLineReader scanner = BackwardLineReader.Open(path)!;
        Assert.True(scanner.MoveBack());
        Assert.True(scanner.MoveBack());
        Assert.True(scanner.Line.IsEmpty);
        Assert.Equal((4, 4 + Length), (scanner.LineStart, scanner.LineEnd));
        Assert.Equal(2, scanner.NumberOf(scanner.LineStart));
        Assert.True(scanner.MoveBack());
        Assert.Equal((0, 3), (scanner.LineStart, scanner.LineEnd));
    }

    [Fact]
    public void Lines_that_are_added_later_are_read_only_on_request()
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
    public void An_endless_line_does_not_fill_the_memory()
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
    public void A_file_that_is_truncated_during_the_read_is_an_IO_error()
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

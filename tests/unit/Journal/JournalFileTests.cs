using System.Text;
using VodPreheat.Client.Journal;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Journal;

public sealed class JournalFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly SkippingClock _clock = new(s_now);
    private readonly string _path;
    private readonly JournalFile _file;

    public JournalFileTests()
    {
        _path = Path.Combine(_folder.Path, "VodPreheat", "journal.jsonl");
        _file = new JournalFile(_path, _clock);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Folder_and_file_are_created_for_their_owner_only()
    {
        _file.Append("one\n"u8);
        _file.Append("two\nthree\n"u8);
        Assert.Equal("one\ntwo\nthree\n", File.ReadAllText(_path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(_path)!));
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(_path));
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(_path + ".lock"));
        }
    }

    [Fact]
    public void The_line_after_an_incomplete_line_begins_on_a_new_line()
    {
        _file.Append("one\n"u8);
        File.AppendAllText(_path, "{\"event\":\"sen");
        _file.Append("two\n"u8);
        _file.Append("three\n"u8);
        Assert.Equal("one\n{\"event\":\"sen\ntwo\nthree\n", File.ReadAllText(_path));
    }

    [Fact]
    public void A_deleted_folder_is_created_again()
    {
        _file.Append("one\n"u8);
        Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);
        _file.Append("two\n"u8);
        Assert.Equal("two\n", File.ReadAllText(_path));
    }

    [Fact]
    public void An_invalid_location_is_an_IO_error()
    {
        File.WriteAllText(Path.GetDirectoryName(_path)!, "a file in the folder's place");
        Assert.ThrowsAny<IOException>(() => _file.Append("one\n"u8));

        string folder = _folder.File("folder");
        Directory.CreateDirectory(folder);
        Assert.ThrowsAny<Exception>(() => new JournalFile(folder, _clock).Append("one\n"u8));
    }

    [Fact]
    public async Task It_waits_for_the_lock()
    {
        _file.Append("one\n"u8);
        Task append;
        using (JournalLock.Acquire(_path, TimeSpan.Zero))
        {
            Assert.Throws<IOException>(() => JournalLock.Acquire(_path, TimeSpan.FromMilliseconds(20)));
            append = Task.Run(() => _file.Append("two\n"u8));
            Assert.NotSame(append, await Task.WhenAny(append, Task.Delay(100)));
            Assert.Equal("one\n", File.ReadAllText(_path));
        }

        await append.WaitAsync(TimeSpan.FromSeconds(15));
        Assert.Equal("one\ntwo\n", File.ReadAllText(_path));
    }

    [Fact]
    public void It_is_idle_when_its_size_does_not_change()
    {
        _file.Append("one\n"u8);
        Assert.True(_file.IsAtRest(4));
        Assert.False(_file.IsAtRest(3));
        using (JournalLock.Acquire(_path, TimeSpan.Zero))
        {
            Assert.False(_file.IsAtRest(4));
        }
    }

    [Fact]
    public void A_small_file_keeps_old_lines()
    {
        WriteLines(Line("old", 365));
        _file.Append(Line("new", 0));
        Assert.Equal(["old", "new"], Ids());
    }

    [Fact]
    public void Only_old_lines_are_removed_from_a_large_file()
    {
        byte[] foreign = "not the journal's\n"u8.ToArray();
        WriteLines([Line("old", 365), Line("edge", 180.1), foreign, Line("young", 179.9), .. Filler(1), Line("old again", 200), Line("last", 1)]);
        _file.Append(Line("new", 0));
        Assert.Equal(["not the journal's", "young", "last", "new"], Ids());
        Assert.Equal(["journal.jsonl", "journal.jsonl.lock"], Files());
    }

    [Fact]
    public void An_incomplete_last_line_is_not_changed()
    {
        WriteLines([Line("old", 365), .. Filler(1), "{\"torn"u8.ToArray()]);
        _file.Append(Line("new", 0));
        Assert.Equal(["{\"torn", "new"], Ids());
    }

    [Fact]
    public void A_large_file_is_trimmed_once_per_day()
    {
        WriteLines([Line("old", 365), .. Filler(1)]);
        _file.Append(Line("new", 0));
        Assert.Equal(["new"], Ids());

        WriteLines([Line("old", 365), .. Filler(1)]);
        _clock.Advance(TimeSpan.FromHours(23));
        _file.Append(Line("new", 0));
        Assert.Equal(["old", "new"], Ids());

        _clock.Advance(TimeSpan.FromHours(1));
        _file.Append(Line("newer", 0));
        Assert.Equal(["new", "newer"], Ids());
    }

    [Fact]
    public void The_remains_of_an_interrupted_trim_are_removed_by_the_next()
    {
        WriteLines([Line("old", 365), .. Filler(1)]);
        File.WriteAllText(_path + ".639077616000000000.new", "half");
        _file.Append(Line("new", 0));
        Assert.Equal(["journal.jsonl", "journal.jsonl.lock"], Files());
    }

    [Fact]
    public void The_permissions_of_a_shared_file_and_a_link_to_it_are_kept()
    {
        if (OperatingSystem.IsWindows())
        {
            // Neither is to be had there without special rights.
            return;
        }

        string shared = _folder.File("shared.jsonl");
        WriteLines([Line("old", 365), .. Filler(1)]);
        File.Move(_path, shared);
        File.SetUnixFileMode(shared, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        string link = _folder.File("link.jsonl");
        File.CreateSymbolicLink(link, shared);
        File.CreateSymbolicLink(_path, link);
        _file.Append(Line("new", 0));
        Assert.Equal(["new"], Ids());
        Assert.Equal((link, shared), (new FileInfo(_path).LinkTarget, new FileInfo(link).LinkTarget));
        Assert.Equal(OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(shared));
        Assert.Equal(["link.jsonl", "shared.jsonl"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Lines_that_other_processes_append_during_a_trim_are_kept()
    {
        WriteLines([Line("old", 365), .. Filler(1)]);
        using var trimmed = new CancellationTokenSource();
        Task<int>[] others = [.. Enumerable.Range(0, 4).Select(writer => Task.Run(() =>
        {
            // On a clock of their own: they find it trimmed already.
            var file = new JournalFile(_path, _clock);
            int count = 0;
            while (!trimmed.IsCancellationRequested)
            {
                file.Append(Line($"{writer}-{count++}", 0));
            }

            return count;
        }))];
        for (int day = 0; day < 10; day++)
        {
            _clock.Advance(TimeSpan.FromDays(1));
            _file.Append(Line($"day-{day}", 0));
        }

        await trimmed.CancelAsync();
        int[] counts = await Task.WhenAll(others);
        IEnumerable<string> expected = Enumerable.Range(0, 10).Select(static day => $"day-{day}")
            .Concat(counts.SelectMany(static (count, writer) => Enumerable.Range(0, count).Select(i => $"{writer}-{i}")));
        Assert.Equal(expected.Order(), Ids().Order());
    }

    private static byte[] Line(string id, double days) => Encoding.UTF8.GetBytes(FormattableString.Invariant(
        $"{{\"event\":\"accepted\",\"id\":\"{id}\",\"time\":\"{s_now.AddDays(-days):O}\",\"task_id\":\"t\"}}\n"));

    /// <summary>More than the size from which on a file is trimmed.</summary>
    private static byte[][] Filler(double days)
    {
        byte[] line = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Line("filler", days)).Replace("\"t\"", $"\"{new string('t', 20_000)}\"", StringComparison.Ordinal));
        return [.. Enumerable.Repeat(line, (int)(JournalFile.TrimSize / line.Length) + 1)];
    }

    private void WriteLines(params byte[][] lines)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        using FileStream file = File.Create(_path);
        foreach (byte[] line in lines)
        {
            file.Write(line);
        }
    }

    /// <summary>The lines of the file without the filler: their ids, or what is no line of a journal.</summary>
    private string[] Ids() =>
    [
        .. File.ReadLines(_path).Select(static line => JournalLine.Parse(Encoding.UTF8.GetBytes(line))?.Id ?? line).Where(static id => id != "filler"),
    ];

    private string[] Files() => [.. Directory.GetFiles(Path.GetDirectoryName(_path)!).Select(static file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];
}

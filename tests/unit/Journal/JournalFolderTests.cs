using System.Globalization;
using VodPreheat.Client.Journal;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Journal;

public sealed class JournalFolderTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _temp = new();
    private readonly string _path;
    private readonly string _file;
    private readonly JournalFolder _folder;

    public JournalFolderTests()
    {
        _path = Path.Combine(_temp.Path, "VodPreheat", "journal");
        _file = Path.Combine(_path, "2026-03.jsonl");
        _folder = new JournalFolder(_path);
    }

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Folder_and_files_are_created_for_their_owner_only()
    {
        _folder.Append(s_now, "one\n"u8);
        _folder.Append(s_now, "two\nthree\n"u8);
        Assert.Equal("one\ntwo\nthree\n", File.ReadAllText(_file));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(_path));
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(_file));
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(_path, "journal.lock")));
        }
    }

    [Theory]
    [InlineData("2026-03-01T00:00:00+00:00", "2026-03")]
    [InlineData("2026-03-01T07:59:59+08:00", "2026-02")]
    [InlineData("2026-12-31T20:00:00-05:00", "2027-01")]
    public void The_month_is_that_of_UTC(string time, string month)
    {
        _folder.Append(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture), "one\n"u8);
        Assert.Equal([Path.Combine(_path, month + ".jsonl")], _folder.Months());
    }

    [Fact]
    public void A_clock_that_is_a_month_behind_writes_where_the_others_write_and_no_farther_ahead()
    {
        _folder.Append(s_now.AddMonths(5), "far ahead\n"u8);
        _folder.Append(s_now.AddMonths(1), "ahead\n"u8);
        _folder.Append(s_now, "behind\n"u8);
        _folder.Append(s_now.AddMonths(-1), "far behind\n"u8);
        Assert.Equal(
            ["far ahead\n", "ahead\nbehind\n", "far behind\n"],
            _folder.Months().Select(File.ReadAllText));
        Assert.Equal(["2026-08", "2026-04", "2026-02"], _folder.Months().Select(Path.GetFileNameWithoutExtension));
    }

    [Fact]
    public void The_line_after_an_incomplete_line_begins_on_a_new_line()
    {
        _folder.Append(s_now, "one\n"u8);
        File.AppendAllText(_file, "{\"event\":\"sen");
        _folder.Append(s_now, "two\n"u8);
        _folder.Append(s_now, "three\n"u8);
        Assert.Equal("one\n{\"event\":\"sen\ntwo\nthree\n", File.ReadAllText(_file));
    }

    [Fact]
    public void A_deleted_folder_is_created_again()
    {
        _folder.Append(s_now, "one\n"u8);
        Directory.Delete(_path, recursive: true);
        Assert.Empty(_folder.Months());
        _folder.Append(s_now, "two\n"u8);
        Assert.Equal("two\n", File.ReadAllText(_file));
    }

    [Fact]
    public void An_invalid_location_is_an_IO_error()
    {
        File.WriteAllText(Path.GetDirectoryName(_path)!, "a file in the folder's place");
        Assert.True(JournalFolder.IsProblem(Assert.ThrowsAny<Exception>(() => _folder.Append(s_now, "one\n"u8))));

        string folder = _temp.File("folder");
        Directory.CreateDirectory(Path.Combine(folder, "2026-03.jsonl"));
        Assert.True(JournalFolder.IsProblem(Assert.ThrowsAny<Exception>(() => new JournalFolder(folder).Append(s_now, "one\n"u8))));
    }

    [Fact]
    public async Task First_lines_at_the_same_time_create_the_folder_once()
    {
        for (int round = 0; round < 50; round++)
        {
            string path = _temp.File($"round{round}/journal");
            using var start = new Barrier(4);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    new JournalFolder(path).Append(s_now, "line\n"u8);
                },
                TestContext.Current.CancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)));
            Assert.Equal(4, File.ReadAllLines(Path.Combine(path, "2026-03.jsonl")).Length);
        }
    }

    [Fact]
    public async Task It_waits_for_the_lock()
    {
        _folder.Append(s_now, "one\n"u8);
        Task append;
        using (JournalLock.Acquire(_path, TimeSpan.Zero))
        {
            Assert.Throws<IOException>(() => JournalLock.Acquire(_path, TimeSpan.FromMilliseconds(20)));
            append = Task.Run(() => _folder.Append(s_now, "two\n"u8));
            Assert.NotSame(append, await Task.WhenAny(append, Task.Delay(100)));
            Assert.Equal("one\n", File.ReadAllText(_file));
        }

        await append.WaitAsync(TimeSpan.FromSeconds(15));
        Assert.Equal("one\ntwo\n", File.ReadAllText(_file));
    }

    [Fact]
    public void It_is_at_rest_when_its_size_does_not_change()
    {
        _folder.Append(s_now, "one\n"u8);
        Assert.True(_folder.IsAtRest(_file, 4));
        Assert.False(_folder.IsAtRest(_file, 3));
        using (JournalLock.Acquire(_path, TimeSpan.Zero))
        {
            Assert.False(_folder.IsAtRest(_file, 4));
        }
    }

    [Fact]
    public void A_write_reports_the_errors_of_the_disk()
    {
        // Linux shows how a file is open; .NET opens it alike on the other systems. Without O_SYNC, a full network share is noticed by
        // nobody there, because .NET ignores what fsync reports.
        if (!OperatingSystem.IsLinux())
        {
            Assert.True(JournalFolder.Options(FileShare.None).Options.HasFlag(FileOptions.WriteThrough));
            return;
        }

        using var file = new FileStream(_temp.File("file"), JournalFolder.Options(FileShare.None));
        string flags = File.ReadLines($"/proc/self/fdinfo/{file.SafeFileHandle.DangerousGetHandle()}").Single(static line => line.StartsWith("flags:", StringComparison.Ordinal));
        const int Sync = 0x101000;
        Assert.Equal(Sync, Convert.ToInt32(flags[6..].Trim(), 8) & Sync);
    }

    [Fact]
    public void The_permissions_of_a_shared_file_are_kept()
    {
        if (OperatingSystem.IsWindows())
        {
            // There are none there.
            return;
        }

        _folder.Append(s_now, "one\n"u8);
        File.SetUnixFileMode(_file, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        _folder.Append(s_now, "two\n"u8);
        Assert.Equal(OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(_file));
    }

    [Fact]
    public async Task Lines_of_many_threads_are_whole_and_none_is_lost()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() =>
        {
            for (int i = 0; i < 50; i++)
            {
                _folder.Append(s_now, System.Text.Encoding.UTF8.GetBytes($"{writer}-{i} {new string('x', 3000)}\n"));
            }
        })));
        Assert.Equal(
            Enumerable.Range(0, 8).SelectMany(static writer => Enumerable.Range(0, 50).Select(i => $"{writer}-{i}")).Order(),
            File.ReadLines(_file).Select(static line => line.Split(' ')[0]).Order());
        Assert.All(File.ReadLines(_file), static line => Assert.Equal(3000, line.Split(' ')[1].Length));
    }
}

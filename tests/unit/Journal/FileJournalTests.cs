using FsCheck.Xunit;
using VodPreheat.Client.Display;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Journal;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Journal;

public sealed class FileJournalTests
{
    private static readonly string s_long = new('x', 300);

    // Of names of folders.
    private static readonly string[] s_pieces =
    [
        "a", "B", ".", "..", "/", "/../", "\\", " ", "\t", "\n", "\0", "\u001b[31m", "\u202e", "\ufeff", "视频", "e\u0301", "\U0001F600", "\ud800", "'", "\"", "%41", "*", "?", ":",
        "|", "<", "~", "$HOME", "-", "off", "CON", "journal.lock", "2026-03.jsonl", s_long,
    ];

    [Fact]
    public async Task Submissions_are_read_with_their_outcome_in_both_directions()
    {
        using var journal = new TestJournal();
        Submission[] submissions =
        [
            TestJournal.Submission("https://a/1", taskId: "t1"),
            TestJournal.Submission("https://a/2"),
            TestJournal.Submission("https://a/3", errorCode: "VOD.10053"),
            TestJournal.Submission("https://a/4", taskId: "t4"),
        ];
        foreach (Submission submission in submissions)
        {
            await journal.AddAsync(submission);
        }

        Assert.Equivalent(submissions.AsEnumerable().Reverse().ToArray(), journal.Journal.NewestFirst(TestClient.Context()).ToArray(), strict: true);
        Assert.Equivalent(submissions, journal.Journal.OldestFirst(static _ => true, int.MaxValue, TestClient.Context()).ToArray(), strict: true);
        Assert.Equal(
            ["https://a/2", "https://a/4"],
            journal.Journal.OldestFirst(static s => s.Outcome != SubmissionOutcome.Refused, 2, TestClient.Context()).Select(static s => s.Urls[0]));
    }

    [Fact]
    public async Task Answers_in_another_order_belong_to_their_submissions()
    {
        using var journal = new TestJournal();
        Submission first = TestJournal.Submission("https://a/1");
        Submission second = TestJournal.Submission("https://a/2");
        InvocationContext context = TestClient.Context();
        await journal.Journal.AnnounceAsync(first, context);
        await journal.Journal.AnnounceAsync(second, context);
        await journal.Journal.ConcludeAsync(second with { TaskId = "t2" }, isAnnounced: true, context);
        await journal.Journal.ConcludeAsync(first with { TaskId = "t1" }, isAnnounced: true, context);
        Assert.Equal([("https://a/1", "t1"), ("https://a/2", "t2")], journal.Journal.OldestFirst(static _ => true, int.MaxValue, context).Select(static s => (s.Urls[0], s.TaskId!)));
    }

    [Property(MaxTest = 60, EndSize = 1_000_000)]
    public async Task What_was_written_in_a_folder_of_any_name_can_be_read_there_or_the_folder_is_refused(int seed)
    {
        using var temp = new TempFolder();
        var random = new Random(seed);
        string name = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => s_pieces[random.Next(s_pieces.Length)]));
        string path = Path.Combine(temp.Path, "1", "2", "3", "4", "5", "6", "7", "8", name.TrimStart('/', '\\'));
        var journal = SubmissionJournal.OfThisMachine(TestClient.Environment((JournalLocation.Variable, path)), new SkippingClock());
        Submission submission = TestJournal.Submission();
        try
        {
            Assert.True(await journal.AnnounceAsync(submission, TestClient.Context()));
        }
        catch (VodClientException failure)
        {
            Assert.Equal(ErrorIds.JournalUnavailable, failure.ErrorCode);
            Assert.True(DisplayText.IsClean(failure.Message), failure.Message);
            return;
        }

        Assert.Equal(submission.Id, Assert.Single(journal.NewestFirst(TestClient.Context())).Id);
    }

    [Fact]
    public void A_missing_journal_is_empty()
    {
        using var journal = new TestJournal();
        Assert.Empty(journal.Journal.NewestFirst(TestClient.Context()));
        Assert.Empty(journal.Read().Urls);
        Assert.False(Directory.Exists(journal.Path));
    }

    [Fact]
    public async Task Invalid_lines_are_skipped_with_one_warning_that_names_the_first()
    {
        using var journal = new TestJournal();
        await journal.AddAsync(TestJournal.Submission("https://a/1", taskId: "t1"));
        journal.Append("\n{\"event\":\"sending\",\"id\":\"torn");
        await journal.AddAsync(TestJournal.Submission("https://a/2", taskId: "t2"));
        (string[] urls, string[] warnings) = journal.Read();
        Assert.Equal(["https://a/1", "https://a/2"], urls);
        Assert.Equal([$"Line 4 of {journal.File} is not a line of a journal and was skipped."], warnings);

        journal.Append("hello\n{}\n");
        InvocationContext context = TestClient.Context();
        Assert.Equal(2, journal.Journal.NewestFirst(context).Count());
        Assert.Equal([$"Line 4 of {journal.File} and 2 more are not lines of a journal and were skipped."], TestJournal.WarningsOf(context));
    }

    [Fact]
    public async Task An_incomplete_last_line_is_reported_unless_it_is_being_written()
    {
        using var journal = new TestJournal();
        await journal.AddAsync(TestJournal.Submission("https://a/1", taskId: "t1"));
        journal.Append("{\"event\":\"sen");
        using (JournalLock.Acquire(journal.Path, TimeSpan.Zero))
        {
            Assert.Empty(journal.Read().Warnings);
        }

        (string[] urls, string[] warnings) = journal.Read();
        Assert.Equal(["https://a/1"], urls);
        Assert.StartsWith($"Line 3 of {journal.File} ", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_that_are_not_read_cause_no_warning()
    {
        using var journal = new TestJournal();
        journal.Append("hello\n");
        await journal.AddAsync(TestJournal.Submission("https://a/1", taskId: "t1"));
        InvocationContext context = TestClient.Context();
        Assert.Single(journal.Journal.NewestFirst(context).Take(1));
        Assert.Single(journal.Journal.OldestFirst(static _ => true, 1, context));
        Assert.Empty(TestJournal.WarningsOf(context));
    }

    [Fact]
    public async Task A_file_with_any_content_is_read_completely()
    {
        using var journal = new TestJournal();
        byte[] bytes = new byte[3_000_000];
        new Random(1).NextBytes(bytes);
        Directory.CreateDirectory(journal.Path);
        File.WriteAllBytes(journal.File, bytes);
        await journal.AddAsync(TestJournal.Submission("https://a/1", taskId: "t1"));
        (string[] urls, string[] warnings) = journal.Read();
        Assert.Equal(["https://a/1"], urls);
        Assert.StartsWith($"Line 1 of {journal.File} and ", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(journal.File)[..bytes.Length]);
    }

    [Fact]
    public async Task A_journal_of_100_000_submissions_is_read_from_both_ends()
    {
        // Half of them in one month, more than the daily quota permits.
        using var journal = new TestJournal(new SkippingClock(TestJournal.Submission().SubmittedAt));
        const int Count = 100_000;
        Directory.CreateDirectory(journal.Path);
        for (int month = 0; month < 6; month++)
        {
            using FileStream file = File.Create(journal.FileOf(journal.Clock.GetUtcNow().AddMonths(month - 5)));
            for (int i = month * 10_000; i < (month < 5 ? (month + 1) * 10_000 : Count); i++)
            {
                Submission submission = TestJournal.Submission($"https://cdn.example.com/{i}.mp4", taskId: $"t{i}");
                file.Write(JournalLine.Announce(submission).ToUtf8());
                file.Write(JournalLine.Conclude(submission, submission.SubmittedAt).ToUtf8());
            }
        }

        await journal.AddAsync(TestJournal.Submission("https://cdn.example.com/new.mp4", taskId: "new"));
        InvocationContext context = TestClient.Context();
        Assert.Equal(["t99998", "t99999", "new"], journal.Journal.OldestFirst(static _ => true, 3, context).Select(static s => s.TaskId));
        Assert.Equal(
            Enumerable.Range(0, Count).Select(static i => $"t{i}").Append("new"),
            journal.Journal.OldestFirst(static _ => true, int.MaxValue, context).Select(static s => s.TaskId));
        Assert.Equal("t0", journal.Journal.NewestFirst(context).Last().TaskId);
        Assert.Empty(TestJournal.WarningsOf(context));
    }

    [Fact]
    public async Task Only_the_months_that_are_asked_for_are_read()
    {
        using var journal = new TestJournal();
        await journal.AddAsync(TestJournal.Submission("https://a/1", taskId: "t1"));

        // It cannot be read.
        Directory.CreateDirectory(journal.FileOf(journal.Clock.GetUtcNow().AddMonths(-1)));
        Assert.Equal("t1", Assert.Single(journal.Journal.OldestFirst(static _ => true, 1, TestClient.Context())).TaskId);
        Assert.Equal("t1", Assert.Single(journal.Journal.NewestFirst(TestClient.Context()).Take(1)).TaskId);
        Assert.Equal(
            FailureKind.JournalUnavailable,
            Assert.Throws<VodClientException>(() => journal.Journal.OldestFirst(static _ => true, 2, TestClient.Context()).Count()).Kind);
    }

    [Fact]
    public async Task A_submission_at_the_end_of_a_month_has_its_outcome_from_the_next()
    {
        var clock = new SkippingClock(new DateTimeOffset(2026, 11, 30, 23, 59, 59, TimeSpan.Zero));
        using var journal = new TestJournal(clock);
        Submission[] submissions = [.. Enumerable.Range(1, 3).Select(i => TestJournal.Submission($"https://a/{i}", clock.GetUtcNow()))];
        InvocationContext context = TestClient.Context();
        foreach (Submission submission in submissions)
        {
            await journal.Journal.AnnounceAsync(submission, context);
        }

        string november = journal.File;
        clock.Advance(TimeSpan.FromSeconds(2));
        await journal.Journal.ConcludeAsync(submissions[0] with { TaskId = "t1" }, isAnnounced: true, context);
        await journal.Journal.ConcludeAsync(submissions[1] with { ErrorCode = "VOD.10053" }, isAnnounced: true, context);
        await journal.AddAsync(TestJournal.Submission("https://a/4", clock.GetUtcNow(), taskId: "t4"));
        Assert.Equal(3, File.ReadAllLines(november).Length);
        Assert.Equal(4, File.ReadAllLines(journal.File).Length);

        (string?, string?)[] expected = [("t1", null), (null, "VOD.10053"), (null, null), ("t4", null)];
        Assert.Equal(expected, journal.Journal.OldestFirst(static _ => true, int.MaxValue, context).Select(static s => (s.TaskId, s.ErrorCode)));
        Assert.Equal(expected, journal.Journal.OldestFirst(static _ => true, 4, context).Select(static s => (s.TaskId, s.ErrorCode)));
        Assert.Equal(expected.AsEnumerable().Reverse(), journal.Journal.NewestFirst(context).Select(static s => (s.TaskId, s.ErrorCode)));
    }

    [Fact]
    public async Task The_order_is_that_in_which_machines_write_whatever_their_clocks_say_at_the_end_of_a_month()
    {
        using var folder = new TempFolder();
        var ahead = new SkippingClock(new DateTimeOffset(2026, 12, 1, 0, 1, 0, TimeSpan.Zero));
        var behind = new SkippingClock(new DateTimeOffset(2026, 11, 30, 23, 58, 0, TimeSpan.Zero));
        SubmissionJournal[] machines = [.. new[] { behind, ahead, behind, ahead }.Select(clock =>
            SubmissionJournal.OfThisMachine(TestClient.Environment((JournalLocation.Variable, folder.Path)), clock))];
        for (int i = 0; i < machines.Length; i++)
        {
            Submission submission = TestJournal.Submission($"https://a/{i}");
            await machines[i].AnnounceAsync(submission, TestClient.Context());
            await machines[i].ConcludeAsync(submission with { TaskId = $"t{i}" }, isAnnounced: true, TestClient.Context());
        }

        Assert.Equal(["t0", "t1", "t2", "t3"], machines[0].OldestFirst(static _ => true, int.MaxValue, TestClient.Context()).Select(static s => s.TaskId));
        Assert.Equal(["t3", "t2", "t1", "t0"], machines[0].NewestFirst(TestClient.Context()).Select(static s => s.TaskId));
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_foreign_line()
    {
        using var journal = new TestJournal();
        await journal.AddAsync(TestJournal.Submission("https://a/1", taskId: "t1"));
        File.WriteAllText(journal.File, File.ReadAllText(journal.File), new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        await journal.AddAsync(TestJournal.Submission("https://a/2", taskId: "t2"));
        (string[] urls, string[] warnings) = journal.Read();
        Assert.Equal(["https://a/1", "https://a/2"], urls);
        Assert.Empty(warnings);
    }

    [Fact]
    public async Task Lines_with_the_line_ends_of_Windows_are_read()
    {
        using var journal = new TestJournal();
        await journal.AddAsync(TestJournal.Submission("https://a/1", taskId: "t1"));
        File.WriteAllText(journal.File, File.ReadAllText(journal.File).ReplaceLineEndings("\r\n") + "\r\n");
        (string[] urls, string[] warnings) = journal.Read();
        Assert.Equal(["https://a/1"], urls);
        Assert.Empty(warnings);
    }

    [Fact]
    public async Task Other_files_of_the_folder_are_ignored()
    {
        using var journal = new TestJournal();
        await journal.AddAsync(TestJournal.Submission("https://a/1", taskId: "t1"));
        foreach (string name in new[] { "notes.txt", "old.jsonl", "2026-13.jsonl", "2026-03.jsonl.bak", "2026-3.jsonl" })
        {
            File.WriteAllText(Path.Combine(journal.Path, name), "hello\n");
        }

        (string[] urls, string[] warnings) = journal.Read();
        Assert.Equal(["https://a/1"], urls);
        Assert.Empty(warnings);
    }

    [Fact]
    public async Task Reading_ends_when_it_is_canceled()
    {
        using var journal = new TestJournal();
        await journal.AddAsync(TestJournal.Submission("https://a/1", taskId: "t1"));
        await journal.AddAsync(TestJournal.Submission("https://a/2", taskId: "t2"));
        using var stop = new CancellationTokenSource();
        var context = new InvocationContext(stop.Token);
        using IEnumerator<Submission> newest = journal.Journal.NewestFirst(context).GetEnumerator();
        using IEnumerator<Submission> oldest = journal.Journal.OldestFirst(static _ => true, int.MaxValue, context).GetEnumerator();
        Assert.True(newest.MoveNext());
        Assert.True(oldest.MoveNext());
        await stop.CancelAsync();
        Assert.ThrowsAny<OperationCanceledException>(() => newest.MoveNext());
        Assert.ThrowsAny<OperationCanceledException>(() => oldest.MoveNext());
    }

    [Fact]
    public async Task Reading_of_an_earlier_month_ends_when_it_is_canceled()
    {
        using var journal = new TestJournal();
        await journal.AddAsync(TestJournal.Submission("https://a/3", taskId: "t3"));
        Submission[] earlier = [TestJournal.Submission("https://a/1"), TestJournal.Submission("https://a/2")];
        await File.WriteAllBytesAsync(
            journal.FileOf(journal.Clock.GetUtcNow().AddMonths(-1)), [.. earlier.SelectMany(static submission => JournalLine.Announce(submission).ToUtf8())]);
        using var stop = new CancellationTokenSource();
        using IEnumerator<Submission> oldest = journal.Journal.OldestFirst(static _ => true, int.MaxValue, new InvocationContext(stop.Token)).GetEnumerator();
        Assert.True(oldest.MoveNext());
        Assert.Equal("https://a/1", oldest.Current.Urls[0]);
        await stop.CancelAsync();
        Assert.ThrowsAny<OperationCanceledException>(() => oldest.MoveNext());
        Assert.ThrowsAny<OperationCanceledException>(() => journal.Journal.NewestFirst(new InvocationContext(stop.Token)).Any());
    }

    [Fact]
    public async Task It_can_be_written_while_it_is_read()
    {
        using var journal = new TestJournal();
        await journal.AddAsync(TestJournal.Submission("https://a/1", taskId: "t1"));
        await journal.AddAsync(TestJournal.Submission("https://a/2", taskId: "t2"));
        using IEnumerator<Submission> oldest = journal.Journal.OldestFirst(static _ => true, int.MaxValue, TestClient.Context()).GetEnumerator();
        Assert.True(oldest.MoveNext());
        await journal.AddAsync(TestJournal.Submission("https://a/3", taskId: "t3"));
        Assert.True(oldest.MoveNext());
        Assert.Equal("t2", oldest.Current.TaskId);
        Assert.False(oldest.MoveNext());
    }

    [Fact]
    public async Task It_can_be_read_while_another_process_has_it_open_to_write()
    {
        using var journal = new TestJournal();
        await journal.AddAsync(TestJournal.Submission("https://a/1", taskId: "t1"));
        using var writer = new FileStream(journal.File, JournalFolder.Options(FileShare.ReadWrite | FileShare.Delete));
        await journal.AddAsync(TestJournal.Submission("https://a/2", taskId: "t2"));
        Assert.Equal(["https://a/1", "https://a/2"], journal.Read().Urls);
    }

    [Fact]
    public async Task A_specified_folder_that_cannot_be_used_is_an_error()
    {
        using var journal = new TestJournal();

        // Neither can be opened.
        Directory.CreateDirectory(journal.File);
        VodClientException failure = await TestClient.FailureAsync(() => journal.AddAsync(TestJournal.Submission()));
        Assert.Equal(FailureKind.JournalUnavailable, failure.Kind);
        Assert.Equal(ErrorIds.JournalUnavailable, failure.ErrorCode);
        Assert.Contains($"The journal {journal.Path} cannot be ", failure.What, StringComparison.Ordinal);
        Assert.Contains(JournalLocation.Variable, failure.Hint, StringComparison.Ordinal);
        Assert.False(failure.OutcomeUnknown);
        Assert.Equal(
            FailureKind.JournalUnavailable, Assert.Throws<VodClientException>(() => journal.Journal.NewestFirst(TestClient.Context()).Any()).Kind);
        Assert.Equal(
            FailureKind.JournalUnavailable,
            Assert.Throws<VodClientException>(() => journal.Journal.OldestFirst(static _ => true, 1, TestClient.Context()).Any()).Kind);
    }

    [Fact]
    public async Task A_path_that_is_not_absolute_is_an_error()
    {
        var journal = SubmissionJournal.OfThisMachine(TestClient.Environment((JournalLocation.Variable, "journal")));
        Assert.Contains(
            "'journal', which is not a full path",
            (await TestClient.FailureAsync(() => journal.AnnounceAsync(TestJournal.Submission(), TestClient.Context()))).What,
            StringComparison.Ordinal);
        Assert.Contains(
            "'journal', which is not a full path",
            Assert.Throws<VodClientException>(() => journal.NewestFirst(TestClient.Context()).Any()).What,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_default_folder_that_cannot_be_written_causes_one_warning()
    {
        using var journal = new TestJournal(isNamed: false);
        string folder = Path.GetDirectoryName(journal.Path)!;
        File.WriteAllText(folder, "a file in the folder's place");
        InvocationContext context = TestClient.Context();
        await journal.AddAsync(TestJournal.Submission("https://a/1", taskId: "t1"), context);
        string warning = Assert.Single(TestJournal.WarningsOf(context));
        Assert.Contains(journal.Path, warning, StringComparison.Ordinal);
        Assert.Contains(JournalLocation.Variable, warning, StringComparison.Ordinal);

        await journal.AddAsync(TestJournal.Submission("https://a/2", taskId: "t2"), context);
        Assert.Empty(TestJournal.WarningsOf(context));

        // What is to be continued later must not be sent without.
        VodClientException failure = await TestClient.FailureAsync(
            () => journal.Journal.AnnounceAsync(TestJournal.Submission(), new InvocationContext(CancellationToken.None) { NeedsJournal = true }));
        Assert.Equal(FailureKind.JournalUnavailable, failure.Kind);
    }

    [Fact]
    public async Task A_submission_that_could_not_be_recorded_before_is_recorded_with_its_answer_if_possible()
    {
        using var journal = new TestJournal(isNamed: false);
        string folder = Path.GetDirectoryName(journal.Path)!;
        File.WriteAllText(folder, "a file in the folder's place");
        Submission submission = TestJournal.Submission("https://a/1");
        Assert.False(await journal.Journal.AnnounceAsync(submission, TestClient.Context()));
        File.Delete(folder);
        await journal.Journal.ConcludeAsync(submission with { TaskId = "t1" }, isAnnounced: false, TestClient.Context());
        Assert.Equal("t1", Assert.Single(journal.Journal.NewestFirst(TestClient.Context())).TaskId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_cannot_be_recorded_causes_a_warning_with_the_task_ID(bool isNamed)
    {
        using var journal = new TestJournal(isNamed: isNamed);
        InvocationContext context = TestClient.Context();
        Submission submission = TestJournal.Submission();
        Assert.True(await journal.Journal.AnnounceAsync(submission, context));
        File.Delete(journal.File);
        Directory.CreateDirectory(journal.File);
        await journal.Journal.ConcludeAsync(submission with { TaskId = "the-task" }, isAnnounced: true, context);
        Assert.Contains("the-task", Assert.Single(TestJournal.WarningsOf(context)), StringComparison.Ordinal);

        await journal.Journal.ConcludeAsync(submission with { ErrorCode = "VOD.10053" }, isAnnounced: true, context);
        Assert.Empty(TestJournal.WarningsOf(context));
    }

    [Fact]
    public async Task A_disabled_journal_records_nothing_and_cannot_be_resumed_from()
    {
        var journal = SubmissionJournal.OfThisMachine(TestClient.Environment((JournalLocation.Variable, "off")));
        InvocationContext context = TestClient.Context();
        Submission submission = TestJournal.Submission();
        await journal.ConcludeAsync(submission with { TaskId = "t1" }, await journal.AnnounceAsync(submission, context), context);
        Assert.Empty(journal.NewestFirst(context));
        Assert.Empty(journal.OldestFirst(static _ => true, 1, context));
        Assert.Empty(TestJournal.WarningsOf(context));

        var needing = new InvocationContext(CancellationToken.None) { NeedsJournal = true };
        Assert.Equal(FailureKind.JournalUnavailable, (await TestClient.FailureAsync(() => journal.AnnounceAsync(submission, needing))).Kind);
        Assert.Equal(FailureKind.JournalUnavailable, Assert.Throws<VodClientException>(() => journal.NewestFirst(needing).Any()).Kind);
    }

    [Fact]
    public async Task The_location_is_read_for_each_use()
    {
        using var folder = new TempFolder();
        string place = "off";
        var journal = SubmissionJournal.OfThisMachine(name => name == JournalLocation.Variable ? place : null);
        await journal.AnnounceAsync(TestJournal.Submission("https://a/1"), TestClient.Context());
        place = folder.File("journal");
        await journal.AnnounceAsync(TestJournal.Submission("https://a/2"), TestClient.Context());
        Assert.Equal("https://a/2", Assert.Single(journal.NewestFirst(TestClient.Context())).Urls[0]);
    }

    [Fact]
    public async Task A_path_of_a_file_is_an_error()
    {
        using var folder = new TempFolder();
        string path = folder.File("journal.jsonl");
        File.WriteAllText(path, string.Empty);
        var journal = SubmissionJournal.OfThisMachine(TestClient.Environment((JournalLocation.Variable, path)));
        VodClientException[] failures =
        [
            await TestClient.FailureAsync(() => journal.AnnounceAsync(TestJournal.Submission(), TestClient.Context())),
            Assert.Throws<VodClientException>(() => journal.NewestFirst(TestClient.Context()).Any()),
        ];
        Assert.All(failures, static failure => Assert.Equal(ErrorIds.JournalUnavailable, failure.ErrorCode));
        Assert.All(failures, failure => Assert.Contains($"'{path}', which is a file, not a folder", failure.What, StringComparison.Ordinal));
        Assert.Empty(File.ReadAllText(path));
    }

    [Fact]
    public void No_message_has_an_empty_name() =>
        Assert.Equal("The journal", new JournalLocation(Folder: null, IsNamed: false, "the system reports no folder for this user").Name);
}

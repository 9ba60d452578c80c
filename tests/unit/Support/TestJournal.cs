using VodPreheat.Client;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Journal;

namespace VodPreheat.UnitTests.Support;

/// <summary>A journal in a folder of its own, named by the environment variable, and clients that write it.</summary>
internal sealed class TestJournal : IDisposable
{
    private readonly TempFolder _folder = new();

    public TestJournal(TimeProvider? clock = null, bool isNamed = true)
    {
        Clock = clock ?? TimeProvider.System;
        Path = isNamed ? _folder.File("journal") : System.IO.Path.Combine(_folder.Path, "VodPreheat", "journal");

        // The one system's variable for the default place does not disturb the others.
        Journal = SubmissionJournal.OfThisMachine(
            isNamed
                ? TestClient.Environment((JournalLocation.Variable, Path))
                : name => name is "XDG_STATE_HOME" or "LOCALAPPDATA" ? _folder.Path : null,
            Clock);
    }

    public TimeProvider Clock { get; }

    /// <summary>The folder of the journal.</summary>
    public string Path { get; }

    /// <summary>The file of the current month.</summary>
    public string File => FileOf(Clock.GetUtcNow());

    public string Folder => _folder.Path;

    public SubmissionJournal Journal { get; }

    public string[] Lines =>
    [
        .. new JournalFolder(Path).Months().Reverse().SelectMany(static file => System.IO.File.ReadAllText(file).Split('\n', StringSplitOptions.RemoveEmptyEntries)),
    ];

    public JournalLine[] Events => [.. Lines.Select(line => Assert.IsType<JournalLine>(JournalLine.Parse(System.Text.Encoding.UTF8.GetBytes(line))))];

    public VodClient Client(FakeNetwork network, int retries = 3) =>
        TestClient.Create(TestClient.Endpoint, TestClient.Settings(network, Clock, retries), Journal);

    /// <summary>The file of a month.</summary>
    public string FileOf(DateTimeOffset time) => System.IO.Path.Combine(Path, $"{time.UtcDateTime:yyyy-MM}.jsonl");

    /// <summary>Adds text to the file of the current month.</summary>
    public void Append(string text)
    {
        Directory.CreateDirectory(Path);
        System.IO.File.AppendAllText(File, text);
    }

    /// <summary>Writes a submission by hand.</summary>
    public static Submission Submission(string url = "https://cdn.example.com/a.mp4", DateTimeOffset? at = null, string? taskId = null, string? errorCode = null) => new()
    {
        Id = Guid.NewGuid().ToString("N"),
        SubmittedAt = at ?? new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
        Endpoint = "https://vod.test.invalid",
        Region = "cn-north-4",
        ProjectId = TestClient.ProjectId,
        Urls = [url],
        TaskId = taskId,
        ErrorCode = errorCode,
    };

    /// <summary>Adds a submission, and what became of it if it says so.</summary>
    public async Task AddAsync(Submission submission, InvocationContext? context = null)
    {
        context ??= TestClient.Context();
        bool announced = await Journal.AnnounceAsync(submission with { TaskId = null, ErrorCode = null }, context);
        if (submission.Outcome != SubmissionOutcome.Unknown)
        {
            await Journal.ConcludeAsync(submission, announced, context);
        }
    }

    /// <summary>The URLs of all submissions, oldest first, and the warnings of the reading.</summary>
    public (string[] Urls, string[] Warnings) Read()
    {
        InvocationContext context = TestClient.Context();
        return ([.. Journal.OldestFirst(static _ => true, int.MaxValue, context).SelectMany(static s => s.Urls)], WarningsOf(context));
    }

    public static string[] WarningsOf(InvocationContext context)
    {
        var warnings = new List<string>();
        while (context.TryTakeWarning(out string? warning))
        {
            warnings.Add(warning);
        }

        return [.. warnings];
    }

    public void Dispose() => _folder.Dispose();
}

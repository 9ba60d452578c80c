using System.Globalization;
using System.Text;
using FsCheck.Xunit;
using VodPreheat.Client.Journal;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Journal;

public sealed class JournalLineTests
{
    private const string Url = "https://cdn.example.com/预热.mp4?auth_key=a%2Fb+c&x=\"<é\U0001F600";

    private static readonly Submission s_submission = new()
    {
        Id = "00000000000000000000000000000001",
        SubmittedAt = new DateTimeOffset(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero),
        Endpoint = "https://vod.cn-north-4.myhuaweicloud.com",
        Region = "cn-north-4",
        ProjectId = "p1",
        Urls = [Url, "https://cdn.example.com/b.mp4"],
    };

    [Fact]
    public void The_lines_have_the_documented_format()
    {
        Assert.Equal(
            """{"event":"sending","id":"00000000000000000000000000000001","time":"2026-03-01T12:00:00.123+00:00","endpoint":"https://vod.cn-north-4.myhuaweicloud.com","region":"cn-north-4","project_id":"p1","urls":["https://cdn.example.com/预热.mp4?auth_key=a%2Fb+c&x=\"<é"""
            + "\\uD83D\\uDE00\",\"https://cdn.example.com/b.mp4\"]}\n",
            Text(JournalLine.Announce(s_submission)));
        Assert.Equal(
            """{"event":"sending","id":"00000000000000000000000000000001","time":"2026-03-01T12:00:00.123+00:00","endpoint":"https://vod.cn-north-4.myhuaweicloud.com","project_id":"p1","asset_id":"a1"}""" + "\n",
            Text(JournalLine.Announce(s_submission with { Region = null, Urls = [], AssetId = "a1" })));
        DateTimeOffset answered = s_submission.SubmittedAt.AddSeconds(1);
        Assert.Equal(
            """{"event":"accepted","id":"00000000000000000000000000000001","time":"2026-03-01T12:00:01.123+00:00","task_id":"t1"}""" + "\n",
            Text(JournalLine.Conclude(s_submission with { TaskId = "t1" }, answered)));
        Assert.Equal(
            """{"event":"refused","id":"00000000000000000000000000000001","time":"2026-03-01T12:00:01.123+00:00","error_code":"VOD.10053"}""" + "\n",
            Text(JournalLine.Conclude(s_submission with { ErrorCode = "VOD.10053" }, answered)));
    }

    [Theory]
    [InlineData("th-TH")]
    [InlineData("ar-SA")]
    [InlineData("fa-IR")]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void A_line_is_the_same_in_every_culture(string culture)
    {
        string expected = Text(JournalLine.Announce(s_submission));
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            Assert.Equal(expected, Text(JournalLine.Announce(s_submission)));
            Assert.Equivalent(s_submission, Parse(expected)!.ToSubmission(outcome: null), strict: true);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_submission_is_read_as_it_was_written()
    {
        JournalLine accepted = Parse(Text(JournalLine.Conclude(s_submission with { TaskId = "t1" }, s_submission.SubmittedAt)))!;
        JournalLine refused = Parse(Text(JournalLine.Conclude(s_submission with { ErrorCode = "VOD.10053" }, s_submission.SubmittedAt)))!;
        JournalLine sending = Parse(Text(JournalLine.Announce(s_submission)))!;
        Assert.Equivalent(s_submission with { TaskId = "t1" }, sending.ToSubmission(accepted), strict: true);
        Assert.Equal(SubmissionOutcome.Accepted, sending.ToSubmission(accepted).Outcome);
        Assert.Equivalent(s_submission with { ErrorCode = "VOD.10053" }, sending.ToSubmission(refused), strict: true);
        Assert.Equal(SubmissionOutcome.Refused, sending.ToSubmission(refused).Outcome);
        Assert.Equal(SubmissionOutcome.Unknown, sending.ToSubmission(outcome: null).Outcome);
    }

    [Property(MaxTest = 500, Arbitrary = [typeof(OddTexts)])]
    public void A_record_is_one_line_with_any_content(string text)
    {
        string line = Text(JournalLine.Announce(s_submission with { Urls = [text], AssetId = text, ProjectId = text }));
        Assert.Equal(line.Length - 1, line.AsSpan().IndexOfAny("\n\r\u0085\u2028"));

        // Half a surrogate pair is no text that UTF-8 can carry.
        string carried = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        JournalLine read = Parse(line)!;
        Assert.Equal(carried, Assert.Single(read.Urls!));
        Assert.Equal(carried, read.AssetId);
    }

    [Theory]
    [InlineData("""{"event":"sending","id":"1","time":"2026-03-01T12:00:00Z","endpoint":"https://e","project_id":"p","urls":["https://a/1"],"priority":{"of":[1,2]},"batch":7}""")]
    [InlineData("""{ "time" : "2026-03-01T20:00:00+08:00", "urls":["https://a/1"], "project_id":"p", "endpoint":"https://e", "id":"1", "event":"sending" }""")]
    [InlineData("{\"event\":\"sending\",\"id\":\"1\",\"time\":\"2026-03-01T12:00:00+00:00\",\"endpoint\":\"https://e\",\"project_id\":\"p\",\"urls\":[\"https://a/1\"]}\r")]
    public void A_line_of_a_later_version_or_another_program_is_read(string line)
    {
        Submission read = Parse(line)!.ToSubmission(outcome: null);
        Assert.Equal("https://a/1", Assert.Single(read.Urls));
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), read.SubmittedAt);
    }

    [Fact]
    public void An_event_of_a_later_version_belongs_to_the_journal() =>
        Assert.Equal("cancelled", Parse("""{"event":"cancelled","id":"1","time":"2026-03-01T12:00:00Z","by":"x"}""")!.Event);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("hello")]
    [InlineData("{\"event\":\"sending\"}")]
    [InlineData("""{"event":"sending","id":"1","time":"yesterday","endpoint":"https://e","project_id":"p"}""")]
    [InlineData("""{"event":"sending","id":1,"time":"2026-03-01T12:00:00Z","endpoint":"https://e","project_id":"p"}""")]
    [InlineData("""{"event":"sending","id":"1","time":"2026-03-01T12:00:00Z","project_id":"p"}""")]
    [InlineData("""{"event":"sending","id":"1","time":"2026-03-01T12:00:00Z","endpoint":"https://e"}""")]
    [InlineData("""{"event":"sending","id":"1","time":"2026-03-01T12:00:00Z","endpoint":"https://e","project_id":"p","urls":[null]}""")]
    [InlineData("""{"event":"sending","id":"1","time":"2026-03-01T12:00:00Z","endpoint":"\ud800","project_id":"p"}""")]
    [InlineData("""{"event":"accepted","id":"1","time":"2026-03-01T12:00:00Z"}""")]
    [InlineData("""{"event":"accepted","id":"1","time":"2026-03-01T12:00:00Z","task_id":" "}""")]
    [InlineData("""{"event":"refused","id":"1","time":"2026-03-01T12:00:00Z"}""")]
    [InlineData("""{"event":"accepted","id":"1","time":"2026-03-01T12:00:00Z","task_id":"t"}{"event":"sending"}""")]
    public void An_invalid_line_does_not_belong_to_the_journal(string line) => Assert.Null(Parse(line));

    [Fact]
    public void No_bytes_cause_an_exception() => Fuzz.Run(
        [Text(JournalLine.Announce(s_submission)), Text(JournalLine.Conclude(s_submission with { TaskId = "t1" }, s_submission.SubmittedAt))],
        static input =>
        {
            if (JournalLine.Parse(input) is { Event: JournalLine.Sending } line)
            {
                Assert.NotNull(line.ToSubmission(outcome: null).Urls);
            }
        });

    private static string Text(JournalLine line) => Encoding.UTF8.GetString(line.ToUtf8());

    private static JournalLine? Parse(string line) => JournalLine.Parse(Encoding.UTF8.GetBytes(line));
}

using VodPreheat.Client;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Jobs;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Jobs;

/// <summary>What each failure of a submission means for its items and for the next: for a command that submits, and for a job.</summary>
public sealed class SubmitterTests
{
    [Theory]
    [InlineData("reset", SubmissionFate.Unknown, SubmissionFate.Unknown, false, false)]
    [InlineData("refused", SubmissionFate.Refused, SubmissionFate.Postponed, false, false)]
    [InlineData("503", SubmissionFate.Unknown, SubmissionFate.Unknown, false, false)]
    [InlineData("429", SubmissionFate.Refused, SubmissionFate.Postponed, false, false)]
    [InlineData("429 later", SubmissionFate.NotSubmitted, SubmissionFate.Postponed, true, false)]
    [InlineData("403 permission", SubmissionFate.Refused, SubmissionFate.Refused, false, false)]
    [InlineData("401", SubmissionFate.NotSubmitted, SubmissionFate.NotSubmitted, true, true)]
    [InlineData("project", SubmissionFate.NotSubmitted, SubmissionFate.NotSubmitted, true, true)]
    [InlineData("quota", SubmissionFate.NotSubmitted, SubmissionFate.NotSubmitted, true, true)]
    [InlineData("illegal", SubmissionFate.Refused, SubmissionFate.Divided, false, false)]
    [InlineData("missing", SubmissionFate.Refused, SubmissionFate.Divided, false, false)]
    [InlineData("state", SubmissionFate.Refused, SubmissionFate.Divided, false, false)]
    [InlineData("407", SubmissionFate.NotSubmitted, SubmissionFate.NotSubmitted, true, true)]
    [InlineData("html", SubmissionFate.Unknown, SubmissionFate.Unknown, false, false)]
    [InlineData("redirect", SubmissionFate.Unknown, SubmissionFate.Unknown, false, false)]
    [InlineData("portal", SubmissionFate.Refused, SubmissionFate.Postponed, false, false)]
    public async Task A_failure_decides_about_its_items_and_about_the_rest(
        string answer, SubmissionFate once, SubmissionFate persistent, bool endsOnce, bool endsPersistent)
    {
        foreach ((bool isPersistent, SubmissionFate fate, bool ends) in new[] { (false, once, endsOnce), (true, persistent, endsPersistent) })
        {
            using var network = new FakeNetwork(JobFaults.All[answer]);
            using VodClient client = TestClient.Create(network, retries: 0);
            InvocationContext context = isPersistent ? TestClient.Context().Persistent() : TestClient.Context();
            var submitter = new Submitter(client, context);
            SubmissionAnswer result = await submitter.SubmitAsync(["https://a/1", "https://a/2"]);
            Assert.Equal((fate, ends), (result.Fate, submitter.End is not null));
            Assert.NotNull(result.Failure);
            Assert.Empty(submitter.AcceptedTasks);
            if (ends)
            {
                // Nothing more is sent.
                SubmissionAnswer next = await submitter.SubmitAsync(["https://a/3"]);
                Assert.Equal((SubmissionFate.NotSubmitted, submitter.End, 1), (next.Fate, next.Failure, network.Count));
            }
        }
    }

    [Fact]
    public async Task A_single_refused_URL_cannot_be_divided()
    {
        using var network = new FakeNetwork(JobFaults.All["illegal"]);
        using VodClient client = TestClient.Create(network);
        var submitter = new Submitter(client, TestClient.Context().Persistent());
        Assert.Equal(SubmissionFate.Refused, (await submitter.SubmitAsync(["https://a/1"])).Fate);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_service_that_cannot_be_reached_ends_the_submissions_of_a_command_and_not_of_a_job(bool isPersistent)
    {
        using var network = new FakeNetwork(JobFaults.All["refused"]);
        using VodClient client = TestClient.Create(network, retries: 0);
        InvocationContext context = TestClient.Context();
        var submitter = new Submitter(client, isPersistent ? context.Persistent() : context);
        var fates = new List<SubmissionFate>();
        for (int i = 0; i < 5; i++)
        {
            fates.Add((await submitter.SubmitAsync([$"https://a/{i}"])).Fate);
        }

        SubmissionFate[] expected = isPersistent
            ? [.. Enumerable.Repeat(SubmissionFate.Postponed, 5)]
            : [SubmissionFate.Refused, SubmissionFate.Refused, .. Enumerable.Repeat(SubmissionFate.NotSubmitted, 3)];
        Assert.Equal(expected, fates);
        Assert.Equal((isPersistent ? 5 : 3, isPersistent), (network.Count, submitter.End is null));
    }

    [Fact]
    public async Task What_is_accepted_is_counted()
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = TestClient.Create(network);
        var submitter = new Submitter(client, TestClient.Context());
        SubmissionAnswer urls = await submitter.SubmitAsync(["https://a/1"]);
        SubmissionAnswer asset = await submitter.SubmitAsync(["asset1"], isAsset: true);
        Assert.Equal((SubmissionFate.Accepted, "asset1"), (urls.Fate, asset.Submission!.AssetId));
        Assert.Equal(["https://a/1"], urls.Submission!.Urls);
        Assert.Equal([urls.Submission.TaskId!, asset.Submission.TaskId!], submitter.AcceptedTasks);
    }

    [Fact]
    public async Task What_was_stopped_before_it_was_sent_is_not_submitted()
    {
        using var network = new FakeNetwork(Answers.Good);
        using VodClient client = TestClient.Create(network);
        var submitter = new Submitter(client, new InvocationContext(new CancellationToken(canceled: true)));
        Assert.Equal(new SubmissionAnswer(SubmissionFate.NotSubmitted, null, null), await submitter.SubmitAsync(["https://a/1"]));
        Assert.Equal((0, null), (network.Count, submitter.End));
    }
}

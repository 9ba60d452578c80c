using VodPreheat.Client;
using VodPreheat.Client.Invocation;
using VodPreheat.Client.Jobs;
using VodPreheat.UnitTests.Support;
using static VodPreheat.UnitTests.Jobs.JobSamples;

namespace VodPreheat.UnitTests.Jobs;

public sealed class SubmissionInputTests : IDisposable
{
    private readonly FakeNetwork _network = new(Answers.Good, Answers.Good, Answers.Error(403, "VOD.10086", "m"));
    private readonly VodClient _client;
    private readonly SubmissionInput _input;

    public SubmissionInputTests()
    {
        _client = TestClient.Create(_network);
        _input = Input();
    }

    public void Dispose()
    {
        _client.Dispose();
        _network.Dispose();
    }

    [Fact]
    public void URLs_are_taken_ten_at_a_time_and_the_last_request_at_the_end()
    {
        Add(_input, Urls(23));
        Assert.Equal(Urls(23)[..10], _input.Take(isEnd: false)!.Items);
        Assert.Equal(Urls(23)[10..20], _input.Take(isEnd: false)!.Items);
        Assert.Null(_input.Take(isEnd: false));
        _input.Add(Url(24), isAsset: false);
        SubmissionRequest last = _input.Take(isEnd: true)!;
        Assert.Equal(Urls(24)[20..], last.Items);
        Assert.Equal($"4 URLs, {Url(21)} to {Url(24)}", last.What);
        Assert.Null(_input.Take(isEnd: true));
    }

    [Fact]
    public void An_asset_is_a_request_of_its_own()
    {
        Add(_input, [Url(1)]);
        Add(_input, [" a ", "b"], isAsset: true);
        Add(_input, [" " + Url(2) + " "]);
        Assert.Equal(
            [Url(1), "asset a", "asset b", Url(2)],
            Enumerable.Range(0, 4).Select(_ => _input.Take(isEnd: true)!.What));
        Assert.Null(_input.Take(isEnd: true));
    }

    // Not test data: those are written to a file, as U+FFFD.
    [Fact]
    public void An_asset_ID_that_is_blank_or_would_be_sent_as_another_one_is_invalid()
    {
        foreach (string? id in new[] { null, "", "  ", "a\ud800", "\udc00b", "x\udc00\ud800y" })
        {
            _input.Add(id, isAsset: true);
            SubmissionRequest request = _input.Take(isEnd: false)!;
            Assert.Empty(request.Items);
            Assert.Equal([new SubmissionItem(id, IsAsset: true)], request.Invalid);
        }
    }

    [Fact]
    public void An_asset_ID_of_whole_characters_is_valid()
    {
        _input.Add("影片\U0001F3AC1", isAsset: true);
        Assert.Equal(["影片\U0001F3AC1"], _input.Take(isEnd: false)!.Items);
    }

    [Fact]
    public void Invalid_URLs_come_with_the_request_that_they_were_given_with()
    {
        Add(_input, [Url(1), "x", .. Urls(10)[1..], null, .. Enumerable.Repeat("", 12)]);
        SubmissionRequest first = _input.Take(isEnd: false)!;
        Assert.Equal((10, new SubmissionItem("x", IsAsset: false)), (first.Items.Count, Assert.Single(first.Invalid)));
        SubmissionRequest second = _input.Take(isEnd: false)!;
        Assert.Equal((0, 10), (second.Items.Count, second.Invalid.Count));
        Assert.Equal(3, _input.Take(isEnd: true)!.Invalid.Count);
    }

    [Fact]
    public async Task What_was_not_submitted_is_left_with_the_rest_of_the_input()
    {
        Add(_input, Urls(34));
        for (int i = 0; i < 3; i++)
        {
            _input.Take(isEnd: false);
            await _input.SubmitAsync();
            _input.Conclude();
        }

        Assert.Equal(20, _input.Submitted);
        Assert.Equal(Urls(34)[20..], _input.TakeUnsent());
        AssertRest([], [], null, _input.TakeRest());
    }

    [Fact]
    public void What_waited_for_a_full_request_is_left_once()
    {
        Add(_input, Urls(4));
        Assert.Null(_input.Take(isEnd: false));
        Assert.Equal(Urls(4), _input.TakeUnsent());
        Assert.Null(_input.Take(isEnd: true));
    }

    [Fact]
    public void What_is_neither_a_URL_nor_an_asset_is_invalid_whatever_its_text_is()
    {
        Add(_input, [Url(1)]);
        _input.AddInvalid(Url(2));
        SubmissionRequest request = _input.Take(isEnd: true)!;
        Assert.Equal([Url(1)], request.Items);
        Assert.Equal([new SubmissionItem(Url(2), IsAsset: false, IsInvalid: true)], request.Invalid);

        _input.AddInvalid(Url(2));
        Assert.Empty(_input.TakeUnsent());
    }

    [Fact]
    public async Task A_request_that_was_answered_and_not_reported_or_is_in_flight_is_abandoned()
    {
        using var network = new FakeNetwork(Answers.Good, Answers.Never);
        using VodClient client = TestClient.Create(network);
        for (int i = 0; i < 2; i++)
        {
            SubmissionInput input = Input(client);
            Add(input, ["x", .. Urls(11)]);
            SubmissionRequest request = input.Take(isEnd: false)!;
            Task<SubmissionAnswer> answer = input.SubmitAsync();
            if (i == 0)
            {
                await answer;
            }

            AssertRest([Url(11)], ["x"], request, input.TakeRest());
            AssertRest([], [], null, input.TakeRest());
        }

        Assert.Equal(2, network.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_request_that_was_not_sent_is_left(bool isStopped)
    {
        SubmissionInput input = Input(context: new InvocationContext(new CancellationToken(canceled: true)));
        Add(input, ["x", .. Urls(11)]);
        input.Take(isEnd: false);
        if (isStopped)
        {
            _ = input.SubmitAsync();
        }

        AssertRest(Urls(11), ["x"], null, input.TakeRest());
        Assert.Equal(0, _network.Count);
    }

    [Fact]
    public async Task Invalid_items_that_are_not_reported_are_left_and_a_request_that_was_not_wanted_is_not()
    {
        Add(_input, ["x", "y", .. Urls(10)]);
        SubmissionRequest request = _input.Take(isEnd: false)!;
        await _input.SubmitAsync();
        _input.Conclude();
        request.Invalid.Dequeue();
        AssertRest([], ["y"], null, _input.TakeRest());

        Add(_input, Urls(10));
        _input.Take(isEnd: false);
        _input.Conclude();
        AssertRest([], [], null, _input.TakeRest());
        Assert.Equal((1, 10), (_network.Count, _input.Submitted));
    }

    [Theory]
    [InlineData("", "URL")]
    [InlineData("u", "URL")]
    [InlineData("a", "asset")]
    [InlineData("ua", "item")]
    [InlineData("aa", "asset")]
    [InlineData("uua", "item")]
    public void What_an_item_is_called_depends_on_what_was_added(string kinds, string noun)
    {
        foreach (char kind in kinds)
        {
            _input.Add("x", isAsset: kind == 'a');
        }

        Assert.Equal(noun, _input.Noun);
    }

    /// <summary>Whatever ends the command after any number of requests, each item is in a request, invalid, or unsent.</summary>
    [Fact]
    public void Nothing_is_lost_and_nothing_comes_twice()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            Check(new Random(seed));
        }
    }

    private void Check(Random random)
    {
        SubmissionInput input = Input();
        var given = new List<string>();
        var seen = new List<string>();
        int stop = random.Next(8);
        bool isStopped = false;
        for (int record = 0; record < 6 && !isStopped; record++)
        {
            bool isAsset = random.Next(4) == 0;
            string[] items = [.. Enumerable.Range(0, random.Next(25)).Select(i => random.Next(5) == 0 ? $"bad {record}/{i}\ud800" : isAsset ? $"asset{record}-{i}" : Url((100 * record) + i))];
            given.AddRange(items);
            Add(input, items, isAsset);
            given.Add($"object {record}");
            input.AddInvalid($"object {record}");
            while (!isStopped && input.Take(isEnd: record == 5) is { } request)
            {
                Assert.InRange(request.Items.Count, 0, request.IsAsset ? 1 : 10);
                if (stop-- == 0)
                {
                    isStopped = true;
                }
                else
                {
                    seen.AddRange(request.Items);
                    input.Conclude();
                    while (request.Invalid.TryDequeue(out SubmissionItem invalid))
                    {
                        seen.Add(invalid.Text!);
                    }
                }
            }
        }

        SubmissionRest rest = input.TakeRest();
        seen.AddRange(rest.Unsent);
        seen.AddRange(rest.Invalid.Select(static invalid => invalid.Text!));
        Assert.Equal(given.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        Assert.Empty(input.TakeUnsent());
        Assert.Null(input.Take(isEnd: true));
    }

    private static void AssertRest(string[] unsent, string[] invalid, SubmissionRequest? abandoned, SubmissionRest rest)
    {
        Assert.Equal(unsent, rest.Unsent);
        Assert.Equal(invalid, rest.Invalid.Select(static item => item.Text));
        Assert.Same(abandoned, rest.Abandoned);
    }

    private SubmissionInput Input(VodClient? client = null, InvocationContext? context = null) => new(new Submitter(client ?? _client, context ?? TestClient.Context()));

    private static void Add(SubmissionInput input, string?[] items, bool isAsset = false) => Array.ForEach(items, item => input.Add(item, isAsset));
}

using VodPreheat.Client.Jobs;

namespace VodPreheat.UnitTests.Jobs;

public sealed class SubmissionInputTests
{
    private readonly SubmissionInput _input = new();

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
            Assert.Equal([(id, true)], request.Invalid);
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
        Assert.Equal((10, ("x", false)), (first.Items.Count, Assert.Single(first.Invalid)));
        SubmissionRequest second = _input.Take(isEnd: false)!;
        Assert.Equal((0, 10), (second.Items.Count, second.Invalid.Count));
        Assert.Equal(3, _input.Take(isEnd: true)!.Invalid.Count);
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

    private static void Check(Random random)
    {
        var input = new SubmissionInput();
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
                    input.Return(request);
                }
                else
                {
                    seen.AddRange(request.Items);
                }

                seen.AddRange(request.Invalid.Select(static invalid => invalid.Item!));
            }
        }

        seen.AddRange(input.TakeUnsent());
        seen.AddRange(input.TakeInvalid().Select(static invalid => invalid.Item!));
        Assert.Equal(given.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        Assert.Empty(input.TakeUnsent());
        Assert.Null(input.Take(isEnd: true));
    }

    private static void Add(SubmissionInput input, string?[] items, bool isAsset = false) => Array.ForEach(items, item => input.Add(item, isAsset));

    private static string Url(int number) => $"https://cdn.example.com/{number}.mp4";

    private static string[] Urls(int count) => [.. Enumerable.Range(1, count).Select(Url)];
}

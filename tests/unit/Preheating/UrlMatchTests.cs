using VodPreheat.Client.Preheating;

namespace VodPreheat.UnitTests.Preheating;

/// <summary>The results of URLs that the service writes as they were submitted, or differently.</summary>
public sealed class UrlMatchTests
{
    [Theory]
    [InlineData("https://CDN.Example.com/A.mp4", "https://cdn.example.com/A.mp4")]
    [InlineData("HTTPS://cdn.example.com/a.mp4", "https://cdn.example.com/a.mp4")]
    [InlineData("https://cdn.example.com:443/a.mp4", "https://cdn.example.com/a.mp4")]
    [InlineData("https://cdn.example.com/My%20Film%20%E7%AC%AC1.mp4", "https://cdn.example.com/My Film 第1.mp4")]
    [InlineData("https://cdn.example.com/第1.mp4", "https://cdn.example.com/%E7%AC%AC1.mp4")]
    [InlineData("https://cdn.example.com/a.mp4?k=a%2Fb", "https://cdn.example.com/a.mp4?k=a/b")]
    [InlineData("https://cdn.example.com/100%25.mp4", "https://cdn.example.com/100%.mp4")]
    [InlineData("https://cdn.example.com/a.mp4#t=10", "https://cdn.example.com/a.mp4")]
    [InlineData("https://影片.example.com/a.mp4", "https://xn--p3t423b.example.com/a.mp4")]
    public void A_URL_that_is_written_differently_is_equivalent(string submitted, string reported)
    {
        UrlResult[] results = [new("https://cdn.example.com/other.mp4", "failed"), new(reported, "succeed")];
        Assert.Null(UrlMatch.Find(submitted, results));
        Assert.Equal(results[1], UrlMatch.FindEquivalent(submitted, results));
    }

    [Theory]
    [InlineData("https://cdn.example.com/A.mp4", "https://cdn.example.com/a.mp4")]
    [InlineData("https://cdn.example.com/a.mp4", "http://cdn.example.com/a.mp4")]
    [InlineData("https://cdn.example.com/a.mp4", "https://cdn.example.com:8443/a.mp4")]
    [InlineData("https://cdn.example.com/a.mp4?x=1", "https://cdn.example.com/a.mp4")]
    [InlineData("https://cdn.example.com/a.mp4", "https://cdn2.example.com/a.mp4")]
    [InlineData("https://影片.example.com/a.mp4", "https://电影.example.com/a.mp4")]
    [InlineData("https://cdn.example.com/a.mp4", "")]
    [InlineData("https://cdn.example.com/a.mp4", "https://\u0000/")]
    public void Another_URL_is_not_equivalent(string submitted, string reported) =>
        Assert.Null(UrlMatch.FindEquivalent(submitted, [new UrlResult(reported, "succeed")]));

    [Fact]
    public void Of_several_results_of_the_same_text_one_that_has_finished_counts()
    {
        UrlResult[] results = [new("https://a/1", "processing"), new("https://a/1", "failed"), new("https://a/1", "succeed")];
        Assert.Equal("failed", UrlMatch.Find("https://a/1", results)!.Value.Status);
        Assert.Equal("processing", UrlMatch.Find("https://a/1", results[..1])!.Value.Status);
        Assert.Null(UrlMatch.Find("https://a/2", results));
    }

    [Fact]
    public void Equivalent_URLs_of_different_states_count_for_none()
    {
        UrlResult[] results = [new("https://A.example.com/1", "succeed"), new("https://a.EXAMPLE.com/1", "SUCCEED"), new("https://a.example.com/%31", "succeed")];
        Assert.Equal("succeed", UrlMatch.FindEquivalent("https://a.example.com/1#x", results)!.Value.Status);
        Assert.Null(UrlMatch.FindEquivalent("https://a.example.com/1#x", [.. results, new("https://a.example.com/1", "failed")]));
    }
}

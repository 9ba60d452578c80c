using VodPreheat.Client.Edge;

namespace VodPreheat.UnitTests.Edge;

public sealed class CacheHeadersTests
{
    [Theory]
    [InlineData(CacheState.Unknown)]
    [InlineData(CacheState.Hit, "x-hcs-proxy-type: 1")]
    [InlineData(CacheState.Miss, "x-hcs-proxy-type: 0")]
    [InlineData(CacheState.Hit, "X-HCS-Proxy-Type:  1 ")]
    [InlineData(CacheState.Hit, "X-Cache-Lookup: Hit From MemCache")]
    [InlineData(CacheState.Hit, "X-Cache-Lookup: Hit From Disktank")]
    [InlineData(CacheState.Hit, "X-Cache-Lookup: hit from upstream")]
    [InlineData(CacheState.Miss, "X-Cache-Lookup: Miss From Upstream")]
    [InlineData(CacheState.Miss, "X-Cache-Lookup: Hit From Nowhere")]
    [InlineData(CacheState.Miss, "X-Cache-Lookup: ")]
    [InlineData(CacheState.Hit, "X-Cache-Lookup: Cache Miss", "X-Cache-Lookup: Hit From Upstream")]
    [InlineData(CacheState.Hit, "Age: 1")]
    [InlineData(CacheState.Miss, "Age: 0")]
    [InlineData(CacheState.Unknown, "Age: old")]
    [InlineData(CacheState.Unknown, "X-Cache: HIT")]

    // The order: the first header that shows the state decides.
    [InlineData(CacheState.Miss, "x-hcs-proxy-type: 0", "X-Cache-Lookup: Hit From MemCache", "Age: 9")]
    [InlineData(CacheState.Hit, "x-hcs-proxy-type: 1", "X-Cache-Lookup: Miss", "Age: 0")]
    [InlineData(CacheState.Miss, "X-Cache-Lookup: Miss From Upstream", "Age: 9")]
    [InlineData(CacheState.Hit, "X-Cache-Lookup: Hit From Disktank", "Age: 0")]
    [InlineData(CacheState.Hit, "x-hcs-proxy-type: 7", "X-Cache-Lookup: Hit From Disktank")]
    [InlineData(CacheState.Hit, "x-hcs-proxy-type: 7", "Age: 5")]
    public void The_state_is_that_of_the_first_header_that_shows_it(CacheState state, params string[] headers) =>
        Assert.Equal(state, Read(headers).State);

    [Theory]
    [InlineData(null)]
    [InlineData(0, "Age: 0")]
    [InlineData(86400, "Age: 86400")]
    [InlineData(7, "Age:  007 ")]
    [InlineData(5, "Age: 5, 9")]
    [InlineData(5, "Age: 5", "Age: 9")]
    [InlineData(int.MaxValue, "Age: 2147483648")]
    [InlineData(int.MaxValue, "Age: 99999999999999999999999999")]
    [InlineData(null, "Age: -5")]
    [InlineData(null, "Age: 1.5")]
    [InlineData(null, "Age: +5")]
    [InlineData(null, "Age: ١")]
    [InlineData(null, "Age: ")]
    [InlineData(null, "Age: ,5")]
    public void The_age_is_an_integer_or_empty(int? age, params string[] headers) => Assert.Equal(age, Read(headers).Age);

    [Theory]
    [InlineData(null)]
    [InlineData("Private ,  MAX-age=0", "Cache-Control: Private ,  MAX-age=0")]
    [InlineData("max-age=0, no-store", "Cache-Control: max-age=0", "Cache-Control: no-store")]
    [InlineData("\"", "cache-control: \"")]
    public void Cache_control_is_not_changed(string? text, params string[] headers) => Assert.Equal(text, Read(headers).CacheControl);

    private static CacheHeaders Read(string[] headers)
    {
        var response = new HttpResponseMessage();
        foreach (string[] parts in headers.Select(header => header.Split(": ", 2)))
        {
            Assert.True(response.Headers.TryAddWithoutValidation(parts[0], parts[1]));
        }

        return new CacheHeaders(response.Headers);
    }
}

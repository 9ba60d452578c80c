using FsCheck.Xunit;
using VodPreheat.Client.Edge;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Edge;

public sealed class CacheHeadersTests
{
    [Theory]
    [InlineData(CacheState.Unknown)]
    [InlineData(CacheState.Hit, "x-hcs-proxy-type: 1")]
    [InlineData(CacheState.Miss, "x-hcs-proxy-type: 0")]
    [InlineData(CacheState.Hit, "X-HCS-Proxy-Type:  1 ")]
    [InlineData(CacheState.Miss, "x-hcs-proxy-type: 0", "x-hcs-proxy-type: 0")]
    [InlineData(CacheState.Hit, "x-hcs-proxy-type: 0", "x-hcs-proxy-type: 1")]
    [InlineData(CacheState.Hit, "x-hcs-proxy-type: 1,0")]
    [InlineData(CacheState.Miss, "x-hcs-proxy-type: 7, 0")]

    // As nodes and caches send it.
    [InlineData(CacheState.Hit, "X-Cache-Lookup: Hit From MemCache")]
    [InlineData(CacheState.Hit, "X-Cache-Lookup: Hit From MemCache Gz")]
    [InlineData(CacheState.Hit, "X-Cache-Lookup: Hit From Disktank")]
    [InlineData(CacheState.Hit, "X-Cache-Lookup: Hit From Disktank3")]
    [InlineData(CacheState.Hit, "X-Cache-Lookup: Hit From Inner Cluster")]
    [InlineData(CacheState.Hit, "X-Cache-Lookup: hit from upstream")]
    [InlineData(CacheState.Hit, "X-Cache-Lookup: HIT from edge:3128")]
    [InlineData(CacheState.Hit, "X-Cache-Lookup: Cache Hit")]
    [InlineData(CacheState.Hit, "X-Cache-Lookup: Cache Miss", "X-Cache-Lookup: Hit From Upstream")]
    [InlineData(CacheState.Hit, "X-Cache-Lookup: MISS from a:80, HIT from b:80")]
    [InlineData(CacheState.Miss, "X-Cache-Lookup: Miss From Upstream")]
    [InlineData(CacheState.Miss, "X-Cache-Lookup: MISS from edge:3128")]
    [InlineData(CacheState.Miss, "X-Cache-Lookup: Cache Miss")]
    [InlineData(CacheState.Unknown, "X-Cache-Lookup: ")]
    [InlineData(CacheState.Unknown, "X-Cache-Lookup: Cache")]
    [InlineData(CacheState.Unknown, "X-Cache-Lookup: NONE from edge:3128")]
    [InlineData(CacheState.Unknown, "X-Cache-Lookup: No Hit")]
    [InlineData(CacheState.Unknown, "X-Cache-Lookup: Hits")]
    [InlineData(CacheState.Hit, "Age: 1")]

    // Also that of a hit in its first second.
    [InlineData(CacheState.Unknown, "Age: 0")]
    [InlineData(CacheState.Unknown, "Age: old")]
    [InlineData(CacheState.Unknown, "X-Cache: HIT")]

    // The order: the first header that shows the state decides.
    [InlineData(CacheState.Miss, "x-hcs-proxy-type: 0", "X-Cache-Lookup: Hit From MemCache", "Age: 9")]
    [InlineData(CacheState.Hit, "x-hcs-proxy-type: 1", "X-Cache-Lookup: Miss", "Age: 0")]
    [InlineData(CacheState.Miss, "X-Cache-Lookup: Miss From Upstream", "Age: 9")]
    [InlineData(CacheState.Hit, "X-Cache-Lookup: Hit From Disktank", "Age: 0")]
    [InlineData(CacheState.Hit, "x-hcs-proxy-type: 7", "X-Cache-Lookup: Hit From Disktank")]
    [InlineData(CacheState.Hit, "x-hcs-proxy-type: 7", "Age: 5")]
    [InlineData(CacheState.Hit, "X-Cache-Lookup: NONE from edge:3128", "Age: 5")]
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
    [InlineData(true, "Age: 1")]
    [InlineData(true, "X-Cache-Lookup: NONE from edge:3128", "Age: 1")]
    [InlineData(false, "Age: 0")]
    [InlineData(false, "x-hcs-proxy-type: 1", "Age: 1")]
    [InlineData(false, "X-Cache-Lookup: Hit From Disktank", "Age: 1")]
    public void The_age_decides_only_if_no_other_header_does(bool decides, params string[] headers) =>
        Assert.Equal(decides, Read(headers).IsStateFromAge);

    [Theory]
    [InlineData(null)]
    [InlineData(0, "X-CCDN-CacheTTL: 0")]
    [InlineData(31536000, "x-ccdn-cachettl: 31536000")]
    [InlineData(null, "X-CCDN-CacheTTL: -1")]
    [InlineData(null, "X-CCDN-CacheTTL: never")]
    public void The_cache_time_is_an_integer_or_empty(int? seconds, params string[] headers) => Assert.Equal(seconds, Read(headers).CacheTtl);

    [Theory]
    [InlineData("Cache-Control: no-store", "Cache-Control: no-store")]
    [InlineData("CDN-Cache-Control: no-store", "CDN-Cache-Control: no-store", "Cache-Control: max-age=60")]
    [InlineData("CDN-Cache-Control: max-age=0;x", "CDN-Cache-Control: max-age=0;x")]
    [InlineData("Surrogate-Control: no-store", "Surrogate-Control: no-store, content=\"ESI/1.0\"")]
    [InlineData("Surrogate-Control: max-age=0+30", "Surrogate-Control: max-age=0+30")]
    [InlineData("Vary: *", "Vary: Accept-Encoding, *")]
    [InlineData("Vary: *", "Vary: *", "Cache-Control: max-age=60")]
    [InlineData("X-CCDN-CacheTTL: 0", "X-CCDN-CacheTTL: 0", "Cache-Control: max-age=60")]
    [InlineData("Cache-Control: private", "X-CCDN-CacheTTL: 0", "Cache-Control: private")]

    // Expires: only without a lifetime in Cache-Control, and at the time of the answer.
    [InlineData("Expires: 0", "Expires: 0")]
    [InlineData("Expires: -1", "Expires: -1")]
    [InlineData("Expires: ", "Expires: ")]
    [InlineData("Expires: Thu, 01 Jan 1970 00:00:00 GMT", "Expires: Thu, 01 Jan 1970 00:00:00 GMT", "Cache-Control: public")]
    [InlineData("Expires: Sun, 01 Mar 2026 11:59:59 GMT", "Expires: Sun, 01 Mar 2026 11:59:59 GMT")]
    [InlineData("Expires: Sun, 01 Mar 2026 12:00:00 GMT", "Expires: Sun, 01 Mar 2026 12:00:00 GMT")]
    [InlineData("Expires: Sun, 01 Mar 2026 12:00:00 GMT", "Expires: Sun, 01 Mar 2026 12:00:00 GMT", "Date: Sun, 01 Mar 2026 12:00:00 GMT")]
    [InlineData("Expires: Sun, 01 Mar 2026 12:00:00 GMT", "Expires: Sun, 01 Mar 2026 12:00:00 GMT", "Date: Sun, 01 Mar 2026 12:01:00 GMT", "Age: 60")]
    [InlineData(null, "Expires: Sun, 01 Mar 2026 12:00:01 GMT", "Date: Sun, 01 Mar 2026 12:01:00 GMT", "Age: 60")]
    [InlineData(null, "Expires: Sun, 01 Mar 2026 11:00:00 GMT", "Date: Sun, 01 Mar 2026 10:59:59 GMT")]
    [InlineData(null, "Expires: Sun, 01 Mar 2026 12:00:01 GMT")]
    [InlineData(null, "Expires: Sunday, 01-Mar-26 12:00:01 GMT")]
    [InlineData(null, "Expires: 0", "Cache-Control: max-age=60")]
    [InlineData(null, "Expires: 0", "Cache-Control: s-maxage=60")]
    [InlineData(null, "Expires: 0", "CDN-Cache-Control: max-age=60")]
    [InlineData("Cache-Control: max-age=0", "Expires: Sun, 01 Mar 2026 13:00:00 GMT", "Cache-Control: max-age=0")]
    [InlineData(null)]
    [InlineData(null, "CDN-Cache-Control: max-age=60")]
    [InlineData(null, "CDN-Cache-Control: max-age=60;x")]
    [InlineData(null, "Surrogate-Control: max-age=60+30")]
    [InlineData(null, "Surrogate-Control: no-store-remote, max-age=60")]
    [InlineData(null, "Vary: Accept-Encoding, Origin")]
    [InlineData(null, "X-CCDN-CacheTTL: 1")]
    public void What_forbids_caching_is_found_in_every_header(string? forbidding, params string[] headers) =>
        Assert.Equal(forbidding, Read(headers).FindForbidding(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero)));

    [Theory]
    [InlineData(null)]
    [InlineData("Private ,  MAX-age=0", "Cache-Control: Private ,  MAX-age=0")]
    [InlineData("max-age=0, no-store", "Cache-Control: max-age=0", "Cache-Control: no-store")]
    [InlineData("\"", "cache-control: \"")]
    public void Cache_control_is_not_changed(string? text, params string[] headers) => Assert.Equal(text, Read(headers).CacheControl);

    [Property(MaxTest = 500, Arbitrary = [typeof(OddTexts)])]
    public void Any_header_is_read_completely(string text)
    {
        foreach (string name in new[] { "Age", "Expires", "Vary", "X-Cache-Lookup", "x-hcs-proxy-type", "X-CCDN-CacheTTL", "Surrogate-Control" })
        {
            CacheHeaders headers = Read([$"{name}: {text.ReplaceLineEndings(" ").Replace('\0', ' ')}"]);
            _ = (headers.State, headers.Age, headers.CacheTtl, headers.FindForbidding(DateTimeOffset.UnixEpoch));
        }
    }

    private static CacheHeaders Read(string[] headers)
    {
        var response = new HttpResponseMessage();
        foreach (string[] parts in headers.Select(header => header.Split(": ", 2)))
        {
            Assert.True(response.Headers.TryAddWithoutValidation(parts[0], parts[1])
                || response.Content.Headers.TryAddWithoutValidation(parts[0], parts[1]));
        }

        return new CacheHeaders(response);
    }
}

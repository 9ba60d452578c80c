using System.Text;
using VodPreheat.Client.Edge;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Edge;

public sealed class CacheControlHeaderTests
{
    [Theory]
    [InlineData("private", "private")]
    [InlineData("no-cache", "no-cache")]
    [InlineData("no-store", "no-store")]
    [InlineData("max-age=0", "max-age=0")]
    [InlineData("s-maxage=0", "s-maxage=0")]
    [InlineData("PRIVATE", "PRIVATE")]
    [InlineData("public, No-Store", "No-Store")]
    [InlineData("max-age=3600,no-cache", "no-cache")]
    [InlineData("  max-age = 0  ", "max-age=0")]
    [InlineData("\tno-store\t,", "no-store")]
    [InlineData(",,private", "private")]
    [InlineData("max-age=\"0\"", "max-age=0")]
    [InlineData("max-age=000", "max-age=000")]
    [InlineData("private=\"Set-Cookie, X-User\"", "private")]
    [InlineData("no-cache=Set-Cookie", "no-cache")]
    [InlineData("max-age=600, s-maxage=0", "s-maxage=0")]
    [InlineData("s-maxage=0, max-age=600", "s-maxage=0")]
    [InlineData("max-age=0, max-age=600", "max-age=0")]
    [InlineData("s-maxage=600, private", "private")]
    [InlineData("private, no-store", "no-store")]
    [InlineData("private, no-cache", "no-cache")]
    [InlineData("max-age=0, private", "private")]
    [InlineData("max-age", "max-age=")]
    [InlineData("max-age=", "max-age=")]
    [InlineData("max-age=-1", "max-age=-1")]
    [InlineData("max-age=1.5", "max-age=1.5")]
    [InlineData("max-age=١", "max-age=١")]
    [InlineData("x=\"a\\\"\", private", "private")]
    public void What_forbids_caching_is_found(string header, string directive) =>
        Assert.Equal(directive, CacheControlHeader.FindForbidding(header));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" , ,")]
    [InlineData("public")]
    [InlineData("max-age=1")]
    [InlineData("max-age=\"60\"")]
    [InlineData("max-age=0060")]
    [InlineData("max-age=99999999999999999999999")]
    [InlineData("max-age=0, s-maxage=600")]
    [InlineData("s-maxage=600, max-age=0")]
    [InlineData("S-MaxAge=600,MAX-AGE=0")]
    [InlineData("max-age=600, max-age=0")]
    [InlineData("must-revalidate, proxy-revalidate, max-age=60")]
    [InlineData("no-transform, private-cache, x-no-store")]
    [InlineData("x=\"private, no-store, max-age=0\"")]
    [InlineData("x=\"a\\\", no-store\"")]
    [InlineData("x=\"no-store")]
    [InlineData("stale-while-revalidate=0, max-age=60")]
    public void What_permits_caching_is_ignored(string? header) => Assert.Null(CacheControlHeader.FindForbidding(header));

    [Fact]
    public void Any_header_is_read_completely() => Fuzz.Run(
        ["private=\"a\\\"b\", max-age=0 ,s-maxage=\"10\"", "no-cache, no-store, must-revalidate", "x=\"\\\\\\"],
        static input => CacheControlHeader.FindForbidding(Encoding.Latin1.GetString(input)));
}

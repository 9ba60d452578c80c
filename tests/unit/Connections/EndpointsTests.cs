using System.Globalization;
using VodPreheat.Client.Connections;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Secrets;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Connections;

public sealed class EndpointsTests
{
    private static readonly Func<string, string?> s_nothing = TestClient.Environment();
    private static readonly Uri s_cloud = new("https://vod.cn-north-4.myhuaweicloud.com");
    private static readonly Uri s_foreign = new("https://vod.private.example");

    public static TheoryData<string> Insecure =>
        ["http://vod.example.com", "http://10.0.0.1", "http://127.0.0.1.example.com", "http://localhost.example.com", "http://[2001:db8::1]", "http://0.0.0.0", "HTTP://VOD.EXAMPLE.COM:80"];

    public static TheoryData<string> Unusable =>
    [
        "ftp://user:hunter2@vod.example.com", "file:///etc/passwd", "relative/path", "https://user:hunter2@vod.example.com", "https://hunter2@vod.example.com",
        "https://vod.example.com?token=hunter2", "https://vod.example.com/#hunter2",
    ];

    [Fact]
    public void The_six_regions_are_known() => Assert.Equal(
        ["ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "cn-east-2", "cn-north-1", "cn-north-4"],
        Endpoints.Regions.Select(region => region.Key).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("relative/path", "The address 'relative/path' cannot be used.")]
    [InlineData("ftp://vod.example.com", "The address 'ftp://vod.example.com' cannot be used.")]
    [InlineData("ftp://user:hunter2@vod.example.com", "The address cannot be used.")]
    public void An_address_that_cannot_be_used_is_in_the_message_unless_it_contains_a_password(string address, string told) => Assert.Contains(
        told,
        Assert.Throws<VodClientException>(() => Endpoints.Vod(new Uri(address, UriKind.RelativeOrAbsolute), region: null, s_nothing)).What,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("cn-north-4", "https://vod.cn-north-4.myhuaweicloud.com/", "https://iam.cn-north-4.myhuaweicloud.com/")]
    [InlineData("eu-new-7", "https://vod.eu-new-7.myhuaweicloud.com/", "https://iam.myhuaweicloud.com/")]
    public void A_region_has_its_addresses(string region, string vod, string iam)
    {
        Assert.Equal(vod, Endpoints.Vod(null, region, s_nothing).AbsoluteUri);
        Assert.Equal(iam, Endpoints.Iam(null, s_cloud, region, s_nothing).AbsoluteUri);
    }

    [Theory]
    [InlineData("cn north-4")]
    [InlineData("cn-north-4.example.com/")]
    [InlineData("cn_north_4")]
    [InlineData("北京四")]
    public void A_region_consists_of_letters_digits_and_hyphens(string region) => Assert.Equal(
        FailureKind.InvalidSetting, Assert.Throws<VodClientException>(() => Endpoints.Vod(endpoint: null, region, s_nothing)).Kind);

    [Theory]
    [InlineData("vod.private.example", "https://vod.private.example/")]
    [InlineData(" https://a.example:8443/x , b.example", "https://a.example:8443/x")]
    [InlineData("http://127.0.0.1:8080", "http://127.0.0.1:8080/")]
    [InlineData(" , ", "https://vod.cn-north-i.myhuaweicloud.com/")]
    public void The_environment_overrides_the_address_of_a_region(string listed, string expected)
    {
        CultureInfo.CurrentCulture = new CultureInfo("tr-TR");
        Func<string, string?> environment = TestClient.Environment(("HUAWEICLOUD_SDK_REGION_VOD_CN_NORTH_I", listed));
        Assert.Equal(expected, Endpoints.Vod(null, "cn-north-i", environment).AbsoluteUri);
        Assert.Equal("https://vod.cn-north-1.myhuaweicloud.com/", Endpoints.Vod(null, "cn-north-1", environment).AbsoluteUri);
        Assert.Equal("https://given.example/", Endpoints.Vod(new Uri("https://given.example"), "cn-north-i", environment).AbsoluteUri);
    }

    [Theory]
    [InlineData("iam.private.example", "https://iam.private.example/")]
    [InlineData("https://iam.private.example/v", "https://iam.private.example/v")]
    public void The_environment_overrides_the_address_of_IAM(string value, string expected)
    {
        Func<string, string?> environment = TestClient.Environment(("HUAWEICLOUD_SDK_IAM_ENDPOINT", value));
        Assert.Equal(expected, Endpoints.Iam(null, s_foreign, "cn-north-4", environment).AbsoluteUri);
        Assert.Equal("https://given.example/", Endpoints.Iam(new Uri("https://given.example"), s_foreign, null, environment).AbsoluteUri);
    }

    [Theory]
    [InlineData("https://vod.private.example")]
    [InlineData("https://vod.eu-west-101.myhuaweicloud.eu")]
    [InlineData("https://myhuaweicloud.com.evil.example")]
    [InlineData("https://notmyhuaweicloud.com")]
    [InlineData("https://192.0.2.7")]
    [InlineData("http://127.0.0.1:8080")]
    public void The_address_of_IAM_is_not_derived_for_a_VOD_of_another_cloud(string vod)
    {
        foreach (string? region in new[] { "cn-north-4", "eu-west-101", null })
        {
            VodClientException failure = AssertFails(
                ErrorIds.InvalidEndpoint, FailureKind.InvalidSetting, () => Endpoints.Iam(null, new Uri(vod), region, s_nothing));
            Assert.Contains("{IamEndpoint}", failure.Message, StringComparison.Ordinal);
            Assert.Contains("HUAWEICLOUD_SDK_IAM_ENDPOINT", failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("https://VOD.cn-north-4.MyHuaweiCloud.com")]
    [InlineData("https://vod.cn-north-4.myhuaweicloud.com.:443/gate")]
    [InlineData("https://myhuaweicloud.com")]
    public void The_address_of_IAM_is_that_of_the_region_for_a_VOD_of_the_public_cloud(string vod) =>
        Assert.Equal("https://iam.cn-north-4.myhuaweicloud.com/", Endpoints.Iam(null, new Uri(vod), "cn-north-4", s_nothing).AbsoluteUri);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void Neither_region_nor_endpoint_is_an_error_that_names_both(string? region)
    {
        VodClientException failure = AssertFails(ErrorIds.RegionRequired, FailureKind.InvalidSetting, () => Endpoints.Vod(null, region, s_nothing));
        Assert.Contains("a region", failure.Message, StringComparison.Ordinal);
        Assert.Contains("an endpoint", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Insecure))]
    public void Http_to_a_host_that_is_not_loopback_is_refused(string address)
    {
        AssertFails(ErrorIds.InsecureEndpoint, FailureKind.InsecureEndpoint, () => Endpoints.Vod(new Uri(address), null, s_nothing));
        AssertFails(ErrorIds.InsecureEndpoint, FailureKind.InsecureEndpoint, () => Endpoints.Iam(new Uri(address), s_cloud, null, s_nothing));
        AssertFails(ErrorIds.InsecureEndpoint, FailureKind.InsecureEndpoint, () => Endpoints.Iam(
            null, s_cloud, null, TestClient.Environment(("HUAWEICLOUD_SDK_IAM_ENDPOINT", address))));
    }

    [Theory]
    [InlineData("http://localhost:1")]
    [InlineData("http://LOCALHOST")]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://127.9.9.9:80")]
    [InlineData("http://[::1]:8080/x")]
    public void Http_to_loopback_is_permitted(string address) => Assert.Equal(new Uri(address), Endpoints.Vod(new Uri(address), null, s_nothing));

    [Theory]
    [MemberData(nameof(Unusable))]
    public void An_invalid_address_is_refused_without_displaying_a_possible_password(string address)
    {
        var uri = new Uri(address, UriKind.RelativeOrAbsolute);
        foreach (Func<Uri?> use in new Func<Uri?>[] { () => Endpoints.Vod(uri, null, s_nothing), () => Endpoints.Iam(uri, s_cloud, null, s_nothing), () => ServiceAddress.Proxy(uri, null) })
        {
            VodClientException failure = AssertFails(ErrorIds.InvalidEndpoint, FailureKind.InvalidSetting, use);
            Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("https://")]
    [InlineData("https://user:hunter2@a b")]
    [InlineData("https://user:hunter2@host:port")]
    public void An_invalid_address_in_the_environment_is_refused_without_displaying_a_possible_password(string text)
    {
        VodClientException failure = AssertFails(ErrorIds.InvalidEndpoint, FailureKind.InvalidSetting, () => Endpoints.Iam(
            null, s_cloud, null, TestClient.Environment(("HUAWEICLOUD_SDK_IAM_ENDPOINT", text))));
        Assert.Contains("HUAWEICLOUD_SDK_IAM_ENDPOINT", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("x@evil.example")]
    [InlineData("x/../?")]
    [InlineData("evil.example/#")]
    public void A_region_cannot_lead_to_another_host(string region)
    {
        Uri? address = null;
        try
        {
            address = Endpoints.Vod(null, region, s_nothing);
        }
        catch (VodClientException failure)
        {
            Assert.Equal(ErrorIds.InvalidEndpoint, failure.ErrorCode);
        }

        Assert.EndsWith(".myhuaweicloud.com", address?.Host ?? ".myhuaweicloud.com", StringComparison.Ordinal);
    }

    [Fact]
    public void A_proxy_can_be_http_or_https()
    {
        Assert.Null(ServiceAddress.Proxy(null, null));
        Assert.Equal(new Uri("http://proxy.example:3128"), ServiceAddress.Proxy(new Uri("http://proxy.example:3128"), null));
    }

    [Theory]
    [InlineData("proxy:3128", "http://proxy:3128")]
    [InlineData("proxy.example.com:3128", "http://proxy.example.com:3128")]
    [InlineData("192.0.2.1:3128", "http://192.0.2.1:3128")]
    [InlineData("proxy.example.com", "http://proxy.example.com")]
    [InlineData("socks5://proxy:1080", "http://proxy:1080")]
    [InlineData("ftp://proxy", "http://proxy")]
    [InlineData("://proxy:1080", "http://proxy:1080")]
    [InlineData("", "must start with http:// or https://.")]
    [InlineData("socks5://", "must start with http:// or https://.")]
    [InlineData("user:hunter2@proxy:3128", "cannot be used")]
    public void The_address_of_a_proxy_with_another_scheme_or_none_is_refused_with_a_suggestion(string address, string suggestion)
    {
        VodClientException failure = AssertFails(
            ErrorIds.InvalidEndpoint, FailureKind.InvalidSetting, () => ServiceAddress.Proxy(new Uri(address, UriKind.RelativeOrAbsolute), null));
        Assert.Contains(suggestion, failure.What, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("{Proxy}", failure.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_proxy_password_requires_a_proxy()
    {
        using var login = new ProxyLogin("user", string.Empty, new Secret("hunter2"));
        VodClientException failure = AssertFails(ErrorIds.InvalidEndpoint, FailureKind.InvalidSetting, () => ServiceAddress.Proxy(null, login));
        Assert.Contains("{Proxy}", failure.Hint, StringComparison.Ordinal);
        Assert.Equal(new Uri("http://proxy.example:3128"), ServiceAddress.Proxy(new Uri("http://proxy.example:3128"), login));
    }

    [Theory]
    [InlineData("https://vod.example.com", null, true)]
    [InlineData("https://vod.example.com", "http://proxy.example:3128", true)]
    [InlineData("http://127.0.0.1:1", null, false)]
    [InlineData("http://127.0.0.1:1", "http://proxy.example:3128", false)]
    [InlineData("http://127.0.0.1:1", "http://127.0.0.1:3128", true)]
    public void Plain_http_uses_no_proxy_on_another_machine(string endpoint, string? proxy, bool may) =>
        Assert.Equal(may, ServiceAddress.MayUseProxy(new Uri(endpoint), proxy is null ? null : new Uri(proxy)));

    private static VodClientException AssertFails(string code, FailureKind kind, Func<Uri?> act)
    {
        VodClientException failure = Assert.Throws<VodClientException>(() => act());
        Assert.Equal((code, kind), (failure.ErrorCode, failure.Kind));
        return failure;
    }
}

namespace VodPreheat.UnitTests.Support;

/// <summary>Lines of lists of URLs, from a seed: valid URLs with everything that is allowed, and the same with what is not.</summary>
internal static class ListLines
{
    private const string Base = "https://";

    /// <summary>Characters that a URL does not contain, and that are not invisible.</summary>
    public const string Forbidden = " \"<>\\^`{|}";

    /// <summary>Characters that nobody sees, and the one that is written for an unreadable one.</summary>
    public static readonly char[] Invisible =
    [
        '\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u202a', '\u202e', '\u2060', '\u2066', '\u2069', '\ufeff', '\u00ad', '\u061c', '\u180e', '\ufff9',
        '\0', '\u0001', '\t', '\u001b', '\u007f', '\u009f', '\u00a0', '\u2003', '\u3000', '\u202f', '\ufffd', '\ud83d', '\ude00',
    ];

    /// <summary>What is between two URLs on a line.</summary>
    public static readonly string[] Separators = [",", ";", " ", "|", "\t", ", ", " ; ", "\",\"", "', '", "；", "，", "、", "｜", "  "];

    private static readonly string[] s_hosts =
        ["cdn.example.com", "CDN.Example.COM", "a", "10.0.0.1", "[2001:db8::1]", "视频_1.cdn-2.example", "пример.рф", "xn--fsq.example", "https.example.com", "user:pw@cdn.example.com"];

    private static readonly string[] s_pieces =
    [
        "a", "Z", "0", "-", ".", "_", "~", "!", "$", "&", "'", "(", ")", "*", "+", ",", ";", "=", ":", "@", "/", "//", "/../", "[", "]", "%", "%20", "%2F", "%zz",
        "第", "1", "集", "日本語", "한국어", "ΩЖé", "e\u0301", "אב", "हिन्दी", "ไทย", "\U0001F600", "\U00020BB7", "，", "auth_key=1-2-3-abc", "?u=https://o.example.com/x", "=http://b/",
    ];

    /// <summary>A valid URL.</summary>
    public static string Valid(int seed)
    {
        var random = new Random(seed);
        string scheme = random.Next(3) switch { 0 => "http://", 1 => "HTTPS://", _ => Base };
        string port = random.Next(4) == 0 ? ":8443" : "";
        return $"{scheme}{s_hosts[random.Next(s_hosts.Length)]}{port}/{Pieces(random)}{(random.Next(2) == 0 ? "?k=" + Pieces(random) : "")}{(random.Next(4) == 0 ? "#" + Pieces(random) : "")}";
    }

    /// <summary>The URL with a text inside its path.</summary>
    public static (string Line, int At) With(string url, string text, int seed)
    {
        int path = url.IndexOf('/', Base.Length);
        int at = new Random(seed).Next(path + 1, url.Length + 1);
        at -= at < url.Length && char.IsLowSurrogate(url[at]) ? 1 : 0;
        return (url.Insert(at, text), at);
    }

    private static string Pieces(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => s_pieces[random.Next(s_pieces.Length)]));
}

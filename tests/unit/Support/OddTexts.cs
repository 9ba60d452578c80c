using FsCheck;
using FsCheck.Fluent;

namespace VodPreheat.UnitTests.Support;

/// <summary>Generates texts that are difficult to encode: surrogates, lone and in pairs, control characters, and reserved characters.</summary>
public static class OddTexts
{
    private static readonly string[] s_pieces =
    [
        "\ud83d\ude00", "\ud83d", "\ude00", "\0", "\r\n", "\t", "\u007f", "\u0085", "\u2028", "\ufeff", "\ufffd", "\uffff", "e\u0301", "\u0130\u0131",
        "%", "%41", "%zz", "+", " ", "&", "=", "#", "?", "/", "//", "/../", "./", "\\", ";", ":", "@", "'", "\"", "<", ">", "{", "}", "|", "^", "`", "~", "*",
        "\u4e2d\u6587", "a", "Z", "0", "-", "_", ".",
    ];

    public static Arbitrary<string> Text()
    {
        Gen<string> piece = Gen.OneOf(Gen.Elements(s_pieces), Gen.Choose(0, 0xFFFF).Select(unit => ((char)unit).ToString()));
        return Gen.ListOf(piece).Select(string.Concat).ToArbitrary();
    }
}

using System.Globalization;
using System.Text;

namespace VodPreheat.UnitTests.Support;

/// <summary>Random bytes, and valid texts with random changes; the same in every run.</summary>
internal static class Fuzz
{
    // For a longer run: VODPREHEAT_FUZZ_CASES=200000 dotnet test tests/unit
    private static readonly int s_cases =
        int.TryParse(Environment.GetEnvironmentVariable("VODPREHEAT_FUZZ_CASES"), CultureInfo.InvariantCulture, out int cases) ? cases : 4000;

    private static readonly string[] s_splinters =
    [
        "\"", "\\", "{", "}", "[", "]", ":", ",", "null", "1e999", "-", "true", "\"\\ud800\"", "\\udc00", "\\u0000", "\0", "\ufeff", "//", "\n", "=", "#",
        "\"url\":", "\"status\":", "\"error\":{", "\"error_code\":\"VOD.10053\",", "\"\\ud800\":1,", "[basic]", "ak=",
    ];

    /// <summary>Runs the cases; a failure displays its seed and input.</summary>
    public static void Run(string[] valid, Action<byte[]> act) => RunAsync(valid, input =>
    {
        act(input);
        return Task.CompletedTask;
    }).GetAwaiter().GetResult();

    /// <inheritdoc cref="Run"/>
    public static async Task RunAsync(string[] valid, Func<byte[], Task> act)
    {
        for (int seed = 0; seed < s_cases; seed++)
        {
            var random = new Random(seed);
            byte[] input = seed % 4 == 0 ? RandomBytes(random) : Bend(Encoding.UTF8.GetBytes(valid[random.Next(valid.Length)]), random);
            try
            {
                await act(input);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException(
                    string.Create(CultureInfo.InvariantCulture, $"Seed {seed}, input {Convert.ToBase64String(input)}: {Encoding.UTF8.GetString(input)}"), error);
            }
        }
    }

    private static byte[] RandomBytes(Random random)
    {
        byte[] bytes = new byte[random.Next(64)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Bend(byte[] valid, Random random)
    {
        var bytes = valid.ToList();
        for (int i = random.Next(1, 6); i > 0 && bytes.Count > 0; i--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, random.Next(bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, random.Next(bytes.Count - at)));
                    break;
                default:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(s_splinters[random.Next(s_splinters.Length)]));
                    break;
            }
        }

        return [.. bytes];
    }
}

namespace VodPreheat.Client.Secrets;

/// <summary>
/// Recognizes a secret in bytes that come one after another, each of which is compared about once, whatever the secret repeats
/// (Knuth, Morris, and Pratt).
/// </summary>
internal struct SecretMatcher(byte[] secret, int[] borders)
{
    private int _matched;

    /// <summary>The length of the secret in bytes.</summary>
    public readonly int Length => secret.Length;

    /// <summary>For each beginning of a secret, the length of the longest text that it both begins and ends with, and is shorter.</summary>
    public static int[] BordersOf(ReadOnlySpan<byte> secret)
    {
        int[] borders = new int[secret.Length];
        int border = 0;
        for (int i = 1; i < secret.Length; i++)
        {
            while (border > 0 && secret[i] != secret[border])
            {
                border = borders[border - 1];
            }

            border += secret[i] == secret[border] ? 1 : 0;
            borders[i] = border;
        }

        return borders;
    }

    /// <summary>Takes the next byte, and returns whether the secret ends with it.</summary>
    public bool Next(byte value)
    {
        while (_matched > 0 && (_matched == secret.Length || secret[_matched] != value))
        {
            _matched = borders[_matched - 1];
        }

        _matched += secret[_matched] == value ? 1 : 0;
        return _matched == secret.Length;
    }

    /// <summary>Begins another text.</summary>
    public void Restart() => _matched = 0;
}

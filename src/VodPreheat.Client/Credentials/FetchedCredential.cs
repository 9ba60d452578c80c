namespace VodPreheat.Client.Credentials;

/// <summary>A credential that was just issued, and its lifetime by the issuer's clock.</summary>
internal readonly record struct FetchedCredential(Credential Credential, TimeSpan Life)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(365);

    /// <summary>A credential whose lifetime is limited to a year, whatever the issuer says, and is not negative.</summary>
    public static FetchedCredential Issued(Credential credential, DateTimeOffset at)
    {
        TimeSpan life = credential.ExpiresAt!.Value - at;
        return new FetchedCredential(credential, life < TimeSpan.Zero ? TimeSpan.Zero : life > s_longest ? s_longest : life);
    }
}

namespace VodPreheat.Client.Credentials;

/// <summary>A credential that was just fetched, and how long it lives by its issuer's clock.</summary>
internal readonly record struct FetchedCredential(Credential Credential, TimeSpan Life)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(365);

    /// <summary>A credential that lives until it ends: nothing at least, and a year at most, whatever the issuer says.</summary>
    public static FetchedCredential Issued(Credential credential, DateTimeOffset at)
    {
        TimeSpan life = credential.ExpiresAt!.Value - at;
        return new FetchedCredential(credential, life < TimeSpan.Zero ? TimeSpan.Zero : life > s_longest ? s_longest : life);
    }
}

namespace VodPreheat.Connections;

/// <summary>
/// The default connection of the process: one immutable object, replaced as a whole, so that every runspace (ForEach-Object -Parallel)
/// sees it. One that was replaced is released when nothing uses it any more.
/// </summary>
internal static class DefaultConnection
{
    private static SharedConnection? s_current;

    /// <summary>The default, not to be used for requests; null before the first Connect-VodAccount and after Disconnect-VodAccount.</summary>
    public static VodConnection? Current => Volatile.Read(ref s_current)?.Connection;

    /// <summary>Makes a connection the default.</summary>
    /// <param name="connection">The connection, which nothing uses yet.</param>
    /// <param name="isHandedOut">Whether the user receives it, too.</param>
    public static void Set(VodConnection connection, bool isHandedOut)
    {
        var shared = new SharedConnection(connection);
        if (isHandedOut)
        {
            shared.TryUse();
        }

        Interlocked.Exchange(ref s_current, shared)?.Release();
    }

    /// <summary>The default for a pipeline, which releases it at its end; null if there is none.</summary>
    public static SharedConnection? Use()
    {
        while (Volatile.Read(ref s_current) is { } current)
        {
            if (current.TryUse())
            {
                return current;
            }

            // Replaced and released between the two steps.
        }

        return null;
    }

    /// <summary>The default for the user, who can use it from now on at any time.</summary>
    public static VodConnection? HandOut() => Use()?.Connection;

    /// <summary>Removes the default if it is this connection.</summary>
    public static void Forget(VodConnection connection)
    {
        if (Volatile.Read(ref s_current) is { } current && current.Connection == connection)
        {
            Interlocked.CompareExchange(ref s_current, null, current);
        }
    }
}

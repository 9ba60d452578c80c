namespace VodPreheat.Connections;

/// <summary>
/// The process's default connection: one immutable object, swapped whole, so that every runspace (ForEach-Object -Parallel)
/// sees it and nobody sees half of one.
/// </summary>
internal static class DefaultConnection
{
    private static VodConnection? s_current;

    /// <summary>The default; null before the first Connect-VodAccount and after Disconnect-VodAccount.</summary>
    public static VodConnection? Current
    {
        get => Volatile.Read(ref s_current);
        set => Volatile.Write(ref s_current, value);
    }

    /// <summary>Takes the default away if it is this connection.</summary>
    public static void Forget(VodConnection connection) => Interlocked.CompareExchange(ref s_current, null, connection);
}

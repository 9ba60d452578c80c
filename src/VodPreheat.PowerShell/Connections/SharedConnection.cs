namespace VodPreheat.Connections;

/// <summary>
/// A connection that is or was the default, and how many use it: being the default counts, every pipeline that began with it,
/// and, for good, whoever it was handed out to. After the last one its secrets are wiped and its sockets closed, when the
/// requests that are still under way have ended. A connection that was handed out is released when it is disconnected, or collected.
/// </summary>
internal sealed class SharedConnection(VodConnection connection)
{
    private int _users = 1;

    /// <summary>The connection.</summary>
    public VodConnection Connection => connection;

    /// <summary>Counts one more; false if it was released.</summary>
    public bool TryUse()
    {
        int users = Volatile.Read(ref _users);
        while (users > 0)
        {
            int seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return true;
            }

            users = seen;
        }

        return false;
    }

    /// <summary>Counts one less.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            connection.Client!.Retire();
        }
    }
}

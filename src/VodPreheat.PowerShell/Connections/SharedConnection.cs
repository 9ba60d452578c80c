namespace VodPreheat.Connections;

/// <summary>
/// A connection that is or was the default, with a reference count: being the default counts, every pipeline that began with it,
/// and, permanently, a user who received it. After the last reference its secrets are wiped and its sockets closed, when the
/// requests that are still in flight have ended. A connection that a user received is released when it is disconnected or collected.
/// </summary>
internal sealed class SharedConnection(VodConnection connection)
{
    private int _users = 1;

    /// <summary>The connection.</summary>
    public VodConnection Connection => connection;

    /// <summary>Adds a reference; false if it was released.</summary>
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

    /// <summary>Removes a reference.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            connection.Client!.Retire();
        }
    }
}

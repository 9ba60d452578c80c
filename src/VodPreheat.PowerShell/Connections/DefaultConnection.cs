using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace VodPreheat.Connections;

/// <summary>
/// The default connection belongs to the runspace that connected: of two jobs in one process (thread jobs, an automation host), none
/// may submit with the other's account. A runspace that has not connected uses the default of the process if there is exactly one, as
/// ForEach-Object -Parallel and thread jobs use that of their caller.
/// </summary>
internal static class DefaultConnection
{
    // Weak, and emptied when a runspace is closed: a connection that nothing else refers to is collected, which overwrites its secrets.
    private static readonly ConditionalWeakTable<Runspace, Default> s_defaults = [];

    /// <summary>The default for this runspace; null if there is none, or if there are several.</summary>
    public static VodConnection? Current => Find(out _);

    /// <summary>The default that this runspace has connected itself; null if it has not, or has disconnected it.</summary>
    public static VodConnection? Own => s_defaults.TryGetValue(Runspace.DefaultRunspace, out Default? own) && own.IsLive(Runspace.DefaultRunspace) ? own.Connection : null;

    /// <summary>Makes a connection the default of this runspace. The one before it can still be used by a pipeline that began with it.</summary>
    public static void Set(VodConnection connection)
    {
        Runspace runspace = Runspace.DefaultRunspace;
        runspace.StateChanged -= RemoveOfClosed;
        runspace.StateChanged += RemoveOfClosed;
        s_defaults.AddOrUpdate(runspace, new Default(connection, runspace.Events));
    }

    /// <summary>The default for this runspace; null if there is none, or if there are several.</summary>
    public static VodConnection? Find(out bool isAmbiguous)
    {
        Runspace runspace = Runspace.DefaultRunspace;
        isAmbiguous = false;
        if (s_defaults.TryGetValue(runspace, out Default? own) && own.IsOf(runspace))
        {
            // Also if it was disconnected: then the account of another job must not take its place.
            return own.IsLive(runspace) ? own.Connection : null;
        }

        VodConnection[] live = [.. s_defaults.Where(static entry => entry.Value.IsLive(entry.Key)).Select(static entry => entry.Value.Connection)];
        isAmbiguous = live.Length > 1;
        return live is [var only] ? only : null;
    }

    private static void RemoveOfClosed(object? sender, RunspaceStateEventArgs change)
    {
        if (change.RunspaceStateInfo.State is RunspaceState.Closed or RunspaceState.Broken)
        {
            s_defaults.Remove((Runspace)sender!);
        }
    }

    // ForEach-Object -Parallel resets its runspaces and uses them for other items, which have not connected. A reset replaces the event manager.
    private sealed record Default(VodConnection Connection, PSEventManager Session)
    {
        public bool IsOf(Runspace runspace) => runspace.Events == Session;

        public bool IsLive(Runspace runspace) => IsOf(runspace) && !Connection.Client!.IsDisposed;
    }
}

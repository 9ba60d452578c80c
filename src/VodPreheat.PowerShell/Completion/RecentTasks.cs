namespace VodPreheat.Completion;

/// <summary>
/// The task ids that this process was given, newest first: the API lists none, so an id that scrolled away could not be found
/// otherwise.
/// </summary>
internal static class RecentTasks
{
    private const int Capacity = 100;

    private static readonly object s_lock = new();
    private static readonly LinkedList<PreheatTask> s_tasks = new();

    /// <summary>The tasks, newest first.</summary>
    public static IReadOnlyList<PreheatTask> All
    {
        get
        {
            lock (s_lock)
            {
                return [.. s_tasks];
            }
        }
    }

    /// <summary>Remembers a task.</summary>
    public static void Add(PreheatTask task)
    {
        lock (s_lock)
        {
            s_tasks.AddFirst(task);
            if (s_tasks.Count > Capacity)
            {
                s_tasks.RemoveLast();
            }
        }
    }
}

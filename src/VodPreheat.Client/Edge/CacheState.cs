namespace VodPreheat.Client.Edge;

/// <summary>Whether an answer came from the cache of the node that gave it.</summary>
public enum CacheState
{
    /// <summary>The answer does not show it.</summary>
    Unknown,

    /// <summary>From the cache.</summary>
    Hit,

    /// <summary>From the origin.</summary>
    Miss,
}

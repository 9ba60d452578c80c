namespace VodPreheat.Client.Jobs;

/// <summary>The items of one request, and the invalid ones that were given with them.</summary>
/// <param name="isAsset">Whether the item is the ID of an asset.</param>
public sealed class SubmissionRequest(bool isAsset)
{
    private readonly List<string> _items = [];

    /// <summary>Whether the item is the ID of an asset; else the items are URLs.</summary>
    public bool IsAsset => isAsset;

    /// <summary>What is submitted; empty if everything was invalid.</summary>
    public IReadOnlyList<string> Items => _items;

    /// <summary>What was given with them and cannot be submitted.</summary>
    public Queue<SubmissionItem> Invalid { get; } = new();

    /// <summary>The items in words.</summary>
    public string What => isAsset ? $"asset {_items[0]}" : _items.Count == 1 ? _items[0] : $"{_items.Count} URLs, {_items[0]} to {_items[^1]}";

    internal bool IsFull => isAsset || Math.Max(_items.Count, _items.Count == 0 ? Invalid.Count : 0) == VodClient.MaxUrlsPerRequest;

    internal bool IsEmpty => _items.Count == 0 && Invalid.Count == 0;

    internal void Add(string item) => _items.Add(item);

    internal void Clear() => _items.Clear();
}

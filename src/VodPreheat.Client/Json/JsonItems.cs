using System.Text.Json;

namespace VodPreheat.Client.Json;

/// <summary>Enumerates the items of a JSON list, each a slice of the text.</summary>
internal ref struct JsonItems
{
    private readonly ReadOnlySpan<byte> _list;
    private Utf8JsonReader _reader;

    /// <summary>Begins before the first item.</summary>
    /// <exception cref="JsonException">It is not a list.</exception>
    public JsonItems(ReadOnlySpan<byte> list)
    {
        _list = list;
        _reader = new Utf8JsonReader(list);
        if (list.IsEmpty || !_reader.Read() || _reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("a value has an unexpected type");
        }
    }

    /// <summary>The item.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>For foreach.</summary>
    public readonly JsonItems GetEnumerator() => this;

    /// <summary>Moves to the next item, if there is one.</summary>
    public bool MoveNext()
    {
        if (!_reader.Read() || _reader.TokenType == JsonTokenType.EndArray)
        {
            return false;
        }

        int start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        Current = _list[start..(int)_reader.BytesConsumed];
        return true;
    }
}

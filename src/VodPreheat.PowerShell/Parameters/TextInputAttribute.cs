using System.Globalization;
using System.Management.Automation;
using System.Numerics;

namespace VodPreheat.Parameters;

/// <summary>
/// Makes texts of what is bound to -Url, -TaskId, or -AssetId, by value, as an argument, or as a property. A string is a text, and so is a
/// URI as it was written; of other objects the text is the property with the name of the parameter. An object without one is bound as a
/// <see cref="TextlessObject"/>, never as its own text.
/// </summary>
/// <param name="property">The name of the parameter.</param>
/// <remarks>
/// PowerShell would bind such a property itself, but only from the pipeline, and only if the value cannot be converted to a string, which
/// every object can.
/// </remarks>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TextInputAttribute(string property) : ArgumentTransformationAttribute
{
    // Arrays in arrays, and objects in properties. An object can contain itself.
    private const int MaxDepth = 16;

    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => inputData is null ? null : TextsOf(inputData);

    /// <summary>The texts of a value: of each of its items, in arrays of any depth.</summary>
    public string?[] TextsOf(object? value)
    {
        var texts = new List<string?>();
        AddTexts(texts, value, depth: 0);
        return [.. texts];
    }

    private void AddTexts(List<string?> texts, object? value, int depth)
    {
        object? bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (bare is null or DBNull)
        {
            texts.Add(null);
        }
        else if (TextOf(bare) is { } text)
        {
            texts.Add(text);
        }
        else if (depth < MaxDepth && LanguagePrimitives.GetEnumerable(bare) is { } items)
        {
            foreach (object? item in items)
            {
                AddTexts(texts, item, depth + 1);
            }
        }
        else
        {
            AddProperty(texts, PSObject.AsPSObject(value), depth);
        }
    }

    private void AddProperty(List<string?> texts, PSObject source, int depth)
    {
        var own = new List<string?>();
        if (depth < MaxDepth && InputProperty.TryRead(source, property, out object? value))
        {
            AddTexts(own, value, depth + 1);
        }

        texts.AddRange(own.TrueForAll(string.IsNullOrWhiteSpace) ? [TextlessObject.PlaceholderOf(source)] : own);
    }

    private string? TextOf(object value) => value switch
    {
        string text => text,
        Uri uri => uri.OriginalString,
        byte or sbyte or short or ushort or int or uint or long or ulong or BigInteger when property != "Url" =>
            ((IFormattable)value).ToString(format: null, CultureInfo.InvariantCulture),
        _ => null,
    };
}

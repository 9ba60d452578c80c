using System.Management.Automation;
using System.Management.Automation.Language;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using VodPreheat.Client.Display;

namespace VodPreheat.Parameters;

/// <summary>An object that was bound to a parameter of texts, and has none: the property is missing or empty.</summary>
internal sealed partial class TextlessObject
{
    private const int MaxNames = 20;
    private const int MaxNameLength = 100;

    // The parameters are arrays of strings, for scripts and in the help, and an array of strings cannot contain the object. A string that
    // exists only once takes its place. It is compared by reference, and its text means nothing.
    private static readonly ConditionalWeakTable<string, TextlessObject> s_placeholders = [];

    private TextlessObject(PSObject source) => Source = source;

    /// <summary>The object.</summary>
    public PSObject Source { get; }

    /// <summary>The type and the properties of the object, safe to display.</summary>
    public string Description => Describe(Source);

    /// <summary>The type and the properties of an object, safe to display.</summary>
    public static string Describe(PSObject source)
    {
        string[] names = [.. InputProperty.Names(source).Select(static name => DisplayText.Clean(name, MaxNameLength))];
        string shown = names.Length <= MaxNames ? string.Join(", ", names) : $"{string.Join(", ", names[..MaxNames])}, ...";
        string type = source.BaseObject is PSCustomObject ? "an object" : $"a {source.BaseObject.GetType().Name}";
        return names.Length == 0 ? $"{type} without properties" : $"{type} with {shown}";
    }

    /// <summary>The string that takes the place of an object.</summary>
    public static string PlaceholderOf(PSObject source)
    {
        string placeholder = new(nameof(TextlessObject).AsSpan());
        s_placeholders.Add(placeholder, new TextlessObject(source));
        return placeholder;
    }

    /// <summary>The object whose place an item has; null if the item is a text.</summary>
    public static TextlessObject? Of(string? item) => item is not null && s_placeholders.TryGetValue(item, out TextlessObject? found) ? found : null;

    /// <summary>The texts of another property of the object, such as its asset IDs; empty if it has none.</summary>
    public string[] TextsOf(string property) =>
        InputProperty.TryRead(Source, property, out object? value) && new TextInputAttribute(property).TextsOf(value) is var texts
            ? [.. texts.OfType<string>().Where(static text => Of(text) is null && !string.IsNullOrWhiteSpace(text))]
            : [];

    /// <summary>Whether the object has the property.</summary>
    public bool Has(string property) => InputProperty.TryRead(Source, property, out _);

    /// <summary>What to do with such objects.</summary>
    public string Hint(string property)
    {
        string[] names = InputProperty.Names(Source);
        return Source.BaseObject is FileSystemInfo ? "Pipe what is in the file: Get-Content for a list, Import-Csv for a table."
            : names is [var line] && Delimiter().Match(line) is { Success: true } delimiter
                ? $"The columns of the table are separated by {(delimiter.Value == "\t" ? "tabs: read it with Import-Csv -Delimiter \"`t\"" : $"{delimiter.Value}: read it with Import-Csv -Delimiter '{delimiter.Value}'")}."
            : Array.Exists(names, static name => name.Contains("://", StringComparison.Ordinal))
                ? "The table has no line with the names of its columns: read it with Import-Csv -Header, or Get-Content if it is a list."
            : LikelyProperty(names, property) is { } likely
                ? $"Pipe the objects, and specify the property to use: -{property} {{ $_.{likely} }}."
            : $"Pipe objects with this property, or specify the one to use, as in -{property} {{ $_.{(property == "Url" ? "PlayUrl" : "Id")} }}.";
    }

    // The property that the user may mean, as it is written after a dot in a script.
    private string? LikelyProperty(string[] names, string property)
    {
        string part = property.Replace("Id", string.Empty, StringComparison.Ordinal);
        string? name = Array.Find(names, name => name.Contains(part, StringComparison.OrdinalIgnoreCase))
            ?? (property == "Url" ? Array.Find(names, name => TextsOf(name) is [var text, ..] && text.Contains("://", StringComparison.Ordinal)) : null);
        return name is null || PlainName().IsMatch(name) ? name
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(DisplayText.Clean(name, MaxNameLength))}'";
    }

    [GeneratedRegex("[;|\t]")]
    private static partial Regex Delimiter();

    [GeneratedRegex(@"^\w{1,100}\z")]
    private static partial Regex PlainName();
}

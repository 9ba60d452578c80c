using System.Collections;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace VodPreheat.Parameters;

/// <summary>The properties of input objects, and the keys of dictionaries, which are used alike.</summary>
internal static partial class InputProperty
{
    /// <summary>Reads a property by its name, or by the name that the API has for it: TaskId or task_id. Case is ignored.</summary>
    /// <returns>Whether the object has the property.</returns>
    public static bool TryRead(PSObject source, string name, out object? value)
    {
        foreach (string candidate in new[] { name, WordStart().Replace(name, "_").ToLowerInvariant() })
        {
            if (source.BaseObject is IDictionary dictionary
                && dictionary.Keys.OfType<string>().FirstOrDefault(key => string.Equals(key, candidate, StringComparison.OrdinalIgnoreCase)) is { } key)
            {
                value = dictionary[key];
                return true;
            }

            if (source.Properties[candidate] is { IsGettable: true } property)
            {
                value = ValueOf(property);
                return true;
            }
        }

        value = null;
        return false;
    }

    /// <summary>The names of all properties, in their order.</summary>
    public static string[] Names(PSObject source) => source.BaseObject is IDictionary dictionary
        ? [.. dictionary.Keys.Cast<object>().Select(static key => key.ToString() ?? string.Empty)]
        : [.. source.Properties.Select(static property => property.Name)];

    private static object? ValueOf(PSPropertyInfo property)
    {
        try
        {
            return property.Value;
        }
        catch (GetValueException)
        {
            // The code of the property failed: there is no value.
            return null;
        }
    }

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex WordStart();
}

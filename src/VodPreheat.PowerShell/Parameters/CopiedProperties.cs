using System.Management.Automation;

namespace VodPreheat.Parameters;

/// <summary>Properties of the input objects on their way to the outcomes, by URL.</summary>
/// <param name="names">The names of the properties.</param>
internal sealed class CopiedProperties(string[] names)
{
    private readonly string[] _names = [.. names.Distinct(StringComparer.OrdinalIgnoreCase)];
    private readonly Dictionary<string, PSObject> _sources = new(StringComparer.Ordinal);

    /// <summary>Keeps the object that a URL came with; of a repeated URL the first one.</summary>
    public void Keep(string url, PSObject? source)
    {
        if (_names.Length > 0 && source is not null)
        {
            _sources.TryAdd(url, source);
        }
    }

    /// <summary>An outcome with the properties of the object that its URL came with.</summary>
    public object AddTo(PreheatOutcome outcome) => AddTo(outcome, _sources.GetValueOrDefault(outcome.Url));

    /// <summary>An outcome with the properties of an object; one that the object does not have is null, so that all outcomes have the same.</summary>
    public object AddTo(PreheatOutcome outcome, PSObject? source)
    {
        if (_names.Length == 0)
        {
            return outcome;
        }

        var row = PSObject.AsPSObject(outcome);
        foreach (string name in _names)
        {
            object? value = null;
            if (source is not null)
            {
                InputProperty.TryRead(source, name, out value);
            }

            row.Properties.Add(new PSNoteProperty(name, value));
        }

        return row;
    }
}

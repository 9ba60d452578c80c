using System.Management.Automation;

namespace VodPreheat.Parameters;

/// <summary>Refuses names that an outcome has, too: the copy would hide the property of the outcome.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ValidateInputPropertyAttribute : ValidateEnumeratedArgumentsAttribute
{
    private static readonly HashSet<string> s_taken = new(
        typeof(PreheatOutcome).GetProperties().Select(static property => property.Name), StringComparer.OrdinalIgnoreCase);

    protected override void ValidateElement(object element)
    {
        string name = element.ToString()!;
        if (string.IsNullOrWhiteSpace(name))
        {
            throw new ValidationMetadataException("The name of a property is empty.");
        }

        if (s_taken.Contains(name))
        {
            throw new ValidationMetadataException(
                $"An outcome has a property {name} of its own. Copy it under another name: Select-Object *, @{{ Name = 'Input{name}'; Expression = '{name}' }}.");
        }
    }
}

using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using VodPreheat.Client.Connections;

namespace VodPreheat.Completion;

/// <summary>Completes -Region with the known regions of VOD; others can be typed.</summary>
internal sealed class RegionCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = (wordToComplete ?? string.Empty).Trim('\'', '"');
        foreach ((string id, string place) in Endpoints.Regions)
        {
            if (id.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            {
                yield return new CompletionResult(id, id, CompletionResultType.ParameterValue, place);
            }
        }
    }
}

using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using VodPreheat.Formatting;

namespace VodPreheat.Completion;

/// <summary>Completes -Connection with the variables of the session that contain a connection, instead of the paths that the engine suggests.</summary>
internal sealed class ConnectionCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = (wordToComplete ?? string.Empty).Trim('\'', '"').TrimStart('$', '{');
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand(@"Microsoft.PowerShell.Utility\Get-Variable", useLocalScope: false);
        return
        [
            .. shell.Invoke<PSVariable>()
                .Where(variable => variable.Name.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
                .Select(static variable => (variable.Name, Connection: ConnectionIn(variable.Value)))
                .Where(static variable => variable.Connection is not null)
                .Select(static variable => Result(variable.Name, variable.Connection!)),
        ];
    }

    /// <summary>The connection in a variable or an argument; null if it is something else.</summary>
    public static VodConnection? ConnectionIn(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) as VodConnection;

    private static CompletionResult Result(string name, VodConnection connection)
    {
        string text = name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') ? $"${name}" : $"${{{CodeGeneration.EscapeVariableName(name)}}}";
        return new CompletionResult(text, ViewFormatter.Clean(text), CompletionResultType.Variable, ViewFormatter.Clean(connection.ToString()));
    }
}

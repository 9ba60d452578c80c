using System.Management.Automation;

namespace VodPreheat.Parameters;

/// <summary>
/// Lets a deserialized connection bind, so that the cmdlet can report the cause instead of the engine's message about types.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class LiveConnectionAttribute : ArgumentTransformationAttribute
{
    private const string DeserializedName = "Deserialized.VodPreheat.VodConnection";

    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        inputData is PSObject copy && copy.TypeNames.Contains(DeserializedName)
            ? new VodConnection { Region = Text(copy, nameof(VodConnection.Region)), ProjectId = Text(copy, nameof(VodConnection.ProjectId)) ?? string.Empty }
            : inputData;

    private static string? Text(PSObject copy, string name) => copy.Properties[name]?.Value as string;
}

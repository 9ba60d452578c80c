using System.Management.Automation;

namespace EmptyModule;

/// <summary>Get-Empty: nothing.</summary>
[Cmdlet(VerbsCommon.Get, "Empty")]
public sealed class GetEmptyCommand : PSCmdlet;

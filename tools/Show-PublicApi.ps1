#Requires -Version 7.4

<#
.SYNOPSIS
    Lists the public API of the built module: cmdlets with their parameters, types with their members, and error IDs. What scripts are
    written against.
.DESCRIPTION
    docs/public-api.txt has this list, so that a change of the API is seen in a review; a test compares it. To update it:

        ./build.sh Build
        dotnet pwsh tools/Show-PublicApi.ps1 > docs/public-api.txt
.PARAMETER Manifest
    The module; by default the one that was built.
#>
[CmdletBinding()]
param([string] $Manifest = (Join-Path $PSScriptRoot ../out/VodPreheat/VodPreheat.psd1))

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Import-Module $Manifest
$declared = [Reflection.BindingFlags] 'Public, Instance, Static, DeclaredOnly'

# The name of a type as in a script.
function Get-TypeName([type] $Type) { [Microsoft.PowerShell.ToStringCodeMethods]::Type([psobject] $Type) -replace '^VodPreheat\.' }

# The parameters of a cmdlet, each with the sets that it belongs to, unless it belongs to all of them in the same way.
function Get-ParameterLine([Management.Automation.CmdletInfo] $Command) {
    foreach ($parameter in $Command.Parameters.Values | Sort-Object Name) {
        if ($parameter.Name -in [Management.Automation.Cmdlet]::CommonParameters) { continue }
        $ways = foreach ($set in $parameter.ParameterSets.GetEnumerator() | Sort-Object Key) {
            $way = @(
                if ($set.Value.IsMandatory) { 'mandatory' }
                if ($set.Value.Position -ge 0) { "position $($set.Value.Position)" }
                if ($set.Value.ValueFromPipeline) { 'pipeline by value' }
                if ($set.Value.ValueFromPipelineByPropertyName) { 'pipeline by property name' }
            ) -join ', '
            $name = $set.Key -eq '__AllParameterSets' ? '' : "[$($set.Key)] "
            "$name$way".TrimEnd()
        }
        $aliases = $parameter.Aliases ? " (alias $($parameter.Aliases -join ', '))" : ''
        "    -$($parameter.Name) <$(Get-TypeName $parameter.ParameterType)>$aliases $($ways -join '; ')".TrimEnd()
    }
}

# The members of a type that are its own.
function Get-MemberLine([type] $Type) {
    if ($Type.IsEnum) { $Type.GetEnumNames() -replace '^', '    '; return }
    $lines = foreach ($member in $Type.GetMembers($declared)) {
        switch ($member.MemberType) {
            'Constructor' { "new($(($member.GetParameters().ForEach({ "$(Get-TypeName $_.ParameterType) $($_.Name)" })) -join ', '))" }
            'Property' {
                $write = if (-not $member.SetMethod -or -not $member.SetMethod.IsPublic) { '' }
                elseif ($member.SetMethod.ReturnParameter.GetRequiredCustomModifiers().Count) { ' init;' } else { ' set;' }
                "$(Get-TypeName $member.PropertyType) $($member.Name) { get;$write }"
            }
            'Method' {
                if (-not $member.IsSpecialName) {
                    "$(Get-TypeName $member.ReturnType) $($member.Name)($(($member.GetParameters().ForEach({ "$(Get-TypeName $_.ParameterType) $($_.Name)" })) -join ', '))"
                }
            }
            'Field' { "$(Get-TypeName $member.FieldType) $($member.Name)" }
        }
    }
    [string[]] $sorted = $lines -replace '^', '    '
    [Array]::Sort($sorted, [StringComparer]::Ordinal)
    $sorted
}

'# Cmdlets: parameters, each with its type and how it is bound, by parameter set.'
foreach ($command in Get-Command -Module VodPreheat | Sort-Object Name) {
    ''
    $default = $command.DefaultParameterSet ? " [$($command.DefaultParameterSet)]" : ''
    "$($command.Name)$default -> $(@($command.OutputType.Type).ForEach({ $_ ? (Get-TypeName $_) : 'nothing' }) -join ', ')"
    Get-ParameterLine $command
}

''
'# Types of objects and exceptions.'
foreach ($type in [VodPreheat.VodConnection].Assembly.GetExportedTypes() | Where-Object Namespace -EQ VodPreheat | Sort-Object FullName) {
    ''
    "$(Get-TypeName $type) : $(Get-TypeName $type.BaseType)"
    Get-MemberLine $type
}

''
'# Error IDs of the module.'
''
$null = Connect-VodAccount -Sandbox -NoDefault
$client = [AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.GetName().Name -eq 'VodPreheat.Client' }, 'First')[0]
$client.GetType('VodPreheat.Client.Errors.ErrorIds').GetFields().ForEach({ $_.GetRawConstantValue() }) | Sort-Object

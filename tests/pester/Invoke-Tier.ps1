#Requires -Version 7.4

<#
.SYNOPSIS
    Runs the Pester tier on the built module in out/ and writes its counts.
.PARAMETER ResultFile
    Where the counts go, as JSON.
.PARAMETER Path
    The test files; all of this folder by default.
#>
[CmdletBinding()]
param(
    [string] $ResultFile,
    [string[]] $Path = $PSScriptRoot
)

Import-Module Pester -MinimumVersion 5.5.0
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$result = Invoke-Pester -Configuration $configuration

# A file that cannot even be read counts as a failure: Pester lists it apart from its tests.
$failed = $result.FailedCount + $result.FailedContainersCount + $result.FailedBlocksCount
if ($ResultFile) {
    [ordered]@{ Passed = $result.PassedCount; Failed = $failed; Skipped = $result.SkippedCount + $result.NotRunCount } |
        ConvertTo-Json | Set-Content $ResultFile
}
exit [Math]::Min($failed, 1)

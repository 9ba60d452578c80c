#Requires -Version 7.4

<#
.SYNOPSIS
    Runs the Pester tests on the built module in out/ and counts them.
.DESCRIPTION
    Uses the version of Pester in Directory.Packages.props, which build.ps1 copies to out/, and not an installed one.
.PARAMETER ResultFile
    Specifies the file for the counts, as JSON. All results are written next to it as JUnit XML.
.PARAMETER Path
    Specifies the test files. By default, all files of this folder.
#>
[CmdletBinding()]
param(
    [string] $ResultFile,
    [string[]] $Path = $PSScriptRoot
)

$root = "$PSScriptRoot/../.."
$version = ([xml] (Get-Content "$root/Directory.Packages.props" -Raw)).SelectSingleNode('//PesterVersion').InnerText
Import-Module "$root/out/modules/Pester/$version/Pester.psd1" -Force -ErrorAction Stop

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$result = Invoke-Pester -Configuration $configuration

# A file that cannot be read counts as a failure. Pester lists it separately.
$failed = $result.FailedCount + $result.FailedContainersCount + $result.FailedBlocksCount
if ($ResultFile) {
    [ordered]@{ Passed = $result.PassedCount; Failed = $failed; Skipped = $result.SkippedCount + $result.NotRunCount } |
        ConvertTo-Json | Set-Content $ResultFile
    try {
        Export-JUnitReport $result ([IO.Path]::ChangeExtension($ResultFile, '.junit.xml'))
    } catch {
        # The text of a failed test can contain characters that are invalid in XML.
        Write-Warning "The results as JUnit XML are incomplete: $_"
    }
}
exit [Math]::Min($failed, 1)

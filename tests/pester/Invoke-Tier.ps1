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

# Names and messages of tests may have what XML cannot have: control characters, half of a pair of surrogates.
function ConvertTo-XmlText([string] $Text) {
    $Text -replace '[^\t\n\r\x20-\uFFFD]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]', { '\u{0:X4}' -f [int] $_.Value[0] }
}

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
    foreach ($test in $result.Tests) {
        $test.ExpandedPath = ConvertTo-XmlText $test.ExpandedPath
        foreach ($record in $test.ErrorRecord) {
            $record.DisplayErrorMessage = ConvertTo-XmlText $record.DisplayErrorMessage
            $record.DisplayStackTrace = ConvertTo-XmlText $record.DisplayStackTrace
        }
    }
    Export-JUnitReport $result ([IO.Path]::ChangeExtension($ResultFile, '.junit.xml'))
}
exit [Math]::Min($failed, 1)

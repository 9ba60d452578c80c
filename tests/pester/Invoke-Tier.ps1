#Requires -Version 7.4

<#
.SYNOPSIS
    Runs the Pester tier on the built module in out/ and writes its counts.
.DESCRIPTION
    On the one version of Pester that Directory.Packages.props names, which build.ps1 puts into out/: an installed one is not
    looked for.
.PARAMETER ResultFile
    Where the counts go, as JSON; beside it, all results as JUnit XML.
.PARAMETER Path
    The test files; all of this folder by default.
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

# A file that cannot even be read counts as a failure: Pester lists it apart from its tests.
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

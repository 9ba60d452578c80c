#Requires -Version 7.4

<#
.SYNOPSIS
    One of the processes of Invoke-Tier.ps1: runs the next test file that no other process has taken, until none is left.
.DESCRIPTION
    Uses the version of Pester in Directory.Packages.props, which build.ps1 copies to out/, and not an installed one. Writes the name of
    each file that it takes, and the results of the file to the folder.
.PARAMETER Path
    Specifies the test files, in order, separated like the folders of the path of the system.
.PARAMETER Folder
    Specifies the folder for the results.
.PARAMETER Filter
    Specifies a part of the names of the tests to run.
.PARAMETER Slow
    Runs the tests with the tag Slow instead of all others.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Path,
    [Parameter(Mandatory)] [string] $Folder,
    [string] $Filter,
    [switch] $Slow
)

# Names and messages of tests may have what XML cannot have: control characters, half of a pair of surrogates.
function ConvertTo-XmlText([string] $Text) {
    $Text -replace '[^\t\n\r\x20-\uFFFD]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]', { '\u{0:X4}' -f [int] $_.Value[0] }
}

# Whether this process is the first that asks for the file.
function Request-File([string] $Name) {
    try {
        [IO.File]::Open("$Folder/$Name.taken", 'CreateNew').Dispose()
        $true
    } catch [IO.IOException] {
        $false
    }
}

$root = "$PSScriptRoot/../.."
$version = ([xml] (Get-Content "$root/Directory.Packages.props" -Raw)).SelectSingleNode('//PesterVersion').InnerText
Import-Module "$root/out/modules/Pester/$version/Pester.psd1" -ErrorAction Stop

$configuration = New-PesterConfiguration
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'None'
if ($Filter) { $configuration.Filter.FullName = "*$([wildcardpattern]::Escape($Filter))*" }
if ($Slow) { $configuration.Filter.Tag = 'Slow' } else { $configuration.Filter.ExcludeTag = 'Slow' }

foreach ($file in $Path.Split([IO.Path]::PathSeparator)) {
    $name = [IO.Path]::GetFileNameWithoutExtension($file) -replace '\.Tests$'
    if (-not (Request-File $name)) { continue }
    Write-Host "::file $name"
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $configuration.Run.Path = $file
    $result = Invoke-Pester -Configuration $configuration

    # What cannot be read, or fails outside of a test, counts as a failure. Pester lists it separately.
    $failed = @($result.Failed) + @($result.FailedBlocks) + @($result.FailedContainers)
    foreach ($test in $result.Tests) {
        $test.ExpandedPath = ConvertTo-XmlText $test.ExpandedPath
        foreach ($record in $test.ErrorRecord) {
            $record.DisplayErrorMessage = ConvertTo-XmlText $record.DisplayErrorMessage
            $record.DisplayStackTrace = ConvertTo-XmlText $record.DisplayStackTrace
        }
    }
    Export-JUnitReport $result "$Folder/$name.xml"
    [ordered]@{
        Passed   = $result.PassedCount
        Failed   = $failed.Count
        # Not those that were not selected.
        Skipped  = @($result.Tests | Where-Object { $_.Result -eq 'Skipped' -or ($_.Result -eq 'NotRun' -and $_.ShouldRun) }).Count
        Seconds  = $watch.Elapsed.TotalSeconds
        Failures = @($failed | ForEach-Object {
                "$name`: $($_.ExpandedPath ?? $_.Name)"
                $_.ErrorRecord | ForEach-Object { "    $($_.DisplayErrorMessage)`n    $($_.DisplayStackTrace)" }
            })
    } | ConvertTo-Json | Set-Content "$Folder/$name.json.new"
    Move-Item "$Folder/$name.json.new" "$Folder/$name.json"
}

# The exit code says only whether this process came to its end.
exit 0

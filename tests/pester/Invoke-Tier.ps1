#Requires -Version 7.4

<#
.SYNOPSIS
    Runs the Pester tests on the built module in out/, in parallel processes, and counts them.
.DESCRIPTION
    Each process takes the next file until none is left, beginning with the file that took longest in the last run. The output of a file
    is displayed when the file has ended, and all failures are repeated at the end. A file without results is a failure.
.PARAMETER ResultFile
    Specifies the file for the counts, as JSON. All results are written next to it as JUnit XML.
.PARAMETER Path
    Specifies the test files, or folders of them. By default, all files of this folder.
.PARAMETER Filter
    Specifies a part of the names of the tests to run.
.PARAMETER Pwsh
    Specifies the executable of PowerShell that runs the tests. By default, the one that runs this script.
.PARAMETER Slow
    Runs the tests that need minutes, which have the tag Slow, instead of all others.
#>
[CmdletBinding()]
param(
    [string] $ResultFile = "$PSScriptRoot/../../out/results/pester.json",
    [string[]] $Path = $PSScriptRoot,
    [string] $Filter,
    [string] $Pwsh = (Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')),
    [switch] $Slow
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# What became of a file: its output, its counts, and its failures. Without a selected test, only its output.
function Show-File([string] $Name, $Result, [string[]] $Output) {
    $color = $Result.Failed ? 'Red' : 'Green'
    if ($Result.Passed + $Result.Failed + $Result.Skipped) {
        $text = '{0} {1}: {2} passed, {3} failed, {4} skipped, {5:0.0} s'
        Write-Host ($text -f ($Result.Failed ? '[-]' : '[+]'), $Name, $Result.Passed, $Result.Failed, $Result.Skipped, $Result.Seconds) -ForegroundColor $color
    }
    foreach ($line in $Output) { Write-Host "    $line" }
    foreach ($failure in $Result.Failures) { Write-Host $failure -ForegroundColor Red }
}

# The results of a file that has written none: one failure.
function New-Loss([string] $Name, [string] $Reason) {
    $report = [xml] '<testsuites tests="1" errors="1"><testsuite tests="1" errors="1"><testcase><error /></testcase></testsuite></testsuites>'
    $report.testsuites.testsuite.SetAttribute('name', $Name)
    $report.testsuites.testsuite.testcase.SetAttribute('name', $Name)
    $report.SelectSingleNode('//error').SetAttribute('message', $Reason)
    $report.Save("$folder/$Name.xml")
    [pscustomobject]@{ Passed = 0; Failed = 1; Skipped = 0; Seconds = 0; Failures = @("$Name`: $Reason") }
}

# One file with the results of all files.
function Join-JUnit([string[]] $From, [string] $To) {
    $all = [xml] '<testsuites name="Pester" tests="0" errors="0" failures="0" disabled="0" time="0" />'
    foreach ($path in $From) {
        $one = ([xml] (Get-Content $path -Raw)).DocumentElement
        foreach ($suite in $one.ChildNodes) { $null = $all.DocumentElement.AppendChild($all.ImportNode($suite, $true)) }
        foreach ($name in 'tests', 'errors', 'failures', 'disabled', 'time') {
            $sum = [double] $all.DocumentElement.GetAttribute($name) + [double] $one.GetAttribute($name)
            $all.DocumentElement.SetAttribute($name, $sum.ToString([cultureinfo]::InvariantCulture))
        }
    }
    $all.Save($To)
}

$files = @(Get-ChildItem $Path -Filter *.Tests.ps1)
if ($Slow) { $files = @($files | Where-Object { Select-String '-Tag Slow' $_ -Quiet }) }
if (-not $files) { throw 'No file has a test with the tag Slow.' }

# What each file writes: its results, and that a process has taken it.
$folder = $ResultFile -replace '\.json$'
if (Test-Path $folder) { Remove-Item $folder -Recurse }
$null = New-Item $folder -ItemType Directory

# The seconds of each file in the last run on this machine. The file in the repository is a copy of such a list.
$key = $Slow ? '{0}, slow' : '{0}'
$durationFile = Join-Path (Split-Path $ResultFile) durations.json
$durations = @{}
foreach ($list in "$PSScriptRoot/durations.json", $durationFile) {
    if (-not (Test-Path $list)) { continue }
    foreach ($entry in (Get-Content $list -Raw | ConvertFrom-Json -AsHashtable).GetEnumerator()) { $durations[$entry.Key] = $entry.Value }
}
$files = @($files | Sort-Object { $durations[$key -f ($_.BaseName -replace '\.Tests$')] ?? [double]::MaxValue } -Descending)

# Half of their time was optimizing code that runs for seconds: each block of a script is a method of its own. An eighth was collecting
# garbage every 3 MB; now every 64 MiB (in hexadecimal). The tests of the client compute more, and would take longer without optimization.
$env:DOTNET_JITMinOpts, $env:DOTNET_GCgen0size = 1, 4000000

# Twice the processors, because many tests wait. Without input, so that no child process of a test waits for the console.
$processes = [Math]::Min(2 * [Environment]::ProcessorCount, $files.Count)
$arguments = @(
    '-NoProfile', '-NonInteractive', '-File', "$PSScriptRoot/Invoke-File.ps1"
    '-Path', ($files.FullName -join [IO.Path]::PathSeparator), '-Folder', $folder, '-Filter', $Filter, "-Slow:`$$Slow"
)
$results = 1..$processes | ForEach-Object -ThrottleLimit $processes -Parallel {
    $pwsh, $arguments = $using:Pwsh, $using:arguments
    $file, $lines = $null, @()
    @() | & $pwsh @arguments 2>&1 | ForEach-Object {
        if ("$_" -match '^::file (.+)') {
            if ($file) { [pscustomobject]@{ Name = $file; Lines = $lines; ExitCode = 0 } }
            $file, $lines = $Matches[1], @()
        } else {
            $lines += "$_"
        }
    }
    if ($file -or $LASTEXITCODE) { [pscustomobject]@{ Name = $file; Lines = $lines; ExitCode = $LASTEXITCODE } }
} | ForEach-Object {
    $json = "$folder/$($_.Name).json"
    $result = if ($_.ExitCode -eq 0 -and (Test-Path $json)) {
        Get-Content $json -Raw | ConvertFrom-Json
    } else {
        New-Loss ($_.Name ?? 'Start') "The process ended with exit code $($_.ExitCode). $($_.Lines | Select-Object -First 10 | Out-String)"
    }
    Show-File $_.Name $result $_.Lines
    $result | Add-Member Name $_.Name -PassThru
}
$results = @($results) + @(foreach ($file in $files) {
        $name = $file.BaseName -replace '\.Tests$'
        if ($name -notin $results.Name) { New-Loss $name 'No process was left to run it.' | Add-Member Name $name -PassThru }
    })

$failures = $results | ForEach-Object { $_.Failures }
if ($failures) { Write-Host "`nAll failures:`n$($failures -join "`n")" -ForegroundColor Red }

if (-not $Filter) {
    foreach ($result in $results) { if ($result.Seconds) { $durations[$key -f $result.Name] = [Math]::Round($result.Seconds, 1) } }
    $sorted = [ordered]@{}
    foreach ($name in $durations.Keys | Sort-Object) { $sorted[$name] = $durations[$name] }
    $sorted | ConvertTo-Json | Set-Content $durationFile
}
$passed, $failed, $skipped = foreach ($name in 'Passed', 'Failed', 'Skipped') { ($results | Measure-Object $name -Sum).Sum }
Join-JUnit (Get-Item "$folder/*.xml") "$folder.junit.xml"
[ordered]@{ Passed = [int] $passed; Failed = [int] $failed; Skipped = [int] $skipped } | ConvertTo-Json | Set-Content $ResultFile
exit [Math]::Min($failed, 1)

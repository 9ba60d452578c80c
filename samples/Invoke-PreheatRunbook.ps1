#Requires -Version 7.4
#Requires -Modules VodPreheat

<#
.SYNOPSIS
    Pre-loads a list of URLs into the CDN and reports the outcome of each URL.
.DESCRIPTION
    For a scheduler or a CI system: the exit code is 0 if every URL of the list is loaded, otherwise 1. If a run ends early, run it
    again: according to the journal, only what failed or was not submitted is submitted again.
.PARAMETER UrlFile
    Specifies a text file with one URL per line. Blank lines and lines that begin with # are skipped.
.PARAMETER ReportPath
    Specifies the path of the report: a CSV file with one line for each URL.
.PARAMETER ResumeSince
    Specifies a time. URLs that were submitted at or after it are not submitted again unless they failed. The default is today, 0:00.
.PARAMETER MaximumResubmit
    Specifies the maximum number of times that a URL that failed is submitted again in this run.
.PARAMETER TimeoutSec
    Specifies the maximum time for the complete run, in seconds.
.EXAMPLE
    ./Invoke-PreheatRunbook.ps1 premiere.txt

    Uses the default connection of the session. Without one, uses the credentials and region of the environment or the credentials file.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)]
    [string] $UrlFile,

    [string] $ReportPath = "$UrlFile.report.csv",

    [DateTimeOffset] $ResumeSince = [DateTime]::Today,

    [ValidateRange(0, 100)]
    [int] $MaximumResubmit = 1,

    [ValidateRange(1, 604800)]
    [int] $TimeoutSec = 3600
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if (-not (Get-VodConnection)) { Connect-VodAccount }
$urls = @(Get-Content $UrlFile | Where-Object { $_.Trim() -and $_ -notlike '#*' })
if (-not $urls) { throw "$UrlFile contains no URL." }

try {
    $urls | Invoke-VodPreheat -ResumeSince $ResumeSince -MaximumResubmit $MaximumResubmit -TimeoutSec $TimeoutSec -ErrorAction Continue -InformationAction Continue |
        Export-Csv $ReportPath
} catch [VodPreheat.VodException] {
    # The credentials were refused. The report still has every URL.
    Write-Error $_ -ErrorAction Continue
}

$report = @(Import-Csv $ReportPath)
$report | Group-Object Status -NoElement | ForEach-Object { "$($_.Count) $($_.Name)" }
exit [int] ($report.Count -eq 0 -or @($report | Where-Object Status -NE succeed).Count -gt 0)

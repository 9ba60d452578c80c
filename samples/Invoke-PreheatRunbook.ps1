#Requires -Version 7.4
#Requires -Modules VodPreheat

<#
.SYNOPSIS
    Pre-loads a list of URLs into the CDN, waits, and reports URL by URL what became of them.
.DESCRIPTION
    For a scheduler or a pipeline: exits with 0 if every URL of the list is loaded, else with 1.

    Safe to run again, after any end. What it knows is in the state file, to which it adds a task's id and URLs the moment the
    service has accepted them. The next run submits nothing that has succeeded, waits on for what is still being loaded, and
    submits the rest: what failed, and what ended in an error, because it was not sent or nobody knows what became of it.
.PARAMETER UrlFile
    A text file with one URL a line. Blank lines, lines that begin with # and repeated URLs do not count.
.PARAMETER StateFile
    What was submitted and what became of it, as CSV; the last line of a URL counts. By default beside the list; the sandbox
    has its own.
.PARAMETER ReportPath
    Where the report goes: a CSV file with a line for each URL of the list. By default beside the list; the sandbox has its own.
.PARAMETER Region
    The region to connect to. Without -Region and -Endpoint the session's connection is used, if there is one.
.PARAMETER Endpoint
    The address to connect to, if it is not the region's own.
.PARAMETER TimeoutSec
    Seconds to wait in all for the URLs to be loaded.
.PARAMETER PollIntervalSec
    Seconds from a task's answer to its next query.
.PARAMETER Sandbox
    A rehearsal without cloud: URLs with "fail" in their path fail, the others are loaded after a few seconds.
.EXAMPLE
    ./Invoke-PreheatRunbook.ps1 -UrlFile premiere.txt -Region cn-north-4

    Connects by the environment (HUAWEICLOUD_SDK_AK, _SK) or the credentials file; the report is in premiere.txt.report.csv.
.EXAMPLE
    ./Invoke-PreheatRunbook.ps1 -UrlFile premiere.txt -Sandbox

    Shows what such a run looks like; no cloud is involved.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)]
    [string] $UrlFile,

    [string] $StateFile,

    [string] $ReportPath,

    [string] $Region,

    [uri] $Endpoint,

    [ValidateRange(1, 86400)]
    [int] $TimeoutSec = 900,

    [ValidateRange(1, 3600)]
    [int] $PollIntervalSec = 10,

    [switch] $Sandbox
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Notes what is now known of some URLs: on disk first.
function Save-State([string[]] $Url, [string] $Status, [string] $TaskId, [string] $Detail) {
    $lines = foreach ($one in $Url) {
        [pscustomobject]@{ Url = $one; Status = $Status; TaskId = $TaskId; Detail = $Detail; At = [DateTimeOffset]::Now.ToString('o') }
    }
    $lines | Export-Csv $StateFile -Append
    foreach ($line in $lines) { $known[$line.Url] = $line }
}

function Get-UrlToSubmit {
    $wanted | Where-Object { -not $known.ContainsKey($_) -or $known[$_].Status -in 'failed', 'error' }
}

# What the service has accepted and not ended; a status that is not known is no end.
function Get-OpenLine {
    $wanted | ForEach-Object { $known[$_] } | Where-Object Status -NotIn 'succeed', 'failed', 'error'
}

# An error variable has the exception, too, of what ended the pipeline.
function Select-Record([object[]] $Problem) {
    $Problem | Where-Object { $_ -is [Management.Automation.ErrorRecord] }
}

function Connect-Account {
    if ($Sandbox) { return Connect-VodAccount -Sandbox -NoDefault }

    $to = @{}
    if ($Region) { $to.Region = $Region }
    if ($Endpoint) { $to.Endpoint = $Endpoint }
    $current = Get-VodConnection
    $current -and -not $to.Count ? $current : (Connect-VodAccount @to -NoDefault)
}

function Submit-Url {
    $problems = @()
    try {
        Get-UrlToSubmit | Start-VodPreheat -Connection $connection -ErrorAction SilentlyContinue -ErrorVariable problems |
            ForEach-Object { Save-State $_.Url 'processing' $_.TaskId }
    } catch [VodPreheat.VodException] {
        # Quota or credentials: the URLs that were not sent are in the error.
        $problems += $_
    }

    foreach ($problem in Select-Record $problems) {
        Save-State $problem.TargetObject 'error' '' $problem.Exception.Message
    }
}

function Wait-Url {
    $ended = [Collections.Generic.HashSet[string]]::new()
    $problems = @()
    try {
        Get-OpenLine | Wait-VodPreheat -Connection $connection -TimeoutSec $TimeoutSec -PollIntervalSec $PollIntervalSec -ErrorAction SilentlyContinue -ErrorVariable problems |
            ForEach-Object {
                $null = $ended.Add($_.TaskId)
                Save-State $_.Url $_.Status $_.TaskId
            }
    } catch [VodPreheat.VodException] {
        $problems += $_
    }

    foreach ($problem in Select-Record $problems) {
        if ($problem.Exception -is [VodPreheat.VodWaitTimeoutException]) {
            $problem.Exception.LastResults | ForEach-Object { Save-State $_.Url $_.Status $_.TaskId }
        }

        # A task that the service does not know never ends; after any other failure the next run asks again.
        $gone = $problem.CategoryInfo.Category -eq 'ObjectNotFound'
        foreach ($line in Get-OpenLine | Where-Object TaskId -In $problem.TargetObject) {
            Save-State $line.Url ($gone ? 'error' : $line.Status) $line.TaskId $problem.Exception.Message
        }
    }

    foreach ($line in Get-OpenLine | Where-Object { $ended.Contains($_.TaskId) }) {
        Save-State $line.Url 'error' $line.TaskId 'The task has ended without a result for this URL.'
    }
}

$stem = $UrlFile + ($Sandbox ? '.sandbox' : '')
$StateFile = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($StateFile ? $StateFile : "$stem.state.csv")
$ReportPath = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($ReportPath ? $ReportPath : "$stem.report.csv")
$seen = [Collections.Generic.HashSet[string]]::new()
$wanted = @(Get-Content $UrlFile | ForEach-Object Trim | Where-Object { $_ -and $_ -notlike '#*' -and $seen.Add($_) })
if (-not $wanted) { throw "There is no URL in $UrlFile." }

# What is known, URL by URL. Their case counts.
$known = [Collections.Generic.Dictionary[string, object]]::new()
$connection = $null

# Held as long as this run lasts: two at once would submit everything twice.
$lock = [IO.FileStream]::new("$StateFile.lock", 'OpenOrCreate', 'ReadWrite', 'None', 1, 'DeleteOnClose')
try {
    if (Test-Path $StateFile) {
        foreach ($line in Import-Csv $StateFile) { $known[$line.Url] = $line }
    }

    $connection = Connect-Account
    Submit-Url
    Wait-Url
} finally {
    $lock.Dispose()
    if ($connection -and $connection -ne (Get-VodConnection)) { Disconnect-VodAccount -Connection $connection }
}

$report = @($wanted | ForEach-Object { $known[$_] } | Select-Object Url, Status, TaskId, Detail)
$report | Export-Csv $ReportPath
$succeeded = @($report | Where-Object Status -EQ succeed)
[pscustomobject]@{
    Urls       = $report.Count
    Succeeded  = $succeeded.Count
    Failed     = @($report | Where-Object Status -EQ failed).Count
    Open       = @(Get-OpenLine).Count
    Error      = @($report | Where-Object Status -EQ error).Count
    ReportPath = $ReportPath
}
exit ($succeeded.Count -eq $report.Count ? 0 : 1)

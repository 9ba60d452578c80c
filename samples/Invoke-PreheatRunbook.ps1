#Requires -Version 7.4
#Requires -Modules VodPreheat

<#
.SYNOPSIS
    Pre-loads a list of URLs into the CDN and reports the outcome of each URL.
.DESCRIPTION
    For a scheduler or a CI system. The output is a log: the connection, the progress, each URL that was not loaded with the reason, and
    the result. The exit code is 0 if every URL of the list is loaded, 1 if some are not, and 2 if the list could not be processed: there
    is no URL in it, the connection is not ready, or nothing could be submitted.

    If a run ends early, run it again: according to the journal, only what failed or was not submitted is submitted again.
.PARAMETER UrlFile
    Specifies the list: a text file with one URL per line, of which blank lines and lines that begin with # are skipped, or a CSV file
    (extension .csv).
.PARAMETER UrlProperty
    Specifies the column of the CSV file that has the URLs. The default value is Url.
.PARAMETER InputProperty
    Specifies columns of the CSV file that are copied to the report, such as a title. Several in one text, as pwsh -File passes them,
    are separated by commas.
.PARAMETER Delimiter
    Specifies the character between the columns of the CSV file. The default value is a comma.
.PARAMETER ReportPath
    Specifies the path of the report: a CSV file with one line for each URL, in the order of the list. Times are in the ISO 8601 format.
.PARAMETER ResumeSince
    Specifies a time. URLs that were submitted at or after it are not submitted again unless they failed. The default is today, 0:00.
.PARAMETER MaximumResubmit
    Specifies the maximum number of times that a URL that failed is submitted again in this run.
.PARAMETER TimeoutSec
    Specifies the maximum time for the complete run, in seconds. The default value is 3600, or no maximum if a deadline is specified.
.PARAMETER Deadline
    Specifies the time when the run ends, such as 20:00, instead of a number of seconds.
.PARAMETER Diagnose
    Indicates that URLs that failed are requested from the CDN, to report what to check.
.EXAMPLE
    ./Invoke-PreheatRunbook.ps1 premiere.txt

    Uses the default connection of the session. Without one, uses the credentials and region of the environment or the credentials file.
.EXAMPLE
    ./Invoke-PreheatRunbook.ps1 premiere.csv -UrlProperty PlayUrl -InputProperty Title -Deadline 20:00 -Diagnose

    Reads the URLs from the column PlayUrl and copies the column Title to the report. The run ends at 20:00.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)]
    [string] $UrlFile,

    [string] $UrlProperty = 'Url',

    [string[]] $InputProperty = @(),

    [char] $Delimiter = ',',

    [string] $ReportPath = "$UrlFile.report.csv",

    [DateTimeOffset] $ResumeSince = [DateTime]::Today,

    [ValidateRange(0, 100)]
    [int] $MaximumResubmit = 1,

    [ValidateRange(1, 604800)]
    [int] $TimeoutSec,

    [DateTimeOffset] $Deadline,

    [switch] $Diagnose
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$given = $PSBoundParameters
$InputProperty = @($InputProperty -split ',' | ForEach-Object Trim | Where-Object { $_ })

# The column that the order of the list is kept in.
$position = '#'

# ISO 8601 in every culture, also in those with another calendar.
function Format-Time($Time) {
    if ($null -ne $Time) { $Time.ToString('yyyy-MM-ddTHH:mm:sszzz', [cultureinfo]::InvariantCulture) }
}

function Write-Log([string] $Text) { "$(Format-Time ([DateTimeOffset]::Now)) $Text" }

# The rows of the list, each with its URL, its position, and the columns that are copied.
function Read-List {
    $rows = if ([IO.Path]::GetExtension($UrlFile) -eq '.csv') {
        Import-Csv -LiteralPath $UrlFile -Delimiter $Delimiter
    } else {
        Get-Content -LiteralPath $UrlFile | Where-Object { $_.Trim() -and $_ -notlike '#*' } | ForEach-Object { [pscustomobject] @{ $UrlProperty = $_.Trim() } }
    }
    $rows = @($rows)
    if (-not $rows) { throw "$UrlFile contains no URL." }
    $columns = @($rows[0].PSObject.Properties.Name)
    foreach ($name in @($UrlProperty) + $InputProperty) {
        if ($name -notin $columns) {
            $hint = if ($columns.Count -eq 1 -and $columns[0] -match "[;`t|]") { " Specify the character between its columns: -Delimiter '$($Matches[0])'." }
            throw "$UrlFile has no column $name. Its columns are: $($columns -join ', ').$hint"
        }
    }
    for ($i = 0; $i -lt $rows.Count; $i++) {
        $row = [ordered] @{ $position = $i }
        foreach ($name in $InputProperty) { $row[$name] = $rows[$i].$name }
        $row.Url = $rows[$i].$UrlProperty
        [pscustomobject] $row
    }
}

# Connects if necessary, and tests the connection. An outage can end in time: the job tries again until its time is up.
function Connect-Tested {
    if (-not (Get-VodConnection)) { Connect-VodAccount }
    $test = Test-VodConnection
    Write-Log "Connection: project $($test.ProjectId) in $($test.Region ?? $test.Endpoint), $($test.AuthenticationType); journal: $($test.Journal); URLs submitted today: $($test.SubmittedToday)."
    if ($test.ErrorCode -in 'VodConnectionFailed', 'VodTimeout') {
        Write-Log "The service cannot be reached now: $($test.Detail)"
    } elseif ($test.ErrorCode) {
        throw $test.Detail
    }
}

# Runs the job. Returns the outcomes; what the cmdlet writes to other streams becomes lines of the log.
function Invoke-Job($Rows, [Collections.Generic.List[object]] $Outcomes) {
    $settings = @{ ResumeSince = $ResumeSince; MaximumResubmit = $MaximumResubmit; InputProperty = @($position) + $InputProperty; Diagnose = $Diagnose }
    foreach ($name in 'TimeoutSec', 'Deadline') { if ($given.ContainsKey($name)) { $settings[$name] = $given[$name] } }
    try {
        $Rows | Invoke-VodPreheat @settings -ErrorAction Continue -InformationAction Continue *>&1 | ForEach-Object {
            if ($_ -is [VodPreheat.PreheatOutcome]) { $Outcomes.Add($_) } else { Write-Log $_ }
        }
    } catch [VodPreheat.VodException] {
        # The credentials were refused. Every URL has an outcome nevertheless.
        if (-not $Outcomes.Count) { throw }
        Write-Log $_
    }
}

# Writes the report in the order of the list.
function Export-Report($Outcomes) {
    $columns = $InputProperty + 'Url', 'Status', 'TaskId', 'Attempts' +
        @{ Name = 'SubmittedAt'; Expression = { Format-Time $_.SubmittedAt } } + @{ Name = 'EndedAt'; Expression = { Format-Time $_.EndedAt } } +
        'ErrorCode', 'Finding', 'Detail'
    $Outcomes | Select-Object $columns | Export-Csv -LiteralPath $ReportPath
}

$start = [DateTimeOffset]::Now
try {
    $rows = @(Read-List)
    Write-Log "List: $UrlFile; rows: $($rows.Count)."
    Connect-Tested
    $outcomes = [Collections.Generic.List[object]]::new()
    Invoke-Job $rows $outcomes
    $outcomes = @($outcomes | Sort-Object { $_.$position })
    Export-Report $outcomes
} catch {
    Write-Log "The list was not processed: $_"
    exit 2
}

$notLoaded = @($outcomes | Where-Object Status -NE succeed)
foreach ($outcome in $notLoaded) {
    Write-Log "Not loaded: $($outcome.Url) ($(@($outcome.Status, $outcome.ErrorCode, $outcome.Finding).Where({ $_ }) -join ', ')) $($outcome.Detail)"
}
$connection = Get-VodConnection
$duration = ([DateTimeOffset]::Now - $start).ToString('h\:mm\:ss', [cultureinfo]::InvariantCulture)
Write-Log "Result: $($outcomes.Count - $notLoaded.Count) of $($outcomes.Count) loaded; region $($connection.Region ?? $connection.Endpoint), duration $duration, report $ReportPath."

# Nothing could be submitted: the quota was used up before, or nothing was reached in time.
if ($outcomes.Status -contains 'notSubmitted' -and -not @($outcomes | Where-Object Attempts -GT 0)) { exit 2 }
exit [int] ($notLoaded.Count -gt 0)

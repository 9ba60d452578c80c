# Milliseconds from Ctrl+C (which is a stop of the pipeline) until the pipeline is back, with requests in flight: one line each.
param([string] $Module, [string] $Endpoint, [int] $Times)
$ErrorActionPreference = 'Stop'
Import-Module $Module
$connection = Connect-VodAccount -Endpoint $Endpoint -RequestsPerMinute 0 -NoDefault
$state = [initialsessionstate]::CreateDefault2()
$state.ImportPSModule($Module)
$runspace = [runspacefactory]::CreateRunspace($state)
$runspace.Open()

function Wait-Stalled([int] $Count) {
    $limit = [datetime]::UtcNow.AddSeconds(10)
    while ([int] (Invoke-RestMethod "$Endpoint/stalled") -ne $Count) {
        if ([datetime]::UtcNow -gt $limit) { throw "There are not $Count requests in flight." }
    }
}

# The requests of a connection are sent one at a time until the first accepted answer.
$null = Get-VodPreheatResult -TaskId a -Connection $connection
foreach ($time in 1..$Times) {
    $shell = [powershell]::Create($runspace)
    $null = $shell.AddCommand('Get-VodPreheatResult').AddParameter('TaskId', (, 'stall' * 8)).AddParameter('Connection', $connection)
    $null = $shell.BeginInvoke()
    Wait-Stalled 8
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $shell.Stop()
    $watch.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)
    $shell.Dispose()
    Wait-Stalled 0
}

# Megabytes by which 20,000 queries increase the working set: after a garbage collection, and at the maximum.
param([string] $Module, [string] $Endpoint)
$ErrorActionPreference = 'Stop'
Import-Module $Module
$connection = Connect-VodAccount -Endpoint $Endpoint -RequestsPerMinute 0 -NoDefault

function Get-WorkingSet {
    [GC]::Collect()
    [GC]::WaitForPendingFinalizers()
    [GC]::Collect()
    [Environment]::WorkingSet / 1MB
}

function Invoke-Query([int] $Count) {
    $ids = 1..$Count | ForEach-Object { $_.ToString('x32') }
    $highest = 0.0
    $rows = 0
    Get-VodPreheatResult -TaskId $ids -Connection $connection | ForEach-Object {
        if ($rows++ % 3000 -eq 0) { $highest = [Math]::Max($highest, [Environment]::WorkingSet / 1MB) }
    }
    if ($rows -ne 3 * $Count) { throw "There are $rows rows, not $(3 * $Count)." }
    $highest
}

$null = Invoke-Query 2000
$before = Get-WorkingSet
$highest = Invoke-Query 20000
$after = Get-WorkingSet
[string]::Join(' ', ([object[]] (($after - $before), ($highest - $before))).ForEach{ $_.ToString([cultureinfo]::InvariantCulture) })

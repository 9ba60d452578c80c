# Milliseconds from nothing to the first answer, with the module (import, connect, query: each told too) or with a script.
param([string] $Endpoint, [string] $Module, [string] $Script)
$ErrorActionPreference = 'Stop'
$id = '5199337c31c8e4622f1590735b13a263'
$watch = [Diagnostics.Stopwatch]::StartNew()
if ($Module) {
    Import-Module $Module
    $imported = $watch.Elapsed.TotalMilliseconds
    Connect-VodAccount -Endpoint $Endpoint
    $connected = $watch.Elapsed.TotalMilliseconds
    $rows = Get-VodPreheatResult -TaskId $id
}
else {
    $imported = $connected = 0
    $rows = & $Script -Endpoint $Endpoint -TaskId $id
}
$total = $watch.Elapsed.TotalMilliseconds
if ($rows.Count -ne 3) { throw "There are $($rows.Count) rows, not 3." }
[string]::Join(' ', ([object[]] ($total, $imported, ($connected - $imported), ($total - $connected))).ForEach{ $_.ToString([cultureinfo]::InvariantCulture) })

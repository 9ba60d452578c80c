# Milliseconds from the start to the first answer, with the module (also for import, connect, query, and the creation of the key) or with a script.
param([string] $Endpoint, [string] $Module, [string] $Script, [switch] $Parameter)
$ErrorActionPreference = 'Stop'
$id = '5199337c31c8e4622f1590735b13a263'
$watch = [Diagnostics.Stopwatch]::StartNew()
if ($Module) {
    Import-Module $Module
    $imported = $watch.Elapsed.TotalMilliseconds
    $made = $imported
    if ($Parameter) {
        $key = [pscredential]::new($env:HUAWEICLOUD_SDK_AK, (ConvertTo-SecureString $env:HUAWEICLOUD_SDK_SK -AsPlainText -Force))
        $made = $watch.Elapsed.TotalMilliseconds
        Connect-VodAccount -AccessKey $key -ProjectId $env:HUAWEICLOUD_SDK_PROJECT_ID -Endpoint $Endpoint
    }
    else {
        Connect-VodAccount -Endpoint $Endpoint
    }
    $connected = $watch.Elapsed.TotalMilliseconds
    $rows = Get-VodPreheatResult -TaskId $id
}
else {
    $imported = $made = $connected = 0
    $rows = & $Script -Endpoint $Endpoint -TaskId $id
}
$total = $watch.Elapsed.TotalMilliseconds
if ($rows.Count -ne 3) { throw "There are $($rows.Count) rows, not 3." }
[string]::Join(' ', ([object[]] ($total, $imported, ($connected - $made), ($total - $connected), ($made - $imported))).ForEach{ $_.ToString([cultureinfo]::InvariantCulture) })

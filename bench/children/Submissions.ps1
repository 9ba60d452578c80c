# Milliseconds of one submission with the journal and without it, in turns, each the mean of 50; one line per pair.
param([string] $Module, [string] $Endpoint, [int] $Times)
$ErrorActionPreference = 'Stop'
Import-Module $Module
$connection = Connect-VodAccount -Endpoint $Endpoint -SubmissionsPerMinute 0 -NoDefault
$urls = 1..500 -replace '^', 'https://cdn.example.com/asset/5199337c31c8e4622f1590735b13a263/play_video/'
$journal = $env:VODPREHEAT_JOURNAL

function Measure-Submission([string] $Journal) {
    $env:VODPREHEAT_JOURNAL = $Journal
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $tasks = $urls | Start-VodPreheat -Connection $connection
    $elapsed = $watch.Elapsed.TotalMilliseconds
    if ($tasks.Count -ne 50) { throw "There are $($tasks.Count) tasks, not 50." }
    $elapsed / 50
}

foreach ($warm in $journal, 'off') { $null = Measure-Submission $warm }
foreach ($time in 1..$Times) {
    [string]::Join(' ', ($journal, 'off').ForEach{ (Measure-Submission $_).ToString([cultureinfo]::InvariantCulture) })
}

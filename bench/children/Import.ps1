# Milliseconds of one Import-Module in a process that has done nothing before.
param([string] $Module)
$ErrorActionPreference = 'Stop'
$watch = [Diagnostics.Stopwatch]::StartNew()
Import-Module $Module
$watch.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)

#!/usr/bin/env pwsh
#Requires -Version 7.4

<#
.SYNOPSIS
    Displays what the first steps in a cold process take: milliseconds, methods compiled at run time, and assemblies loaded.
.EXAMPLE
    pwsh -NoProfile bench/Show-Startup.ps1 out/VodPreheat
.EXAMPLE
    pwsh -NoProfile bench/Show-Startup.ps1 out/VodPreheat -Endpoint http://127.0.0.1:8080
#>
param(
    [Parameter(Mandatory)] [string] $Module,

    # Without it the sandbox answers, and no socket is opened.
    [string] $Endpoint
)

$ErrorActionPreference = 'Stop'
$Module = (Resolve-Path $Module).ProviderPath
if ($Endpoint) {
    $env:HUAWEICLOUD_SDK_AK = 'QTWAOYTTINDUT2QVKYUC'
    $env:HUAWEICLOUD_SDK_SK = 'MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc'
    $env:HUAWEICLOUD_SDK_PROJECT_ID = '0605768a3300d5762f82c01180692873'
}

$connect = if ($Endpoint) { { Connect-VodAccount -Endpoint $Endpoint -RequestsPerMinute 0 } } else { { Connect-VodAccount -Sandbox -RequestsPerMinute 0 } }
$steps = [ordered] @{
    'nothing'      = { $null = 1 }
    'import'       = { Import-Module $Module }
    'connect'      = $connect
    'first query'  = { $null = Get-VodPreheatResult -TaskId 5199337c31c8e4622f1590735b13a263 -ErrorAction Ignore }
    'second query' = { $null = Get-VodPreheatResult -TaskId 5199337c31c8e4622f1590735b13a263 -ErrorAction Ignore }
}
foreach ($name in $steps.Keys) {
    $known = [Collections.Generic.HashSet[string]]::new([string[]] [AppDomain]::CurrentDomain.GetAssemblies().FullName)
    $methods = [Runtime.JitInfo]::GetCompiledMethodCount($false)
    $compiling = [Runtime.JitInfo]::GetCompilationTime($false)
    $allocated = [GC]::GetTotalAllocatedBytes($false)
    $watch = [Diagnostics.Stopwatch]::StartNew()
    . $steps[$name]
    $elapsed = $watch.Elapsed
    [pscustomobject] @{
        Step       = $name
        Ms         = [Math]::Round($elapsed.TotalMilliseconds, 1)
        JitMethods = [Runtime.JitInfo]::GetCompiledMethodCount($false) - $methods
        JitMs      = [Math]::Round(([Runtime.JitInfo]::GetCompilationTime($false) - $compiling).TotalMilliseconds, 1)
        KB         = [Math]::Round(([GC]::GetTotalAllocatedBytes($false) - $allocated) / 1KB)
        Assemblies = ([AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { -not $known.Contains($_.FullName) } | ForEach-Object { $_.GetName().Name } | Sort-Object) -join ', '
    }
}

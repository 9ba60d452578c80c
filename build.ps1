#!/usr/bin/env pwsh
#Requires -Version 7.4
<#
.SYNOPSIS
    Builds, tests and shows VodPreheat. What it makes is in out/.
.EXAMPLE
    ./build.ps1 Test
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Demo')]
    [string] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$out = Join-Path $PSScriptRoot out
$module = Join-Path $out VodPreheat
$version = (Import-PowerShellDataFile (Join-Path $PSScriptRoot VodPreheat.psd1)).ModuleVersion
$dotnetArguments = @('-c', $Configuration, "-p:Version=$version", '--nologo', '-v', 'quiet')

function Build-Module {
    # Made from nothing each time: a stray file of an older build would ship. What a running host still holds is left aside.
    if (Test-Path $module) { Remove-Item $module -Recurse -Force }
    dotnet build "$PSScriptRoot/VodPreheat.slnx" @dotnetArguments | Out-Host
    dotnet publish "$PSScriptRoot/src/VodPreheat.Client" @dotnetArguments --no-build -o "$module/bin/lib" | Out-Host
    Copy-Item "$PSScriptRoot/src/VodPreheat.PowerShell/bin/$Configuration/net8.0/VodPreheat.PowerShell.dll" "$module/bin"
    Get-ChildItem "$module/bin/lib" -Exclude *.dll | Remove-Item -Recurse
    Copy-Item "$PSScriptRoot/VodPreheat.psd1", "$PSScriptRoot/LICENSE", "$PSScriptRoot/CHANGELOG.md" $module
    Copy-Item "$PSScriptRoot/module/*" $module -Recurse
    Write-Host "VodPreheat $version is built: Import-Module $([IO.Path]::GetRelativePath($PWD, $module))"
}

# Counts of a tier, as passed, failed, skipped.
function Test-Unit {
    $PSNativeCommandUseErrorActionPreference = $false
    $lines = dotnet test "$PSScriptRoot/tests/unit" -c $Configuration --no-build --nologo --logger 'console;verbosity=minimal' 2>&1 |
        ForEach-Object { Write-Host $_; "$_" }
    $summary = $lines | Select-String 'Failed:\s+(\d+), Passed:\s+(\d+), Skipped:\s+(\d+)' | Select-Object -Last 1
    if (-not $summary) { throw 'The unit tests did not run.' }
    $failed, $passed, $skipped = $summary.Matches[0].Groups[1..3].Value
    [pscustomobject]@{ Passed = [int] $passed; Failed = [int] $failed; Skipped = [int] $skipped }
}

function Test-Pester {
    if (-not (Get-Module Pester -ListAvailable | Where-Object Version -GE '5.5.0')) {
        $count = Measure-PesterTest
        Write-Host "PESTER TIER SKIPPED: no Pester 5 is installed (Install-PSResource Pester); at least $count tests did not run." -ForegroundColor Red
        return [pscustomobject]@{ Passed = 0; Failed = 0; Skipped = $count }
    }

    # In a process of its own: an imported assembly cannot be unloaded, and the tests want the one just built.
    $file = Join-Path $out pester.json
    Remove-Item $file -ErrorAction Ignore
    $PSNativeCommandUseErrorActionPreference = $false
    & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File "$PSScriptRoot/tests/pester/Invoke-Tier.ps1" -ResultFile $file
    if (-not (Test-Path $file)) { throw 'The Pester tests did not run.' }
    Get-Content $file -Raw | ConvertFrom-Json
}

function Measure-PesterTest {
    @(Get-ChildItem "$PSScriptRoot/tests/pester" -Filter *.Tests.ps1 | Select-String '^\s*It\s').Count
}

switch ($Task) {
    'Build' { Build-Module }
    'Demo' {
        Build-Module
        & (Get-Process -Id $PID).Path -NoProfile -File "$PSScriptRoot/samples/Demo.ps1"
    }
    'Test' {
        Build-Module
        $tiers = @(Test-Unit; Test-Pester)
        $sum = @{}
        foreach ($name in 'Passed', 'Failed', 'Skipped') { $sum[$name] = ($tiers | Measure-Object $name -Sum).Sum }
        Write-Host "$($sum.Passed) passed, $($sum.Failed) failed, $($sum.Skipped) skipped"
        exit [Math]::Min($sum.Failed, 1)
    }
}

#!/usr/bin/env pwsh
#Requires -Version 7.4

<#
.SYNOPSIS
    Builds, tests, shows, measures and packs VodPreheat. What it makes is in out/.
.PARAMETER Task
    Build makes out/VodPreheat, exactly what a user installs. Test builds and runs both test tiers. Demo builds and shows the
    whole job on the sandbox. Coverage runs both tiers with the C# instrumented and prints what they reach. Net8 runs the
    unit tier and the loading tests on .NET 8, where PowerShell 7.4 lives; its runtime comes from NuGet. Bench builds and
    measures against references. Pack builds and makes the package for a gallery.
.PARAMETER NoBuild
    Takes out/ and the test assemblies as they are: to test on one machine what another has built.
.EXAMPLE
    ./build.ps1 Test
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Demo', 'Coverage', 'Net8', 'Bench', 'Pack')]
    [string] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release',

    [switch] $NoBuild
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$out = Join-Path $PSScriptRoot out
$module = Join-Path $out VodPreheat
$pwsh = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
$version = (Import-PowerShellDataFile "$PSScriptRoot/VodPreheat.psd1").ModuleVersion
$dotnetArguments = @('-c', $Configuration, "-p:Version=$version", '--nologo', '-v', 'quiet')

function Build-Module {
    # Made from nothing each time: a stray file of an older build would ship.
    if (Test-Path $module) { Remove-Item $module -Recurse -Force }
    dotnet build "$PSScriptRoot/VodPreheat.slnx" @dotnetArguments | Out-Host
    dotnet publish "$PSScriptRoot/src/VodPreheat.Client" @dotnetArguments --no-build -o "$module/bin/lib" | Out-Host
    Get-ChildItem "$module/bin/lib" -Exclude *.dll | Remove-Item -Recurse
    Copy-Item "$PSScriptRoot/src/VodPreheat.PowerShell/bin/$Configuration/net8.0/VodPreheat.PowerShell.dll" "$module/bin"
    Copy-Item "$PSScriptRoot/LICENSE", "$PSScriptRoot/CHANGELOG.md" $module
    Copy-Item "$PSScriptRoot/module/*" $module -Recurse
    (Get-Content "$PSScriptRoot/VodPreheat.psd1" -Raw).Replace('{{ReleaseNotes}}', (Get-ReleaseNote).Replace("'", "''")) |
        Set-Content "$module/VodPreheat.psd1" -NoNewline
    & "$PSScriptRoot/tools/ConvertTo-Maml.ps1" -Path "$PSScriptRoot/docs" -Destination "$module/en-US"
    Write-Host "VodPreheat $version is built: Import-Module $([IO.Path]::GetRelativePath($PWD, $module))"
}

# The newest section of the changelog, without its heading.
function Get-ReleaseNote {
    $sections = (Get-Content "$PSScriptRoot/CHANGELOG.md" -Raw) -split '(?m)^## .*$'
    $sections[1].Trim()
}

# A tier's counts: passed, failed, skipped.
function Test-Unit {
    $PSNativeCommandUseErrorActionPreference = $false
    $lines = dotnet test "$PSScriptRoot/tests/unit" -c $Configuration --no-build --nologo --logger 'console;verbosity=minimal' 2>&1 |
        ForEach-Object { Write-Host $_; "$_" }
    $summary = $lines | Select-String 'Failed:\s+(\d+), Passed:\s+(\d+), Skipped:\s+(\d+)' | Select-Object -Last 1
    if (-not $summary) { throw 'The unit tests did not run.' }
    $failed, $passed, $skipped = $summary.Matches[0].Groups[1..3].Value
    [pscustomobject]@{ Passed = [int] $passed; Failed = [int] $failed; Skipped = [int] $skipped }
}

# Whether there is a Pester 5; fetched into out/ from the gallery if none is installed and the gallery can be reached.
function Test-PesterModule {
    $modules = Join-Path $out modules
    $env:PSModulePath = $modules + [IO.Path]::PathSeparator + $env:PSModulePath
    $installed = { [bool] (Get-Module Pester -ListAvailable | Where-Object Version -GE '5.5.0') }
    if (-not (& $installed) -and (Get-Command Save-PSResource -ErrorAction Ignore)) {
        $null = New-Item $modules -ItemType Directory -Force
        Save-PSResource Pester -Version '[5.5.0,6.0.0)' -Path $modules -TrustRepository -ErrorAction Continue
    }
    & $installed
}

function Test-Pester {
    if (-not (Test-PesterModule)) {
        $count = @(Get-ChildItem "$PSScriptRoot/tests/pester" -Filter *.Tests.ps1 | Select-String '^\s*It\s').Count
        Write-Host "PESTER TIER SKIPPED: no Pester 5 is installed and none can be had; at least $count tests did not run." -ForegroundColor Red
        return [pscustomobject]@{ Passed = 0; Failed = 0; Skipped = $count }
    }

    # In a process of its own: an imported assembly cannot be unloaded, and the tests want the one just built.
    $file = Join-Path $out pester.json
    Remove-Item $file -ErrorAction Ignore
    $PSNativeCommandUseErrorActionPreference = $false
    & $pwsh -NoProfile -NonInteractive -File "$PSScriptRoot/tests/pester/Invoke-Tier.ps1" -ResultFile $file | Out-Host
    if (-not (Test-Path $file)) { throw 'The Pester tests did not run.' }
    Get-Content $file -Raw | ConvertFrom-Json
}

function Invoke-Test {
    $tiers = @(Test-Unit; Test-Pester)
    $sum = @{}
    foreach ($name in 'Passed', 'Failed', 'Skipped') { $sum[$name] = ($tiers | Measure-Object $name -Sum).Sum }
    Write-Host "$($sum.Passed) passed, $($sum.Failed) failed, $($sum.Skipped) skipped"
    exit [Math]::Min($sum.Failed, 1)
}

# Of both tiers; the module is copied, so that out/ stays what a user installs.
function Measure-Coverage {
    $coverage = Join-Path $out coverage
    Remove-Item $coverage -Recurse -ErrorAction Ignore
    if (-not (Test-PesterModule)) { Write-Host 'COVERAGE IS THE UNIT TIER''S ALONE: no Pester 5 can be had.' -ForegroundColor Red }
    dotnet test "$PSScriptRoot/tests/unit" -c $Configuration --no-build --nologo -v quiet `
        --collect 'XPlat Code Coverage' --results-directory "$coverage/unit" | Out-Host
    Copy-Item $module "$coverage/module" -Recurse
    Copy-Item "$PSScriptRoot/src/VodPreheat.PowerShell/bin/$Configuration/net8.0/VodPreheat.PowerShell.pdb" "$coverage/module/bin"
    Copy-Item "$PSScriptRoot/src/VodPreheat.PowerShell/bin/$Configuration/net8.0/VodPreheat.Client.pdb" "$coverage/module/bin/lib"
    dotnet build "$PSScriptRoot/tests/pester/Coverage.proj" --nologo -v quiet -t:Cover `
        "-p:Module=$coverage/module" "-p:Pwsh=$pwsh" "-p:Report=$coverage/pester/pester.cobertura.xml" | Out-Host
    & "$PSScriptRoot/tools/Show-Coverage.ps1" -Path $coverage
}

# Self-contained, so that no .NET 8 need be installed.
function Test-Net8 {
    $rid = [Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier
    $folder = Join-Path $out net8
    dotnet build "$PSScriptRoot/tests/unit" @dotnetArguments -r $rid --self-contained -o "$folder/unit" | Out-Host
    $env:VODPREHEAT_TEST_RUNTIME = 8
    try { dotnet test "$folder/unit/VodPreheat.UnitTests.dll" | Out-Host } finally { $env:VODPREHEAT_TEST_RUNTIME = $null }

    dotnet publish "$PSScriptRoot/tests/host" @dotnetArguments -r $rid --self-contained -o "$folder/host" | Out-Host
    & "$folder/host/VodPreheat.Host" $module | Out-Host
    & "$folder/host/VodPreheat.Host" $module (Get-Item "$folder/host/foreign/*.dll").FullName | Out-Host
}

if (-not $NoBuild) { Build-Module }
switch ($Task) {
    'Demo' { & $pwsh -NoProfile -File "$PSScriptRoot/samples/Demo.ps1" }
    'Test' { Invoke-Test }
    'Coverage' { Measure-Coverage }
    'Net8' { Test-Net8 }
    'Bench' { & "$PSScriptRoot/bench/Measure-Module.ps1" -ModulePath $module -OutFile "$out/bench.json" }
    'Pack' { & "$PSScriptRoot/tools/New-Package.ps1" -ModulePath $module -Destination $out }
}

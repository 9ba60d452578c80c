#!/usr/bin/env pwsh
#Requires -Version 7.4

<#
.SYNOPSIS
    Builds, tests, shows, measures and packs VodPreheat. Everything that it makes is in out/.
.PARAMETER Task
    Build makes out/VodPreheat, exactly what a user installs. The other tasks build it first, but for Format and Mutate:
    Demo     shows the whole job on the sandbox
    Test     runs the unit tier and the Pester tier
    Host     runs the host tier: the built module's load contexts and its client on .NET 8, 9 and 10, and the unit tier on .NET 8
    Coverage runs the unit tier and the Pester tier with the C# instrumented, and prints what they reach
    Format   fails if dotnet format would change something, or if something is marked as left to do
    Analyze  runs PSScriptAnalyzer over every script
    Bench    measures the module against references
    Mutate   changes the client here and there, and looks which changes no test of the unit tier notices; takes hours
    Pack     makes the package for a gallery, its checksum and its bill of materials
.PARAMETER NoBuild
    Takes out/VodPreheat as it is: to test on one machine what another has built.
.PARAMETER Required
    For Analyze: fails where PSScriptAnalyzer cannot be had.
.PARAMETER MutatePath
    For Mutate: the files to change, as patterns below src/VodPreheat.Client, such as Http/**; all of them by default.
.PARAMETER CertificateThumbprint
    For Pack, on Windows: signs the module's files with this certificate of the current user.
.EXAMPLE
    ./build.ps1 Test
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Demo', 'Test', 'Host', 'Coverage', 'Format', 'Analyze', 'Bench', 'Mutate', 'Pack')]
    [string] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release',

    [switch] $NoBuild,

    [switch] $Required,

    [string] $CertificateThumbprint,

    [string[]] $MutatePath
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$out = Join-Path $PSScriptRoot out
$module = Join-Path $out VodPreheat
$results = Join-Path $out results
$binaries = Join-Path $out artifacts bin
$kind = $Configuration.ToLowerInvariant()
$pwsh = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
$dotnetArguments = @('-c', $Configuration, '--nologo', '-v', 'quiet', '-clp:NoSummary')

# PowerShell as a .NET tool: programs that are started from here find .NET where it does, in whatever folder that is.
$runtime = [Runtime.InteropServices.RuntimeEnvironment]::GetRuntimeDirectory().TrimEnd('/', '\')
if (-not $env:DOTNET_ROOT -and $runtime -ne $PSHOME) { $env:DOTNET_ROOT = Resolve-Path "$runtime/../../.." }

# .NET keeps what it downloads there.
if (-not $IsWindows -and -not $env:HOME) { $env:HOME = New-Item (Join-Path $out home) -ItemType Directory -Force }

# Made aside from nothing, so that neither a stray file of an older build ships nor a build that fails leaves half a module.
function Build-Module {
    $new = Join-Path $out new VodPreheat
    if (Test-Path $new) { Remove-Item $new -Recurse -Force }
    dotnet build "$PSScriptRoot/src/VodPreheat.PowerShell" @dotnetArguments | Out-Host
    dotnet publish "$PSScriptRoot/src/VodPreheat.Client" @dotnetArguments --no-build -o "$new/bin/lib" | Out-Host
    Get-ChildItem "$new/bin/lib" -Exclude *.dll | Remove-Item -Recurse
    Copy-Item "$binaries/VodPreheat.PowerShell/$kind/VodPreheat.PowerShell.dll" "$new/bin"
    Copy-Item "$PSScriptRoot/LICENSE", "$PSScriptRoot/CHANGELOG.md", "$PSScriptRoot/THIRD-PARTY-NOTICES.md" $new
    Copy-Item "$PSScriptRoot/samples/Invoke-PreheatRunbook.ps1" (New-Item "$new/samples" -ItemType Directory)
    Copy-Item "$PSScriptRoot/module/*" $new -Recurse
    (Get-Content "$PSScriptRoot/VodPreheat.psd1" -Raw).Replace('{{ReleaseNotes}}', (Get-ReleaseNote).Replace("'", "''")) |
        Set-Content "$new/VodPreheat.psd1" -NoNewline
    & "$PSScriptRoot/tools/ConvertTo-Maml.ps1" -Path "$PSScriptRoot/docs" -Destination "$new/en-US"
    & "$PSScriptRoot/tools/Switch-Folder.ps1" -Path $new -Destination $module

    # A folder without ./ would be looked for in the module path.
    $version = (Import-PowerShellDataFile "$module/VodPreheat.psd1").ModuleVersion
    $path = [IO.Path]::GetRelativePath($PWD, $module).Replace('\', '/')
    $path = $path -match '^\.|^/|:' ? $path : "./$path"
    Write-Host "VodPreheat $version is built: Import-Module $($path -match '[^\w./:-]' ? "'$($path.Replace("'", "''"))'" : $path)"
}

# The newest section of the changelog, without its heading.
function Get-ReleaseNote {
    $sections = (Get-Content "$PSScriptRoot/CHANGELOG.md" -Raw) -split '(?m)^## .*$'
    $sections[1].Trim()
}

function Invoke-Demo {
    & $pwsh -NoProfile -File "$PSScriptRoot/samples/Demo.ps1"
}

# Runs a part of a tier, and counts by the results file that it writes: what it prints may be in any language. A part that
# did not run to its end counts as a failure, and says why.
function Invoke-Tier([string] $Name, [string] $ResultFile, [scriptblock] $Run) {
    Write-Host "`n$Name" -ForegroundColor Cyan
    $count = try {
        $null = New-Item $results -ItemType Directory -Force
        Remove-Item $ResultFile -ErrorAction Ignore
        $global:LASTEXITCODE = 0
        & {
            $PSNativeCommandUseErrorActionPreference = $false
            & $Run | Out-Host
        }
        $exitCode = $LASTEXITCODE
        if (-not (Test-Path $ResultFile)) { throw "There are no results; exit code $exitCode." }
        $read = $ResultFile -like '*.trx' ? (Read-Trx $ResultFile) : (Get-Content $ResultFile -Raw | ConvertFrom-Json)
        if ($read.Passed + $read.Failed -eq 0) { throw 'No test was run.' }
        if ($exitCode -and -not $read.Failed) { throw "It ended before its end; exit code $exitCode." }
        $read
    } catch {
        Write-Host "$Name DID NOT RUN: $_" -ForegroundColor Red
        [pscustomobject]@{ Passed = 0; Failed = 1; Skipped = 0 }
    }
    Write-Host "$Name`: $($count.Passed) passed, $($count.Failed) failed, $($count.Skipped) skipped"
    $count
}

function Read-Trx([string] $Path) {
    $counters = ([xml] (Get-Content $Path -Raw)).TestRun.ResultSummary.Counters
    [pscustomobject]@{
        Passed  = [int] $counters.passed
        Failed  = [int] $counters.executed - [int] $counters.passed
        Skipped = [int] $counters.total - [int] $counters.executed
    }
}

# The last line of Test and Host, and their exit code.
function Complete-Test([object[]] $Count) {
    $passed, $failed, $skipped = foreach ($name in 'Passed', 'Failed', 'Skipped') { ($Count | Measure-Object $name -Sum).Sum }
    Write-Host "`n$passed passed, $failed failed, $skipped skipped"
    exit [Math]::Min($failed, 1)
}

function Test-Unit {
    Invoke-Tier 'Unit tier' "$results/unit.trx" {
        dotnet test "$PSScriptRoot/tests/unit" @dotnetArguments --logger 'trx;LogFileName=unit.trx' --results-directory $results
    }
}

function Test-Pester {
    Invoke-Tier 'Pester tier' "$results/pester.json" {
        Install-Pester

        # In a process of its own: an imported assembly cannot be unloaded, and the tests want the one just built.
        & $pwsh -NoProfile -NonInteractive -File "$PSScriptRoot/tests/pester/Invoke-Tier.ps1" -ResultFile "$results/pester.json"
    }
}

# What the Pester tier needs besides the module; the submitter brings the server.
function Install-Pester {
    $PSNativeCommandUseErrorActionPreference = $true
    dotnet build "$PSScriptRoot/tests/submitter" @dotnetArguments | Out-Host
    dotnet build "$PSScriptRoot/tests/pester/Pester.proj" @dotnetArguments -t:Install "-p:Out=$out" | Out-Host
}

# Self-contained hosts, so that only .NET SDK need be installed: once as a session begins, and once each with older and with
# newer versions of the module's packages loaded first.
function Test-Host {
    $rid = [Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier
    $suffix = $IsWindows ? '.exe' : ''
    $unit = Join-Path $out net8-unit
    dotnet build "$PSScriptRoot/tests/host" @dotnetArguments | Out-Host
    dotnet build "$PSScriptRoot/tests/unit" @dotnetArguments -r $rid --self-contained -o $unit | Out-Host

    $env:VODPREHEAT_TEST_MODULE = $module
    foreach ($framework in 'net8.0', 'net9.0', 'net10.0') {
        foreach ($preload in '', 'older', 'newer') {
            $name = "Host tier, $framework$($preload ? ", $preload packages first" : '')"
            $file = "$results/host-$framework$($preload ? "-$preload" : '').trx"
            Invoke-Tier $name $file {
                $env:VODPREHEAT_TEST_PRELOAD = $preload
                & "$binaries/VodPreheat.HostTests/${kind}_${framework}_$rid/VodPreheat.HostTests$suffix" -result-trx $file -noColor -noLogo
            }
        }
    }
    Invoke-Tier 'Unit tier, net8.0' "$results/unit-net8.0.trx" {
        $env:VODPREHEAT_TEST_RUNTIME = 8
        & "$unit/VodPreheat.UnitTests$suffix" -result-trx "$results/unit-net8.0.trx" -noColor -noLogo
    }
}

# Whether the code is as dotnet format leaves it, and nothing in it is marked as left to do.
function Test-Format {
    dotnet restore "$PSScriptRoot/VodPreheat.slnx" --nologo -v quiet | Out-Host
    dotnet format "$PSScriptRoot/VodPreheat.slnx" --verify-no-changes --no-restore | Out-Host
    $PSNativeCommandUseErrorActionPreference = $false
    $left = git -C $PSScriptRoot grep -nwE 'TO[D]O|FI[X]ME|HA[C]K'
    if ($LASTEXITCODE -gt 1) { throw 'What is left to do was not looked for.' }
    if ($left) { throw "Something is left to do:`n$($left -join "`n")" }
    Write-Host 'The formatting is right, and nothing is marked as left to do.'
}

# Of both tiers; the module is copied, so that out/ stays what a user installs. What tests fail is Test's to say.
function Measure-Coverage {
    $coverage = Join-Path $out coverage
    Remove-Item $coverage -Recurse -ErrorAction Ignore
    Install-Pester
    dotnet test "$PSScriptRoot/tests/unit" @dotnetArguments --collect 'XPlat Code Coverage' --results-directory "$coverage/unit" | Out-Host
    $null = New-Item "$coverage/pester" -ItemType Directory
    Copy-Item $module "$coverage/module" -Recurse
    Copy-Item "$binaries/VodPreheat.PowerShell/$kind/VodPreheat.PowerShell.pdb" "$coverage/module/bin"
    Copy-Item "$binaries/VodPreheat.PowerShell/$kind/VodPreheat.Client.pdb" "$coverage/module/bin/lib"
    dotnet build "$PSScriptRoot/tests/pester/Pester.proj" @dotnetArguments -t:Cover `
        "-p:Module=$coverage/module" "-p:Pwsh=$pwsh" "-p:Results=$coverage/pester" | Out-Host
    if (-not (Test-Path "$coverage/pester/pester.json")) { throw 'The Pester tier did not run.' }
    & "$PSScriptRoot/tools/Show-Coverage.ps1" -Path $coverage
}

# Settings are in tests/unit/stryker-config.json. Fuzzing is cut short: each change is tried on all tests that reach it.
function Measure-Mutation {
    dotnet tool restore | Out-Host
    $env:VODPREHEAT_MUTATE = 'true'
    $env:VODPREHEAT_FUZZ_CASES = '20'
    # One word each: PowerShell would make the names of test files of a pattern that stands alone.
    $patterns = @($MutatePath).Where{ $_ }.ForEach{ "--mutate=$_" }
    Push-Location "$PSScriptRoot/tests/unit"
    try {
        dotnet stryker --skip-version-check --output "$out/mutation" @patterns | Out-Host
    } finally {
        Pop-Location
        Remove-Item Env:VODPREHEAT_MUTATE, Env:VODPREHEAT_FUZZ_CASES
    }
}

function New-Package {
    $parameters = @{
        ModulePath            = $module
        DependencyFile        = "$binaries/VodPreheat.Client/$kind/VodPreheat.Client.deps.json"
        Destination           = $out
        CertificateThumbprint = $CertificateThumbprint
    }
    & "$PSScriptRoot/tools/New-Package.ps1" @parameters
}

if (-not $NoBuild -and $Task -notin 'Format', 'Mutate') { Build-Module }
switch ($Task) {
    'Demo' { Invoke-Demo }
    'Test' { Complete-Test @(Test-Unit; Test-Pester) }
    'Host' { Complete-Test (Test-Host) }
    'Coverage' { Measure-Coverage }
    'Format' { Test-Format }
    'Analyze' { & "$PSScriptRoot/tools/Test-Script.ps1" -Required:$Required }
    'Bench' { & "$PSScriptRoot/bench/Measure-Module.ps1" -ModulePath $module -OutFile "$out/bench.json" }
    'Mutate' { Measure-Mutation }
    'Pack' { New-Package }
}

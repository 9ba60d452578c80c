#!/usr/bin/env pwsh
#Requires -Version 7.4

<#
.SYNOPSIS
    Builds, tests, demonstrates, measures, packs, and publishes VodPreheat. All output is in out/.
.PARAMETER Task
    Specifies the task. Build creates out/VodPreheat, exactly what a user installs. The other tasks, except Format, Mutate, and Publish,
    build it first:
    Demo     shows the complete job in the sandbox
    Test     runs the unit tests and the Pester tests, except those that need minutes
    Host     runs the host tests: the load contexts and the client of the built module on .NET 8, 9, and 10; and the unit tests on .NET 8
    Coverage runs the unit tests and the Pester tests, and displays the coverage of the C# code
    Format   fails if dotnet format would change something, or if something is marked as left to do
    Analyze  runs PSScriptAnalyzer on every script
    Bench    measures the module and references
    Mutate   changes the client and lists the changes that no unit test detects; takes hours
    Pack     creates the package, its checksum, and its bill of materials
    Publish  publishes the package that is in out/
.PARAMETER Path
    For Test: runs only these Pester files and the unit test classes of these C# files. Accepts wildcards, and several paths in one text,
    separated by commas.
.PARAMETER Filter
    For Test: runs only the tests whose name contains this text.
.PARAMETER Slow
    For Test: runs instead the Pester tests that need minutes, which have the tag Slow.
.PARAMETER NoBuild
    Uses out/VodPreheat as it is, for example to test on one machine what was built on another.
.PARAMETER Required
    For Analyze: fails if PSScriptAnalyzer is not available.
.PARAMETER UnitOnly
    For Coverage: runs only the unit tests, which takes a minute instead of several.
.PARAMETER MutatePath
    For Mutate: the files to change, as patterns below src/VodPreheat.Client, such as Http/**; all of them by default.
.PARAMETER CertificateThumbprint
    For Pack, on Windows: signs the files of the module with this certificate of the current user.
.PARAMETER Tag
    For Publish: the tag of the release, which must be the version of the module.
.EXAMPLE
    ./build.ps1 Test
.EXAMPLE
    ./build.ps1 Test -Path tests/pester/Views.Tests.ps1
.EXAMPLE
    ./build.ps1 Test -Path tests/unit/Http/RetryHandlerTests.cs -Filter Delay
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Demo', 'Test', 'Host', 'Coverage', 'Format', 'Analyze', 'Bench', 'Mutate', 'Pack', 'Publish')]
    [string] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release',

    [string[]] $Path,

    [string] $Filter,

    [switch] $Slow,

    [switch] $NoBuild,

    [switch] $Required,

    [switch] $UnitOnly,

    [string] $CertificateThumbprint,

    [string] $Tag,

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
$precompiled = Join-Path $out pwsh $PSVersionTable.PSVersion
$precompiling = $null
$dotnetArguments = @('-c', $Configuration, '--nologo', '-v', 'quiet', '-clp:NoSummary')

# If PowerShell is a .NET tool, the programs that are started here use the same .NET, in whatever folder it is.
$runtime = [Runtime.InteropServices.RuntimeEnvironment]::GetRuntimeDirectory().TrimEnd('/', '\')
if (-not $env:DOTNET_ROOT -and $runtime -ne $PSHOME) { $env:DOTNET_ROOT = Resolve-Path "$runtime/../../.." }

# What is started here runs for seconds. A third of the time was compiling again what had run 30 times, and a quarter mapping each compiled
# method twice, so that no page is both writable and executable. Bench measures what users have.
if ($Task -ne 'Bench') {
    $env:DOTNET_TieredPGO, $env:DOTNET_TC_CallCountThreshold, $env:DOTNET_EnableWriteXorExecute = 0, 200, 0
    # A compiler that is started for each project takes a third less if it is not optimized. One that is shared runs for hours.
    if ($env:UseSharedCompilation -eq 'false') { $env:DOTNET_JITMinOpts = 1 }
}

# The tests of the client compute, and take longer if they are not optimized.
$optimize = '-e', 'DOTNET_JITMinOpts=0'

# The signatures of packages are always verified. Where the lists of revoked certificates cannot be reached, each package would wait for
# them, 80 s of a first run; so they are asked for only if the packages are shipped.
if ($Task -notin 'Pack', 'Publish') { $env:NUGET_CERT_REVOCATION_MODE ??= 'offline' }

# .NET stores its downloads in the home folder.
if (-not $IsWindows -and -not $env:HOME) { $env:HOME = New-Item (Join-Path $out home) -ItemType Directory -Force }

# Builds into a new folder, so that no file of an older build is shipped and a failed build does not leave an incomplete module.
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
    $views = (Get-Content "$PSScriptRoot/module/VodPreheat.Format.ps1xml" -Raw).Replace('{{clean}}', "-replace '[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+', ' '")

    # The engine makes an object of the space between two elements, at every import.
    $views -replace '>\s+<', '><' | Set-Content "$new/VodPreheat.Format.ps1xml" -NoNewline
    (Get-Content "$PSScriptRoot/VodPreheat.psd1" -Raw).Replace('{{ReleaseNotes}}', (Get-ReleaseNote).Replace("'", "''")) |
        Set-Content "$new/VodPreheat.psd1" -NoNewline
    Add-Help $new
    & "$PSScriptRoot/tools/Switch-Folder.ps1" -Path $new -Destination $module

    # Import-Module searches the module path for a folder without ./.
    $version = (Import-PowerShellDataFile "$module/VodPreheat.psd1").ModuleVersion
    $path = [IO.Path]::GetRelativePath($PWD, $module).Replace('\', '/')
    $path = $path -match '^\.|^/|:' ? $path : "./$path"
    Write-Host "VodPreheat $version is built: Import-Module $($path -match '[^\w./:-]' ? "'$($path.Replace("'", "''"))'" : $path)"
}

# Creates the help files, which takes longer than the rest of a build, or copies those of the last build if they are newer than all
# that they are made from.
function Add-Help([string] $To) {
    $sources = Get-Item "$PSScriptRoot/docs", "$PSScriptRoot/docs/*", "$PSScriptRoot/docs/*/*.md", "$PSScriptRoot/tools/ConvertTo-Maml.ps1",
    "$binaries/VodPreheat.PowerShell/$kind/VodPreheat.PowerShell.dll"
    $changed = ($sources.LastWriteTimeUtc | Measure-Object -Maximum).Maximum
    $files = @(Get-Item "$module/*/*-Help.xml" -ErrorAction Ignore)
    if ($files -and -not $files.Where({ $_.LastWriteTimeUtc -le $changed })) {
        foreach ($file in $files) { Copy-Item $file (Join-Path $To $file.Directory.Name) }
    } else {
        & "$PSScriptRoot/tools/ConvertTo-Maml.ps1" -Path "$PSScriptRoot/docs" -ModulePath $To
    }
}

# The newest section of the changelog, without its heading and the link definitions after the last one.
function Get-ReleaseNote {
    $sections = (Get-Content "$PSScriptRoot/CHANGELOG.md" -Raw) -split '(?m)^## .*$'
    ($sections[1] -replace '(?m)^\[.*\]: .*$').Trim()
}

function Invoke-Demo {
    & $pwsh -NoProfile -File "$PSScriptRoot/samples/Demo.ps1"
}

# Runs tests and counts them by the results file, because the output can be in any language. Tests that did not run to the end count as
# a failure, with the reason.
function Invoke-Tier([string] $Name, [string] $ResultFile, [scriptblock] $Run) {
    Write-Host "`n$Name" -ForegroundColor Cyan
    $count = try {
        $global:LASTEXITCODE = 0
        & {
            $PSNativeCommandUseErrorActionPreference = $false
            & $Run | Out-Host
        }
        $exitCode = $LASTEXITCODE
        if (-not (Test-Path $ResultFile)) { throw "There are no results; exit code $exitCode." }
        $read = $ResultFile -like '*.trx' ? (Read-Trx $ResultFile) : (Get-Content $ResultFile -Raw | ConvertFrom-Json)
        if ($read.Passed + $read.Failed -eq 0 -and -not $Filter) { throw 'No test was run.' }
        if ($exitCode -and -not $read.Failed) { throw "The tests ended early; exit code $exitCode." }
        $read
    } catch {
        Write-Host "$Name DID NOT RUN: $_" -ForegroundColor Red
        [pscustomobject]@{ Passed = 0; Failed = 1; Skipped = 0 }
    }
    Write-Host "$Name`: $($count.Passed) passed, $($count.Failed) failed, $($count.Skipped) skipped"
    $count
}

# Starts dotnet beside this process, with its output in a file.
function Start-Dotnet([string[]] $Arguments, [string] $Log) {
    $quoted = $Arguments.ForEach({ "`"$_`"" })
    Start-Process dotnet "$quoted" -NoNewWindow -PassThru -RedirectStandardOutput $Log
}

# The path of a new results file.
function New-Result([string] $Name) {
    $null = New-Item $results -ItemType Directory -Force
    Remove-Item "$results/$Name" -ErrorAction Ignore
    "$results/$Name"
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
    $isNothing = $passed + $failed -eq 0
    if ($isNothing) { Write-Host "`nNo test was selected. Tests with the tag Slow run only with -Slow." -ForegroundColor Red }
    Write-Host "`n$passed passed, $failed failed, $skipped skipped"
    exit ($failed -or $isNothing ? 1 : 0)
}

# The unit tier beside the Pester tier, or only what is selected.
function Test-All {
    $selected = @($Path | Get-Item)
    # A class can be in several files: PreheatJobTests.Faults.cs.
    $classes = @($selected | Where-Object Extension -EQ .cs | ForEach-Object { ($_.Name -split '\.')[0] } | Select-Object -Unique)
    $files = @($selected | Where-Object Extension -EQ .ps1 | ForEach-Object FullName)
    $isPester = $files -or -not $Path
    # Before the unit tests, which use the same test server.
    if ($isPester) { Install-Pester }
    $unit = if (-not $Slow -and ($classes -or -not $Path)) { Start-Unit $classes }
    if ($isPester) { Test-Pester $files }
    if ($unit) { Complete-Unit $unit }
}

# The tests are their own runner, which takes half of the time of dotnet test. Their build is beside the Pester tier, too.
function Start-Unit([string[]] $Class) {
    $arguments = @('run', '--project', "$PSScriptRoot/tests/unit", '-c', $Configuration, '-v', 'quiet') + $optimize + @('--', '-result-trx', (New-Result unit.trx), '-noColor', '-noLogo')
    foreach ($name in $Class) { $arguments += '-class', "*.$name" }
    # Their names have underscores instead of spaces.
    if ($Filter) { $arguments += '-displayName', "*$Filter*", '-displayName', "*$($Filter.Replace(' ', '_'))*" }
    Start-Dotnet $arguments (New-Result unit.log)
}

function Complete-Unit([Diagnostics.Process] $Process) {
    Invoke-Tier 'Unit tier' "$results/unit.trx" {
        $Process.WaitForExit()
        Get-Content "$results/unit.log"
        $global:LASTEXITCODE = $Process.ExitCode
    }
}

function Test-Pester([string[]] $File) {
    $result = New-Result ($Slow ? 'pester-slow.json' : 'pester.json')
    $selected = @{}
    if ($File) { $selected.Path = $File }
    Invoke-Tier ($Slow ? 'Pester tier, slow tests' : 'Pester tier') $result {
        & "$PSScriptRoot/tests/pester/Invoke-Tier.ps1" -ResultFile $result -Filter $Filter -Slow:$Slow -Pwsh (Get-PrecompiledPwsh) @selected
    }
}

# What the Pester tests need in addition to the module: Pester, and the programs that they use.
function Install-Pester {
    dotnet build "$PSScriptRoot/tests/pester/Pester.proj" @dotnetArguments -t:Install "-p:Out=$out" | Out-Host
}

# The executable of this PowerShell, or of a copy that is precompiled if this one is not: it starts in half of the time.
function Get-PrecompiledPwsh {
    if ($build = Start-PrecompiledPwsh) {
        $build.WaitForExit()
        if ($build.ExitCode) { throw "PowerShell was not precompiled:`n$(Get-Content "$results/pwsh.log" -Raw)" }
        Move-Item "$precompiled.new" $precompiled
        $script:precompiling = $null
    }
    (Test-Path $precompiled) ? (Join-Path $precompiled (Split-Path $pwsh -Leaf)) : $pwsh
}

# Begins to create this copy, beside the builds, which do not use all processors; nothing if there is one, or if none is needed.
function Start-PrecompiledPwsh {
    if ($precompiling -or (Test-Path $precompiled)) { return $precompiling }
    $reader = [Reflection.PortableExecutable.PEReader]::new([IO.File]::OpenRead([psobject].Assembly.Location))
    $isPrecompiled = $reader.PEHeaders.CorHeader.ManagedNativeHeaderDirectory.Size -gt 0
    $reader.Dispose()
    if ($isPrecompiled) { return }

    $arguments = @('publish', "$PSScriptRoot/tests/powershell") + $dotnetArguments + @(
        '-o', "$precompiled.new", "-p:PSHome=$PSHOME", "-p:PSFramework=net$([Environment]::Version.Major).0"
    )
    $script:precompiling = Start-Dotnet $arguments (New-Result pwsh.log)
    $precompiling
}

# The hosts are self-contained, so only the .NET SDK has to be installed. Each runs as in a new session, and with older and newer
# versions of the packages of the module loaded first.
function Test-Host {
    $rid = [Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier
    $suffix = $IsWindows ? '.exe' : ''
    $unit = Join-Path $out net8-unit
    dotnet build "$PSScriptRoot/tests/host" @dotnetArguments | Out-Host
    dotnet build "$PSScriptRoot/tests/unit" @dotnetArguments -r $rid --self-contained -o $unit | Out-Host

    $env:VODPREHEAT_TEST_MODULE = $module
    $env:DOTNET_JITMinOpts = 0
    foreach ($framework in 'net8.0', 'net9.0', 'net10.0') {
        foreach ($preload in '', 'older', 'newer') {
            $name = "Host tier, $framework$($preload ? ", $preload packages first" : '')"
            $file = New-Result "host-$framework$($preload ? "-$preload" : '').trx"
            Invoke-Tier $name $file {
                $env:VODPREHEAT_TEST_PRELOAD = $preload
                & "$binaries/VodPreheat.HostTests/${kind}_${framework}_$rid/VodPreheat.HostTests$suffix" -result-trx $file -noColor -noLogo
            }
        }
    }
    $file = New-Result unit-net8.0.trx
    Invoke-Tier 'Unit tier, net8.0' $file {
        $env:VODPREHEAT_TEST_RUNTIME = 8
        & "$unit/VodPreheat.UnitTests$suffix" -result-trx $file -noColor -noLogo
    }
}

# Fails if dotnet format would change the code, or if something in it is marked as left to do.
function Test-Format {
    dotnet restore "$PSScriptRoot/VodPreheat.slnx" --nologo -v quiet | Out-Host
    dotnet format "$PSScriptRoot/VodPreheat.slnx" --verify-no-changes --no-restore | Out-Host
    $PSNativeCommandUseErrorActionPreference = $false
    $left = git -C $PSScriptRoot grep -nwE 'TO[D]O|FI[X]ME|HA[C]K'
    if ($LASTEXITCODE -gt 1) { throw 'What is left to do was not looked for.' }
    if ($left) { throw "Something is left to do:`n$($left -join "`n")" }
    Write-Host 'The formatting is right, and nothing is marked as left to do.'
}

# The coverage of unit tests and Pester tests, on a copy of the module, so that out/ remains what a user installs. Failed tests are
# reported by Test, not here.
function Measure-Coverage {
    $coverage = Join-Path $out coverage
    Remove-Item $coverage -Recurse -ErrorAction Ignore
    dotnet test "$PSScriptRoot/tests/unit" @dotnetArguments @optimize --collect 'XPlat Code Coverage' --results-directory "$coverage/unit" | Out-Host
    if (-not $UnitOnly) { Measure-PesterCoverage $coverage }
    & "$PSScriptRoot/tools/Show-Coverage.ps1" -Path $coverage
}

function Measure-PesterCoverage([string] $coverage) {
    Install-Pester
    $null = New-Item "$coverage/pester" -ItemType Directory
    Copy-Item $module "$coverage/module" -Recurse
    Copy-Item "$binaries/VodPreheat.PowerShell/$kind/VodPreheat.PowerShell.pdb" "$coverage/module/bin"
    Copy-Item "$binaries/VodPreheat.PowerShell/$kind/VodPreheat.Client.pdb" "$coverage/module/bin/lib"
    dotnet build "$PSScriptRoot/tests/pester/Pester.proj" @dotnetArguments -t:Cover `
        "-p:Module=$coverage/module" "-p:Pwsh=$(Get-PrecompiledPwsh)" "-p:Results=$coverage/pester" | Out-Host
    if (-not (Test-Path "$coverage/pester/pester.json")) { throw 'The Pester tier did not run.' }
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

# build.sh passes several paths as one text.
$Path = @($Path -split ',' | Where-Object { $_ })
$isUnitOnly = $Path -and -not ($Path -notlike '*.cs')
if ($Task -eq 'Test' -and -not $isUnitOnly) { $null = Start-PrecompiledPwsh }
if (-not $NoBuild -and -not $isUnitOnly -and $Task -notin 'Format', 'Mutate', 'Publish') { Build-Module }
switch ($Task) {
    'Demo' { Invoke-Demo }
    'Test' { Complete-Test @(Test-All) }
    'Host' { Complete-Test (Test-Host) }
    'Coverage' { Measure-Coverage }
    'Format' { Test-Format }
    'Analyze' { & "$PSScriptRoot/tools/Test-Script.ps1" -Required:$Required }
    'Bench' { & "$PSScriptRoot/bench/Measure-Module.ps1" -ModulePath $module -OutFile "$out/bench.json" -Pwsh (Get-PrecompiledPwsh) }
    'Mutate' { Measure-Mutation }
    'Pack' { New-Package }
    'Publish' { & "$PSScriptRoot/tools/Publish-Package.ps1" -Path $out -Tag $Tag }
}

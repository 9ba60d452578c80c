#!/usr/bin/env pwsh
#Requires -Version 7.4

<#
.SYNOPSIS
    Measures the module's speed against its references, in one run, and writes the figures with their budgets.
.DESCRIPTION
    Ratios count, not milliseconds: subject and reference take turns, so that what else the machine does hits both alike, and
    medians are compared. Everything runs on loopback, in processes of its own.
.EXAMPLE
    ./build.ps1 Bench
#>
[CmdletBinding()]
param(
    # The built module's folder.
    [Parameter(Mandatory)] [string] $ModulePath,

    # The file for the figures and all samples, in JSON.
    [Parameter(Mandatory)] [string] $OutFile,

    # The executable of PowerShell in which the module and scripts are measured.
    [string] $Pwsh = (Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')),

    # Cold processes of each kind.
    [ValidateRange(1, 1000)] [int] $ColdRounds = 11,

    # Runs of each loop of queries.
    [ValidateRange(1, 1000)] [int] $WarmRounds = 9,

    # Also runs the micro-benchmarks, which takes some more minutes.
    [switch] $Micro
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$ModulePath = (Resolve-Path $ModulePath).ProviderPath
$OutFile = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($OutFile)
$binaries = Join-Path $PSScriptRoot ../out/artifacts/bin
$children = Join-Path $PSScriptRoot children
$script = Join-Path $PSScriptRoot HandSigned.ps1
$emptyModule = Join-Path (Split-Path $OutFile) EmptyModule
$journal = Join-Path (Split-Path $OutFile) bench-journal
$variables = @{
    HUAWEICLOUD_SDK_AK = 'QTWAOYTTINDUT2QVKYUC'
    HUAWEICLOUD_SDK_SK = 'MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc' # the signing guide's public sample
    HUAWEICLOUD_SDK_PROJECT_ID = '0605768a3300d5762f82c01180692873'
    POWERSHELL_TELEMETRY_OPTOUT = '1'
    POWERSHELL_UPDATECHECK = 'Off'
    VODPREHEAT_JOURNAL = $journal
}
$processes = [Collections.Generic.List[Diagnostics.Process]]::new()

function Build-Reference {
    dotnet build "$PSScriptRoot/VodPreheat.Bench.slnx" -c Release --nologo -v quiet | Out-Host
    $null = New-Item "$emptyModule/bin" -ItemType Directory -Force
    Copy-Item "$PSScriptRoot/EmptyModule/EmptyModule.psd1", "$PSScriptRoot/EmptyModule/EmptyModule.Format.ps1xml" $emptyModule
    Copy-Item "$binaries/EmptyModule/release/EmptyModule.dll" "$emptyModule/bin"
}

function Start-Child([string] $File, [string[]] $Arguments) {
    $start = [Diagnostics.ProcessStartInfo]::new($File, $Arguments)
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    foreach ($name in $variables.Keys) { $start.Environment[$name] = $variables[$name] }
    $process = [Diagnostics.Process]::Start($start)
    $processes.Add($process)
    $process
}

function Start-Script([string] $Name, [string[]] $Arguments) {
    Start-Child $Pwsh (@('-NoProfile', '-NonInteractive', '-File', (Join-Path $children $Name)) + $Arguments)
}

# The numbers on each line that a child script writes until its end.
function Invoke-Script([string] $Name, [string[]] $Arguments) {
    $process = Start-Script $Name $Arguments
    $text = $process.StandardOutput.ReadToEnd()
    $process.WaitForExit()
    if ($process.ExitCode -ne 0) { throw "$Name failed: $text" }
    foreach ($line in $text.Trim().Split("`n")) { , [double[]] $line.Split(' ') }
}

# Milliseconds of a run of queries in a process that waits for requests to run them.
function Measure-Query([Diagnostics.Process] $Process, [int] $Count, [string] $InFlight, [string] $Endpoint) {
    $Process.StandardInput.WriteLine("$Count $InFlight $Endpoint")
    $elapsed, $rows = $Process.StandardOutput.ReadLine() -split ' '
    if ($rows -ne 3 * $Count) { throw "There are $rows rows, not $(3 * $Count)." }
    [double] $elapsed
}

# Runs both alternately, and returns the samples of each.
function Measure-Turn([int] $Rounds, [scriptblock] $Subject, [scriptblock] $Reference) {
    $samples = @{ Subject = @(); Reference = @() }
    for ($round = 0; $round -lt $Rounds; $round++) {
        $samples.Subject += , (& $Subject)
        $samples.Reference += , (& $Reference)
    }
    $samples
}

function Get-Median([double[]] $Values) {
    $sorted = $Values | Sort-Object
    ($sorted[[Math]::Floor(($Values.Count - 1) / 2)] + $sorted[[Math]::Floor($Values.Count / 2)]) / 2
}

# A row of the table. Without a budget it is only displayed.
function New-Figure([string] $Name, [string] $Unit, [double[]] $Values, [double[]] $References, [Nullable[double]] $Budget) {
    $value = Get-Median $Values
    $reference = Get-Median $References
    [pscustomobject] @{
        Figure = $Name
        Unit = $Unit
        Value = [Math]::Round($value, 2)
        Reference = [Math]::Round($reference, 2)
        Ratio = [Math]::Round($value / $reference, 3)
        Budget = $Budget
        Holds = $null -eq $Budget ? $null : $value / $reference -le $Budget
        Samples = $Values
        ReferenceSamples = $References
    }
}

# In more turns than the others: the difference is a tenth, which the machine varies by.
function Measure-Import {
    $turns = Measure-Turn (3 * $ColdRounds) { Invoke-Script Import.ps1 @('-Module', $ModulePath) } { Invoke-Script Import.ps1 @('-Module', $emptyModule) }
    New-Figure 'Import-Module, cold, against an empty binary module' ms $turns.Subject.ForEach{ $_[0] } $turns.Reference.ForEach{ $_[0] } 1.1
}

# With a key from the environment, and with one that the script makes with ConvertTo-SecureString, which loads a module for it.
function Measure-FirstAnswer([string] $Endpoint) {
    $samples = @{ Environment = @(); Parameter = @(); Reference = @() }
    for ($round = 0; $round -lt $ColdRounds; $round++) {
        $samples.Environment += , (Invoke-Script FirstAnswer.ps1 @('-Endpoint', $Endpoint, '-Module', $ModulePath))
        $samples.Reference += , (Invoke-Script FirstAnswer.ps1 @('-Endpoint', $Endpoint, '-Script', $script))
        $samples.Parameter += , (Invoke-Script FirstAnswer.ps1 @('-Endpoint', $Endpoint, '-Module', $ModulePath, '-Parameter'))
    }
    $whole = $samples.Reference.ForEach{ $_[0] }
    New-Figure 'First answer, cold, against hand-signed Invoke-RestMethod' ms $samples.Environment.ForEach{ $_[0] } $whole 0.7
    New-Figure '  of it Import-Module' ms $samples.Environment.ForEach{ $_[1] } $whole
    New-Figure '  of it Connect-VodAccount' ms $samples.Environment.ForEach{ $_[2] } $whole
    New-Figure '  of it Get-VodPreheatResult' ms $samples.Environment.ForEach{ $_[3] } $whole
    New-Figure 'First answer, -AccessKey by ConvertTo-SecureString' ms $samples.Parameter.ForEach{ $_[0] } $whole
    New-Figure '  of it making the PSCredential' ms $samples.Parameter.ForEach{ $_[4] } $whole
}

function Measure-Loop([string] $Endpoint) {
    $bareFile = Join-Path $binaries BareClient/release/BareClient.dll
    $bare = Start-Child (Get-Command dotnet -CommandType Application)[0].Source @($bareFile)
    $module = Start-Script Queries.ps1 @('-Module', $ModulePath, '-Script', $script)

    # Until the runtime has finished its optimization of both.
    foreach ($inFlight in 8, 1) {
        $null = Measure-Turn 4 { Measure-Query $module 5000 $inFlight $Endpoint } { Measure-Query $bare 5000 $inFlight $Endpoint }
        $null = Measure-Turn 4 { Measure-Query $module 5000 "piped$inFlight" $Endpoint } { Measure-Query $bare 5000 $inFlight $Endpoint }
    }

    # Short runs, so there are more of them.
    $turns = Measure-Turn (3 * $WarmRounds) { Measure-Query $module 500 1 $Endpoint } { Measure-Query $bare 500 1 $Endpoint }
    New-Figure '500 queries, one at a time, against bare HttpClient' ms $turns.Subject $turns.Reference 1.5
    $oneByOne = $turns.Reference
    $turns = Measure-Turn (3 * $WarmRounds) { Measure-Query $module 500 piped1 $Endpoint } { Measure-Query $bare 500 1 $Endpoint }
    New-Figure '500 piped queries, one at a time, against bare HttpClient' ms $turns.Subject $turns.Reference 1.5
    $turns = Measure-Turn $WarmRounds { Measure-Query $module 5000 8 $Endpoint } { Measure-Query $bare 5000 8 $Endpoint }
    New-Figure '5,000 queries, 8 in flight, against bare HttpClient' ms $turns.Subject $turns.Reference 1.4
    $turns = Measure-Turn $WarmRounds { Measure-Query $module 5000 piped8 $Endpoint } { Measure-Query $bare 5000 8 $Endpoint }
    New-Figure '5,000 piped queries, 8 in flight, against bare HttpClient' ms $turns.Subject $turns.Reference 1.6
    $turns = Measure-Turn ([Math]::Min(5, $WarmRounds)) { Measure-Query $module 200 8 "$Endpoint/delay/50" } { Measure-Query $bare 200 8 "$Endpoint/delay/50" }
    New-Figure '200 queries of 50 ms, 8 in flight, against the ideal' ms $turns.Subject 1250 1.1
    New-Figure '  the same by bare HttpClient' ms $turns.Reference 1250
    $turns = Measure-Turn ([Math]::Min(3, $WarmRounds)) { Measure-Query $module 500 0 $Endpoint } { Measure-Query $module 500 hand $Endpoint }
    New-Figure '500 calls of Get-VodPreheatResult, against bare HttpClient' ms $turns.Subject $oneByOne
    New-Figure '500 hand-signed Invoke-RestMethod, against bare HttpClient' ms $turns.Reference $oneByOne
}

# As users run them: IDs from the pipeline, in a process that has made only 200 queries before. Both are new
# for each run. Many runs, because in such a short one a single garbage collection of the host is a tenth of the time.
function Measure-YoungLoop([string] $Endpoint, [int] $Count, [int] $InFlight, [double] $Budget) {
    $turns = Measure-Turn (3 * $WarmRounds) {
        Measure-Young (Start-Script Queries.ps1 @('-Module', $ModulePath, '-Script', $script)) "piped$InFlight"
    } {
        Measure-Young (Start-Child (Get-Command dotnet -CommandType Application)[0].Source @("$binaries/BareClient/release/BareClient.dll")) $InFlight
    }
    $name = $Count.ToString('n0', [cultureinfo]::InvariantCulture)
    New-Figure "$name piped queries, $InFlight in flight, young process, against bare HttpClient" ms $turns.Subject $turns.Reference $Budget
}

function Measure-Young([Diagnostics.Process] $Process, [string] $InFlight) {
    $null = Measure-Query $Process 200 $InFlight $Endpoint
    Measure-Query $Process $Count $InFlight $Endpoint
    $Process.StandardInput.Close()
    $Process.WaitForExit()
}

function Measure-Growth([string] $Endpoint) {
    $samples = foreach ($round in 1..3) { , (Invoke-Script Growth.ps1 @('-Module', $ModulePath, '-Endpoint', $Endpoint)) }
    New-Figure 'Working set grown by 20,000 queries, against 15 MB' MB $samples.ForEach{ $_[0] } 15 1
    New-Figure '  at its highest, before a collection' MB $samples.ForEach{ $_[1] } 15
}

function Measure-Journal([string] $Endpoint) {
    Remove-Item $journal -Recurse -Force -ErrorAction Ignore
    $turns = Invoke-Script Submissions.ps1 @('-Module', $ModulePath, '-Endpoint', $Endpoint, '-Times', $WarmRounds)
    New-Figure 'What the journal adds to a submission, against 5 ms' ms $turns.ForEach{ $_[0] - $_[1] } 5 1
    New-Figure '  the submission without it' ms $turns.ForEach{ $_[1] } 5
    Remove-Item $journal -Recurse
    $null = Invoke-Script Journal.ps1 @('-Write', 100000)
    $samples = foreach ($round in 1..5) { , (Invoke-Script Journal.ps1 @('-Module', $ModulePath)) }
    New-Figure 'Get-VodPreheatTask -Last 10 on 100,000 submissions, cold, against 1 s' ms $samples.ForEach{ $_[0] } 1000 1
    New-Figure 'Completion of -TaskId on 100,000 submissions, against 150 ms' ms $samples.ForEach{ $_[1] } 150 1
    Remove-Item $journal -Recurse
}

function Measure-Stop([string] $Endpoint) {
    $samples = Invoke-Script Stop.ps1 @('-Module', $ModulePath, '-Endpoint', $Endpoint, '-Times', 20)
    New-Figure 'Ctrl+C until the prompt is back, 8 in flight, against 100 ms' ms $samples.ForEach{ $_[0] } 100 1
    New-Figure '  the slowest of 20' ms ($samples.ForEach{ $_[0] } | Sort-Object)[-1] 100 1
}

try {
    Build-Reference
    $server = Start-Child (Get-Command dotnet -CommandType Application)[0].Source @(Join-Path $binaries FastServer/release/FastServer.dll)
    $endpoint = $server.StandardOutput.ReadLine()
    $figures = & {
        Measure-Loop $endpoint
        Measure-Growth $endpoint
        Measure-Stop $endpoint
        Measure-Journal $endpoint
        Measure-YoungLoop $endpoint 500 1 1.6
        Measure-YoungLoop $endpoint 5000 8 1.8

        # PowerShell compiles in the background, by a profile, what its previous process on the machine compiled. In turns, that is the profile
        # of the other side, and in neither is the process cold: so without it.
        $variables.DOTNET_MultiCoreJitMinNumCpus = '1000'
        Measure-FirstAnswer $endpoint
        Measure-Import
    } | ForEach-Object { Write-Host "$($_.Figure.Trim()): $($_.Value) $($_.Unit)"; $_ }
}
finally {
    foreach ($process in $processes) {
        if (-not $process.HasExited) { $process.Kill() }
        $process.Dispose()
    }
}

$figures | Format-Table Figure, Unit, Value, Reference, Ratio, Budget, Holds -AutoSize | Out-String -Width 160 | Write-Host
[ordered] @{
    Processors = [Environment]::ProcessorCount
    System     = [Runtime.InteropServices.RuntimeInformation]::OSDescription
    Runtime    = [Runtime.InteropServices.RuntimeInformation]::FrameworkDescription
    PowerShell = "$($PSVersionTable.PSVersion)"
    Figures    = $figures
} | ConvertTo-Json -Depth 4 | Set-Content $OutFile

if ($Micro) {
    # Only the tables of the output.
    dotnet run --project "$PSScriptRoot/Micro" -c Release --no-build -- --filter '*' --artifacts (Join-Path (Split-Path $OutFile) micro) |
        Where-Object { $_.StartsWith('|') } | Out-Host
}

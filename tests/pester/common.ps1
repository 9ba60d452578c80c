# Dot-sourced by every test file in BeforeAll: the built module, the test server, and shared functions.

$root = (Resolve-Path "$PSScriptRoot/../..").Path

# The telemetry of PowerShell loads assemblies and opens sockets, which some tests count.
$env:POWERSHELL_TELEMETRY_OPTOUT = 1

# VODPREHEAT_TEST_MODULE specifies the folder of another copy, which the coverage uses.
$script:Manifest = "$($env:VODPREHEAT_TEST_MODULE ?? "$root/out/VodPreheat")/VodPreheat.psd1"
Import-Module $Manifest -Force
if (-not ('VodPreheat.TestServer.LoopbackServer' -as [type])) {
    $assembly = Get-ChildItem "$root/out/artifacts/bin/VodPreheat.TestServer/*/VodPreheat.TestServer.dll" |
        Sort-Object LastWriteTime | Select-Object -Last 1
    Add-Type -Path $assembly.FullName
}

$TestServer = [VodPreheat.TestServer.LoopbackServer]

# The executable of this PowerShell: the process can be dotnet.
$script:pwsh = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')

# A job queries a task for the first time an interval after its submission: not ten seconds in tests that do not say so.
$PSDefaultParameterValues['Invoke-VodPreheat:PollIntervalSec'] = 1

function ConvertTo-Secret([string] $Text) {
    $secure = [securestring]::new()
    foreach ($c in $Text.ToCharArray()) { $secure.AppendChar($c) }
    $secure
}

# The notations in which a secret can be displayed.
function Get-Form([string] $Secret) {
    $bytes = [Text.Encoding]::UTF8.GetBytes($Secret)
    $Secret
    [uri]::EscapeDataString($Secret)
    [Convert]::ToBase64String($bytes)
    [Convert]::ToHexString($bytes)
}

function ConvertTo-Credential([string] $Name, [string] $Secret) {
    [pscredential]::new($Name, (ConvertTo-Secret $Secret))
}

# Connects to a test server with its default access key. More parameters of Connect-VodAccount can be specified; $null removes one.
# Another sign-in method replaces the access key.
function Connect-Server($Server, [hashtable] $With = @{}) {
    $parameters = @{
        AccessKey            = ConvertTo-Credential $TestServer::DefaultAccessKey $TestServer::DefaultSecretKey
        Region               = 'cn-north-4'
        ProjectId            = $TestServer::DefaultProjectId
        Endpoint             = $Server.Endpoint
        IamEndpoint          = $Server.Endpoint
        RequestsPerMinute    = 0
        SubmissionsPerMinute = 0
    }
    if ($With.Keys.Where({ $_ -in 'Token', 'Credential', 'IdentityProvider', 'Identity', 'Default' })) { $parameters.Remove('AccessKey') }
    foreach ($key in $With.Keys) { $parameters[$key] = $With[$key] }
    foreach ($key in @($parameters.Keys)) {
        if ($null -eq $parameters[$key] -or $key -eq 'Default') { $parameters.Remove($key) }
    }
    Connect-VodAccount @parameters
}

# The same without retries.
function Connect-Once($Server, [hashtable] $With = @{}) {
    $parameters = @{ MaximumRetryCount = 0 }
    foreach ($key in $With.Keys) { $parameters[$key] = $With[$key] }
    Connect-Server $Server $parameters
}

# The bytes of every secret that a connection holds, by reflection.
function Get-HeldSecret($Connection) {
    $hidden = [Reflection.BindingFlags] 'Instance, NonPublic'
    $client = [VodPreheat.VodConnection].GetProperty('Client', $hidden).GetValue($Connection)
    $source = $client.GetType().GetField('_source', $hidden).GetValue($client)
    foreach ($secret in $source.GetType().GetProperty('Secrets', $hidden).GetValue($source)) {
        , $secret.GetType().GetField('_utf8', $hidden).GetValue($secret)
    }
}

# Has all connections that are made from now on, and a test server, use another clock: one that runs so many times faster than real time,
# and can be put forward. Resets the server. Returns the clock.
function Use-Clock([double] $Rate, $Server) {
    $clock = [VodPreheat.TestServer.TestClock]::new($Rate)
    if ($Server) { $Server.Reset($clock) }
    Set-Clock $clock
    $clock
}

function Set-Clock([TimeProvider] $Clock) {
    $client = [VodPreheat.VodConnection].GetProperty('Client', [Reflection.BindingFlags] 'Instance, NonPublic').PropertyType.Assembly
    $property = $client.GetType('VodPreheat.Client.Http.TransportSettings').GetProperty('DefaultClock', [Reflection.BindingFlags] 'Static, NonPublic')
    $property.SetValue($null, $Clock)
}

# Ends the default connection, removes the environment variables that Connect-VodAccount reads, goes back to the clock of the machine, and
# starts an empty journal, so that the tests do not write to the journal of the user. A runspace or child process of a test uses the journal of the test.
function Clear-Session {
    Disconnect-VodAccount
    Set-Clock ([TimeProvider]::System)
    if ($drive = Get-PSDrive TestDrive -ErrorAction Ignore) {
        $env:VODPREHEAT_JOURNAL = Join-Path $drive.Root "journal-$([guid]::NewGuid())/journal"
    }
    Remove-Item Env:HUAWEICLOUD_SDK_*, Env:HW_REGION_NAME*, Env:VODPREHEAT_METADATA_ENDPOINT*
}

# The file of this month in the journal, which may not exist yet.
function Get-JournalFile { Join-Path $env:VODPREHEAT_JOURNAL "$([datetime]::UtcNow.ToString('yyyy-MM', [cultureinfo]::InvariantCulture)).jsonl" }

# The lines of the journal, from the oldest to the newest.
function Get-JournalLine {
    Get-ChildItem $env:VODPREHEAT_JOURNAL -Filter *.jsonl -ErrorAction Ignore | Sort-Object Name | Get-Content
}

# Runs a script and returns its output, its non-terminating errors, and its terminating error, if any.
function Get-Outcome([scriptblock] $Script) {
    $ErrorActionPreference = 'Continue'
    $all = [Collections.Generic.List[object]]::new()
    $failure = $null
    try { & $Script 2>&1 | ForEach-Object { $all.Add($_) } } catch { $failure = $_ }
    $errors, $output = $all.Where({ $_ -is [Management.Automation.ErrorRecord] }, 'Split')
    [pscustomobject]@{ Output = @($output); Errors = @($errors); Failure = $failure }
}

# Returns the terminating error of a script, which must have one.
function Get-Failure([scriptblock] $Script) {
    (Get-Outcome $Script).Failure ?? $(throw "Nothing failed: $Script")
}

# Checks what every error of the module must have. The message must match all patterns. One Should for everything: each takes a millisecond.
function Assert-Failure($Failure, [string] $Id, [string] $Category, [string[]] $Match = @()) {
    $exception = $Failure.Exception
    $problems = @(
        if ($Failure -isnot [Management.Automation.ErrorRecord]) { 'it is not an error record' }
        if ("$($Failure.FullyQualifiedErrorId)".Split(',')[0] -cne $Id) { "its ID is $($Failure.FullyQualifiedErrorId)" }
        if ($Failure.CategoryInfo.Category -ne $Category) { "its category is $($Failure.CategoryInfo.Category)" }
        if ($exception -isnot [VodPreheat.VodException]) { "its exception is $exception" }
        elseif ($exception.ErrorCode -cne $Id) { "its code is $($exception.ErrorCode)" }
        if (-not $exception.Hint) { 'it has no hint' }
        # The hint is in the message, and some views show RecommendedAction in addition.
        if ($Failure.ErrorDetails) { "it has the details $($Failure.ErrorDetails)" }
        if ("$Failure" -cne $exception.Message) { "its text is not the message $($exception.Message)" }
        foreach ($part in @($Id, $exception.Hint, $exception.RequestId).Where({ $_ })) {
            if (-not "$Failure".Contains($part)) { "it does not contain $part" }
        }
        foreach ($pattern in $Match) { if ("$Failure" -notmatch $pattern) { "it does not match $pattern" } }
    )
    $problems | Should -BeNullOrEmpty -Because "the error is expected to be $Id, $Category`: $Failure"
}

# Waits until a condition is true. The timeout is only for a condition that never becomes true.
function Wait-Until([scriptblock] $Condition, [int] $Seconds = 120) {
    $end = [datetime]::UtcNow.AddSeconds($Seconds)
    while (-not (& $Condition)) {
        if ([datetime]::UtcNow -gt $end) { throw "Not within $Seconds s: $Condition" }
        Start-Sleep -Milliseconds 10
    }
}

# Starts a script in a separate runspace with the module. Returns Shell, Result, and the growing Output.
function Invoke-Aside([scriptblock] $Script, [object[]] $ArgumentList) {
    $state = [initialsessionstate]::CreateDefault2()
    $state.ImportPSModule($Manifest)
    $shell = [powershell]::Create($state).AddScript($Script)
    foreach ($argument in $ArgumentList) { $null = $shell.AddArgument($argument) }
    $output = [Management.Automation.PSDataCollection[psobject]]::new()
    $inputs = [Management.Automation.PSDataCollection[psobject]]::new()
    $inputs.Complete()
    [pscustomobject]@{ Shell = $shell; Output = $output; Result = $shell.BeginInvoke($inputs, $output) }
}

# Waits for the end of this script and disposes it. Returns its errors, including terminating ones, and then its output.
function Complete-Aside($Run) {
    try {
        Wait-Until { $Run.Result.IsCompleted } -Seconds 60
        $null = $Run.Shell.EndInvoke($Run.Result)
        $Run.Shell.Streams.Error
    } finally {
        Close-Aside $Run
    }
    $Run.Output
}

# Stops this script, as Ctrl+C does, waits for its end, and disposes it.
function Stop-Aside($Run) {
    $runspace = $Run.Shell.Runspace
    Stop-Shell $Run
    $runspace.Dispose()
}

# Stops a script, and leaves its runspace open for the next one.
function Stop-Shell($Run) {
    $stop = $Run.Shell.BeginStop($null, $null)
    Wait-Until { $stop.IsCompleted -and $Run.Result.IsCompleted }
    $Run.Shell.Dispose()
}

# Closes the runspace, too, which has a default connection as long as it is open.
function Close-Aside($Run) {
    $runspace = $Run.Shell.Runspace
    $Run.Shell.Dispose()
    $runspace.Dispose()
}

# Runs a script with text arguments in a separate process. Returns its output as one text, and sets $LASTEXITCODE.
function Invoke-Child([scriptblock] $Script, [string[]] $ArgumentList) {
    $file = Join-Path (Get-PSDrive TestDrive).Root "$([guid]::NewGuid()).ps1"
    Set-Content $file $Script.ToString()
    & $pwsh -NoProfile -NonInteractive -File $file @ArgumentList 2>&1 | Out-String -Width 4096
}

Clear-Session

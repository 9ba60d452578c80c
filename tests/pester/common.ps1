# Dot-sourced by every test file in its BeforeAll: the module as built, the test server, and what the tests share.

$root = (Resolve-Path "$PSScriptRoot/../..").Path

# PowerShell's own telemetry loads assemblies and opens sockets, which some tests count.
$env:POWERSHELL_TELEMETRY_OPTOUT = 1

# VODPREHEAT_TEST_MODULE: the folder of another copy, as coverage has it.
$script:Manifest = "$($env:VODPREHEAT_TEST_MODULE ?? "$root/out/VodPreheat")/VodPreheat.psd1"
Import-Module $Manifest -Force
if (-not ('VodPreheat.TestServer.LoopbackServer' -as [type])) {
    $assembly = Get-ChildItem "$root/out/artifacts/bin/VodPreheat.TestServer/*/VodPreheat.TestServer.dll" |
        Sort-Object LastWriteTime | Select-Object -Last 1
    Add-Type -Path $assembly.FullName
}

$TestServer = [VodPreheat.TestServer.LoopbackServer]

function ConvertTo-Secret([string] $Text) {
    $secure = [securestring]::new()
    foreach ($c in $Text.ToCharArray()) { $secure.AppendChar($c) }
    $secure
}

# The forms in which a secret may show.
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

# Connects to a test server by its default access key; more parameters of Connect-VodAccount may follow, $null takes one away.
# Another way of signing in takes the place of the access key.
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

# The same without retries, where these are not the subject.
function Connect-Once($Server, [hashtable] $With = @{}) {
    $parameters = @{ MaximumRetryCount = 0 }
    foreach ($key in $With.Keys) { $parameters[$key] = $With[$key] }
    Connect-Server $Server $parameters
}

# The bytes of every secret that a connection holds: a look behind its curtain.
function Get-HeldSecret($Connection) {
    $hidden = [Reflection.BindingFlags] 'Instance, NonPublic'
    $client = [VodPreheat.VodConnection].GetProperty('Client', $hidden).GetValue($Connection)
    $source = $client.GetType().GetField('_source', $hidden).GetValue($client)
    foreach ($secret in $source.GetType().GetProperty('Secrets', $hidden).GetValue($source)) {
        , $secret.GetType().GetField('_utf8', $hidden).GetValue($secret)
    }
}

# Ends the default connection, takes away the environment that Connect-VodAccount reads, and begins an empty journal, so that none
# of the tests' submissions come into that of whoever runs them. A runspace or child process of a test keeps to its test's journal.
function Clear-Session {
    Disconnect-VodAccount
    if ($drive = Get-PSDrive TestDrive -ErrorAction Ignore) {
        $env:VODPREHEAT_JOURNAL = Join-Path $drive.Root "journal-$([guid]::NewGuid())/journal.jsonl"
    }
    Remove-Item Env:HUAWEICLOUD_SDK_*, Env:HW_REGION_NAME*, Env:VODPREHEAT_METADATA_ENDPOINT*
}

# Runs a script and gives all that came of it: what it wrote, its non-terminating errors, and the terminating one, if any.
function Get-Outcome([scriptblock] $Script) {
    $ErrorActionPreference = 'Continue'
    $all = [Collections.Generic.List[object]]::new()
    $failure = $null
    try { & $Script 2>&1 | ForEach-Object { $all.Add($_) } } catch { $failure = $_ }
    $errors, $output = $all.Where({ $_ -is [Management.Automation.ErrorRecord] }, 'Split')
    [pscustomobject]@{ Output = @($output); Errors = @($errors); Failure = $failure }
}

# The terminating error of a script, which must have one.
function Get-Failure([scriptblock] $Script) {
    (Get-Outcome $Script).Failure ?? $(throw "Nothing failed: $Script")
}

# Holds an error to what every error of the module has; the message must match all patterns.
function Assert-Failure($Failure, [string] $Id, [string] $Category, [string[]] $Match = @()) {
    $Failure | Should -BeOfType ([Management.Automation.ErrorRecord])
    $Failure.FullyQualifiedErrorId.Split(',')[0] | Should -BeExactly $Id
    $Failure.CategoryInfo.Category | Should -Be $Category
    $Failure.Exception | Should -BeOfType ([VodPreheat.VodException])
    $Failure.Exception.ErrorCode | Should -BeExactly $Id
    $Failure.Exception.Hint | Should -Not -BeNullOrEmpty
    $Failure.ErrorDetails | Should -BeNullOrEmpty -Because 'the hint is in the message, and some views show RecommendedAction in addition'
    "$Failure" | Should -BeExactly $Failure.Exception.Message
    foreach ($part in @($Id, $Failure.Exception.Hint, $Failure.Exception.RequestId).Where({ $_ })) {
        "$Failure".Contains($part) | Should -BeTrue -Because "'$part' belongs into '$Failure'"
    }
    foreach ($pattern in $Match) { "$Failure" | Should -Match $pattern }
}

# Waits for what comes sooner or later; a bound for what never comes, not a measure.
function Wait-Until([scriptblock] $Condition, [int] $Seconds = 20) {
    $end = [datetime]::UtcNow.AddSeconds($Seconds)
    while (-not (& $Condition)) {
        if ([datetime]::UtcNow -gt $end) { throw "Not within $Seconds s: $Condition" }
        Start-Sleep -Milliseconds 10
    }
}

# Begins a script in a runspace of its own, which has the module: Shell, Result and the growing Output.
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

# Waits for the end of such a script and lets go of it; gives its errors, terminating ones too, and then what it wrote.
function Complete-Aside($Run) {
    try {
        Wait-Until { $Run.Result.IsCompleted } -Seconds 60
        $null = $Run.Shell.EndInvoke($Run.Result)
        $Run.Shell.Streams.Error
    } finally {
        $Run.Shell.Dispose()
    }
    $Run.Output
}

# Stops such a script as Ctrl+C does, which must come to its end, and lets go of it.
function Stop-Aside($Run) {
    $stop = $Run.Shell.BeginStop($null, $null)
    Wait-Until { $stop.IsCompleted -and $Run.Result.IsCompleted }
    $Run.Shell.Dispose()
}

# Runs a script with text arguments in a process of its own; gives all it printed as one text, and its $LASTEXITCODE.
function Invoke-Child([scriptblock] $Script, [string[]] $ArgumentList) {
    $file = Join-Path (Get-PSDrive TestDrive).Root "$([guid]::NewGuid()).ps1"
    Set-Content $file $Script.ToString()
    & (Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')) -NoProfile -NonInteractive -File $file @ArgumentList 2>&1 | Out-String -Width 4096
}

Clear-Session

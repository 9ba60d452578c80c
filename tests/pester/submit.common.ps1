# Dot-sourced behind common.ps1 by the tests of submitting and waiting.

function Get-SampleUrl([int] $Count, [int] $From = 1) {
    $From..($From + $Count - 1) | ForEach-Object { "https://cdn.example.com/$_.mp4" }
}

# Runs a pipeline to its end, and sorts what came: output, errors, verbose lines, and the error that ended it.
function Invoke-Captured([scriptblock] $Pipeline) {
    $ErrorActionPreference = 'Continue'
    $captured = [pscustomobject]@{
        Output  = [Collections.Generic.List[object]]::new()
        Errors  = [Collections.Generic.List[object]]::new()
        Verbose = [Collections.Generic.List[string]]::new()
        End     = $null
    }
    try {
        & $Pipeline *>&1 | ForEach-Object {
            if ($_ -is [Management.Automation.ErrorRecord]) { $captured.Errors.Add($_) }
            elseif ($_ -is [Management.Automation.VerboseRecord]) { $captured.Verbose.Add($_.Message) }
            else { $captured.Output.Add($_) }
        }
    } catch {
        $captured.End = $_
    }
    $captured
}

# The id of an error, without the cmdlet's name behind it.
function Get-ErrorId($Record) {
    $Record.FullyQualifiedErrorId.Split(',')[0]
}

# Waits until a condition holds; ten seconds are the bound, not a measurement.
function Wait-Until([scriptblock] $Condition) {
    $bound = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($bound.Elapsed.TotalSeconds -gt 10) { throw "It did not come to this in time: $Condition" }
        Start-Sleep -Milliseconds 10
    }
}

# Starts a script in a second runspace, on the process's default connection.
function Start-Elsewhere([string] $Script) {
    $state = [initialsessionstate]::CreateDefault2()
    $state.ImportPSModule((Get-Module VodPreheat).Path)
    $shell = [powershell]::Create($state).AddScript($Script)
    $shell | Add-Member Running $shell.BeginInvoke() -PassThru
}

# Stops such a script as Ctrl+C does, and gives its state: 'Stopped', if that came at once.
function Stop-Elsewhere($Shell) {
    $stopped = $Shell.BeginStop($null, $null)
    $null = $stopped.AsyncWaitHandle.WaitOne(10000)
    $Shell.InvocationStateInfo.State
}

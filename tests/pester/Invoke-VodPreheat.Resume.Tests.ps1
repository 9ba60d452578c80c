# Invoke-VodPreheat -ResumeSince: run again after every end, and by several processes and machines that have one journal.

BeforeAll {
    . $PSScriptRoot/common.ps1
    . $PSScriptRoot/submit.common.ps1
    $server = $TestServer::Start()

    # What each run of a job does: the time is before all of them.
    function Get-Again {
        [CmdletBinding()]
        param([int] $Count)
        Get-SampleUrl $Count | Invoke-VodPreheat -ResumeSince $since -PollIntervalSec 1
    }

    function Get-Post { @($server.Requests | Where-Object Method -EQ POST) }

    function Get-EventCount([string] $Event) { @(Get-JournalLine | Select-String "`"$Event`"").Count }

    # After the last run, every URL is loaded and reported once, and nothing that was accepted and did not fail was submitted again.
    function Assert-Finished($Outcomes, [int] $Count, [string[]] $Repeated = @()) {
        $Outcomes.Url | Sort-Object | Should -Be (Get-SampleUrl $Count | Sort-Object)
        $Outcomes.Status | Select-Object -Unique | Should -Be 'succeed'
        $server.SubmittedUrls | Sort-Object | Should -Be (@(Get-SampleUrl $Count) + $Repeated | Sort-Object)
    }

    # The tasks that never end by themselves have loaded their URLs.
    function Complete-Task {
        $server.PollsUntilDone = 0
        foreach ($task in Get-VodPreheatTask -WarningAction SilentlyContinue | Where-Object TaskId) {
            $server.SetTask($task.TaskId, [string[]] ($task.Url | ForEach-Object { "succeed $_" }))
        }
    }

    # Starts the job in a process that has nothing in common with this one but the journal: its home folder, temporary folder, and time
    # zone are its own. It begins when a line is written to its input, and writes its report to a file.
    function Start-Machine([string] $Name, [int] $Count) {
        $folder = (New-Item (Join-Path (Get-PSDrive TestDrive).Root "$Name-$([guid]::NewGuid())") -ItemType Directory).FullName
        $script = Join-Path $folder job.ps1
        Set-Content $script @'
param($manifest, $endpoint, [int] $count, $since, $report)
Import-Module $manifest
Connect-VodAccount -Region cn-north-4 -Endpoint $endpoint -RequestsPerMinute 0 -SubmissionsPerMinute 0
$null = Get-VodPreheatTask -WarningAction SilentlyContinue | Get-VodPreheatResult -ErrorAction SilentlyContinue
'ready'
$null = [Console]::In.ReadLine()
1..$count | ForEach-Object { "https://cdn.example.com/$_.mp4" } | Invoke-VodPreheat -ResumeSince $since -PollIntervalSec 1 -ErrorAction Continue | Export-Csv $report
'@
        $report = Join-Path $folder report.csv
        $start = [Diagnostics.ProcessStartInfo]::new($pwsh)
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        '-NoProfile', '-NonInteractive', '-File', $script, $Manifest, $server.Endpoint, $Count, $since.ToString('o'), $report |
            ForEach-Object { $start.ArgumentList.Add($_) }
        'HOME', 'USERPROFILE', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'LOCALAPPDATA', 'TMPDIR', 'TEMP' |
            ForEach-Object { $start.Environment[$_] = $folder }
        $start.Environment['TZ'] = $Name -eq 'east' ? 'Asia/Shanghai' : 'America/New_York'
        $start.Environment['HUAWEICLOUD_SDK_AK'] = $TestServer::DefaultAccessKey
        $start.Environment['HUAWEICLOUD_SDK_SK'] = $TestServer::DefaultSecretKey
        $start.Environment['HUAWEICLOUD_SDK_PROJECT_ID'] = $TestServer::DefaultProjectId
        $process = [Diagnostics.Process]::Start($start)
        [pscustomobject]@{ Process = $process; Errors = $process.StandardError.ReadToEndAsync(); Report = $report }
    }

    # Lets machines begin at the same time, as soon as all of them are ready.
    function Start-MachineJob([object[]] $Machines) {
        foreach ($machine in $Machines) { $machine.Process.StandardOutput.ReadLine() | Should -Be 'ready' }
        foreach ($machine in $Machines) { $machine.Process.StandardInput.WriteLine() }
    }

    # Waits for the end of a machine's job and returns its report.
    function Complete-Machine($Machine) {
        try {
            if (-not $Machine.Process.WaitForExit(120000)) { throw 'The job does not end.' }
            $Machine.Process.ExitCode | Should -Be 0 -Because $Machine.Errors.Result
            Import-Csv $Machine.Report
        } finally {
            Stop-Machine $Machine
        }
    }

    function Stop-Machine($Machine) {
        $Machine.Process.Kill()
        $Machine.Process.WaitForExit()
        $Machine.Process.Dispose()
    }

    # Runs the job on a machine from its start to its end.
    function Invoke-Machine([string] $Name, [int] $Count) {
        $machine = Start-Machine $Name $Count
        Start-MachineJob $machine
        Complete-Machine $machine
    }
}

AfterAll {
    Clear-Session
    $server.Dispose()
}

Describe 'Invoke-VodPreheat -ResumeSince' {
    BeforeEach {
        $server.Reset()
        $server.PollsUntilDone = 0
        $journal = $env:VODPREHEAT_JOURNAL
        $since = [datetimeoffset]::UtcNow.AddMinutes(-30)
        Connect-Server $server
    }

    AfterEach { Clear-Session }

    Context 'after an end of the command' {
        It 'queries what was loaded, each task once, and submits nothing' {
            Assert-Finished (Get-SampleUrl 12 | Invoke-VodPreheat) 12
            $before = $server.RequestCount
            Connect-Server $server
            Assert-Finished (Get-Again 12) 12
            $server.RequestCount | Should -Be ($before + 2)
            Get-Post | Should -HaveCount 2
        }

        It 'waits for unfinished tasks after a timeout' {
            $server.PollsUntilDone = 3
            $null = Get-SampleUrl 12 | Invoke-VodPreheat -TimeoutSec 1 -PollIntervalSec 1 -ErrorAction SilentlyContinue
            Assert-Finished (Get-Again 12) 12
            Get-Post | Should -HaveCount 2
        }

        It 'continues after a used-up quota' {
            $server.Quota = 10
            $null = Get-SampleUrl 25 | Invoke-VodPreheat -ErrorAction SilentlyContinue
            Get-Post | Should -HaveCount 2
            $server.Quota = 100
            Assert-Finished (Get-Again 25) 25
            Get-Post | Should -HaveCount 4
        }

        It 'continues after a wrong key, <When>' -ForEach @(
            @{ When = 'while queries are refused'; Resume = $true }
            @{ When = 'and a submission that was refused after one that was accepted'; Resume = $false }
        ) {
            $null = Get-SampleUrl 10 | Invoke-VodPreheat
            Connect-Server $server @{ AccessKey = ConvertTo-Credential 'WRONG' 'key' }
            $before = $server.RequestCount
            $run = Get-Outcome { if ($Resume) { Get-Again 25 } else { Get-SampleUrl 25 | Invoke-VodPreheat } }
            $run.Output.Url | Sort-Object | Should -Be (Get-SampleUrl 25 | Sort-Object)
            Assert-Failure $run.Failure 'APIGW.0301' AuthenticationError
            $server.RequestCount | Should -Be ($before + 1) -Because 'a refused key is not tried again'
            Connect-Server $server
            Assert-Finished (Get-Again 25) 25
            Get-Post | Where-Object StatusSent -EQ 202 | Should -HaveCount 3
        }

        It 'submits again the half of the URLs that failed' {
            $server.PollsUntilDone = 1000
            $null = Get-SampleUrl 20 | Invoke-VodPreheat -TimeoutSec 1 -PollIntervalSec 1 -ErrorAction SilentlyContinue
            $failed = Get-SampleUrl 20 | Where-Object { $_ -match '[02468]\.mp4' }
            foreach ($task in Get-VodPreheatTask) {
                $server.SetTask($task.TaskId, [string[]] ($task.Url | ForEach-Object { ($_ -in $failed ? 'failed ' : 'succeed ') + $_ }))
            }
            $server.PollsUntilDone = 0
            $outcomes = Get-Again 20
            Assert-Finished $outcomes 20 -Repeated $failed
            $outcomes | ForEach-Object { $_.Attempts | Should -Be ($_.Url -in $failed ? 2 : 1) }
            Assert-Finished (Get-Again 20) 20 -Repeated $failed
        }

        It 'submits again what the service no longer knows' {
            $null = Get-SampleUrl 20 | Invoke-VodPreheat
            $forgotten = (Get-VodPreheatTask)[1]
            $server.AddAnswerFor($forgotten.TaskId, 400, '{"error_code":"VOD.10062","error_msg":"The asset or resource does not exist."}', 'application/json', '', '', -1)
            Assert-Finished (Get-Again 20) 20 -Repeated $forgotten.Url
            Get-Post | Should -HaveCount 3
            Assert-Finished (Get-Again 20) 20 -Repeated $forgotten.Url
        }

        It 'continues after Ctrl+C' {
            $server.LatencyMs = 200
            $run = Invoke-Aside { 1..40 | ForEach-Object { "https://cdn.example.com/$_.mp4" } | Invoke-VodPreheat }
            Wait-Until { $server.SubmittedUrls.Count -ge 20 }
            Stop-Aside $run
            Wait-Until { (Get-EventCount sending) -eq (Get-EventCount accepted) + (Get-EventCount refused) }
            Assert-Finished (Get-Again 40) 40
        }
    }

    # The process that is terminated has one submission to make: of the second ten URLs.
    Context 'after kill -9 of the process' {
        BeforeEach {
            Get-SampleUrl 10 | Invoke-VodPreheat | Should -HaveCount 10
            # Queries of the first task use a fault of their own, so that the others are for the submission.
            $server.AddFaultFor((Get-VodPreheatTask).TaskId, 'Bom', -1)
            # The connection is accepted by one query before the job; the next is one of the job, which then also submits.
            $queries = $server.RequestCount + 1
            $server.PollsUntilDone = 1000
            $lock = $null
            $machine = Start-Machine east 20
        }

        AfterEach {
            if ($lock) { $lock.Dispose() }
            if ($machine.Process) { Stop-Machine $machine }
        }

        BeforeAll {
            # Holds the lock of the journal, as another process does.
            function Get-JournalLock {
                $held = @{ File = $null }
                Wait-Until {
                    try { $held.File = [IO.File]::Open("$journal/journal.lock", 'OpenOrCreate', 'ReadWrite', 'None') } catch [IO.IOException] { $held.File = $null }
                    $held.File
                }
                $held.File
            }

            # Runs the job again after the process was terminated, and once more, which must submit nothing.
            function Assert-Resumed([int] $Accepted) {
                Stop-Machine $machine
                $machine.Process = $null
                if ($lock) { $lock.Dispose() }
                Get-Post | Where-Object StatusSent -LE 202 | Should -HaveCount (1 + $Accepted)
                $server.ClearFaults()
                $server.LatencyMs = 0
                Complete-Task
                $isKnown = (Get-EventCount accepted) -eq 2
                $repeated = $Accepted -and -not $isKnown ? (Get-SampleUrl 10 -From 11) : @()
                Assert-Finished (Get-Again 20 -WarningAction SilentlyContinue) 20 -Repeated $repeated
                $posts = (Get-Post).Count
                Assert-Finished (Get-Again 20 -WarningAction SilentlyContinue) 20 -Repeated $repeated
                Get-Post | Should -HaveCount $posts
            }
        }

        It 'before the submission is recorded' {
            $lock = Get-JournalLock
            Start-MachineJob $machine
            Wait-Until { $server.RequestCount -gt $queries }
            Get-EventCount sending | Should -Be 1
            Assert-Resumed -Accepted 0
        }

        It 'while the submission is recorded' {
            $lock = Get-JournalLock
            Start-MachineJob $machine
            Wait-Until { $server.RequestCount -gt $queries }
            [IO.File]::AppendAllText((Get-JournalFile), '{"event":"sending","id":"0123","time":"2026-')
            Assert-Resumed -Accepted 0
        }

        It 'after it is recorded and before the service has it' {
            $server.AddAnswer(429, '{"error_code":"APIGW.0308","error_msg":"limit"}', 'application/json', 'Retry-After', '60')
            Start-MachineJob $machine
            Wait-Until { (Get-Post).Count -eq 2 }
            Get-EventCount sending | Should -Be 2
            Get-EventCount accepted | Should -Be 1
            Assert-Resumed -Accepted 0
        }

        It 'after the service has it and <When>' -ForEach @(
            @{ When = 'before it answers'; Fault = 'Stall' }
            @{ When = 'while it answers'; Fault = 'StallInBody' }
        ) {
            $server.AddFault($Fault)
            Start-MachineJob $machine
            Wait-Until { $server.SubmittedUrls.Count -eq 20 }
            Get-EventCount sending | Should -Be 2
            Get-EventCount accepted | Should -Be 1
            Assert-Resumed -Accepted 1
        }

        It 'after the answer and <When>' -ForEach @(
            @{ When = 'before it is recorded'; Torn = '' }
            @{ When = 'while it is recorded'; Torn = '{"event":"acc' }
        ) {
            $server.LatencyMs = 3000
            Start-MachineJob $machine
            Wait-Until { (Get-Post).Count -eq 2 }
            $lock = Get-JournalLock
            Wait-Until { (Get-Post)[1].StatusSent -eq 202 }
            [IO.File]::AppendAllText((Get-JournalFile), $Torn)
            Get-EventCount sending | Should -Be 2
            Assert-Resumed -Accepted 1
        }

        It 'after the answer is recorded' {
            Start-MachineJob $machine
            Wait-Until { (Get-EventCount accepted) -eq 2 }
            Assert-Resumed -Accepted 1
            $server.SubmittedUrls | Should -Be (Get-SampleUrl 20)
        }
    }

    Context 'by two machines with one journal on a shared folder' {
        BeforeEach {
            $folder = (New-Item (Join-Path (Get-PSDrive TestDrive).Root "share-$([guid]::NewGuid())") -ItemType Directory).FullName
            $journal = $env:VODPREHEAT_JOURNAL = $folder
        }

        It 'finishes the job one after the other, without a second submission' {
            $server.Quota = 10
            $first = Invoke-Machine east 25
            $first.Status | Group-Object -NoElement | ForEach-Object { "$($_.Name) $($_.Count)" } | Sort-Object | Should -Be 'notSubmitted 15', 'succeed 10'
            $server.Quota = 100
            Assert-Finished (Invoke-Machine west 25) 25
            $posts = (Get-Post).Count
            Assert-Finished (Invoke-Machine east 25) 25
            Get-Post | Should -HaveCount $posts
            Get-ChildItem $folder -Name | Sort-Object | Should -Be (Split-Path (Get-JournalFile) -Leaf), journal.lock
        }

        It 'finishes the job of a machine that was terminated' {
            $server.PollsUntilDone = 1000
            $machine = Start-Machine east 20
            try {
                Start-MachineJob $machine
                Wait-Until { (Get-EventCount accepted) -eq 2 } -Seconds 60
            } finally {
                Stop-Machine $machine
            }

            Complete-Task
            Assert-Finished (Invoke-Machine west 20) 20
        }

        It 'finishes at the same time, and nothing is submitted more than twice or after that<With>' -ForEach @(
            @{ With = ''; Quota = 10000 }
            @{ With = ', even if the quota ends the first runs'; Quota = 250 }
        ) {
            $server.Quota = $Quota
            $server.LatencyMs = 5
            $machines = 'east', 'west' | ForEach-Object { Start-Machine $_ 200 }
            Start-MachineJob $machines
            foreach ($machine in $machines) {
                $report = Complete-Machine $machine
                $report.Url | Sort-Object | Should -Be (Get-SampleUrl 200 | Sort-Object)
                if ($Quota -gt 400) { $report.Status | Select-Object -Unique | Should -Be 'succeed' }
            }

            $server.SubmittedUrls | Group-Object | Where-Object Count -GT 2 | Should -BeNullOrEmpty
            $tasks = Get-VodPreheatTask -WarningVariable warnings
            $warnings | Should -BeNullOrEmpty
            @($tasks.Where{ $_.TaskId }.Url | Sort-Object) | Should -Be @($server.SubmittedUrls | Sort-Object) -Because 'every line is in the journal'

            # What one of them was granted is not submitted again because the other was refused.
            $granted = $server.SubmittedUrls
            $server.Quota = 10000
            $last = Invoke-Machine east 200
            $repeated = $granted | Group-Object | Where-Object Count -EQ 2 | ForEach-Object Name
            Assert-Finished $last 200 -Repeated $repeated
        }
    }

    Context 'by two commands of one session' {
        It 'finishes both, and no URL is missing' {
            $runs = 1..2 | ForEach-Object { Invoke-Aside { 1..20 | ForEach-Object { "https://cdn.example.com/$_.mp4" } | Invoke-VodPreheat -ResumeSince ([datetimeoffset]::Now.AddMinutes(-30)) -PollIntervalSec 1 } }
            foreach ($run in $runs) {
                $null = Complete-Aside $run
                $run.Output | Should -HaveCount 20
                $run.Output.Status | Select-Object -Unique | Should -Be 'succeed'
            }

            $server.SubmittedUrls | Group-Object | Where-Object Count -GT 2 | Should -BeNullOrEmpty
        }
    }

    Context 'the clocks of machines that share a journal' {
        It 'displays a warning for URLs that were submitted shortly before the time, and submits them' {
            $null = Get-SampleUrl 3 | Invoke-VodPreheat
            $outcomes = Get-SampleUrl 4 | Invoke-VodPreheat -ResumeSince ([datetimeoffset]::Now) -WarningVariable warnings -WarningAction SilentlyContinue
            $outcomes.Status | Select-Object -Unique | Should -Be 'succeed'
            $warnings | Should -HaveCount 1
            "$warnings" | Should -BeLike '*3 of the URLs*clocks*'
            $server.SubmittedUrls | Should -HaveCount 7
        }
    }
}

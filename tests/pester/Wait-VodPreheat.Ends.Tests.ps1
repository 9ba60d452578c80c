# The end of a wait: the timeout and Ctrl+C; and its progress bar.

BeforeAll {
    . $PSScriptRoot/common.ps1
    . $PSScriptRoot/submit.common.ps1
    . $PSScriptRoot/wait.common.ps1
}

AfterAll {
    Disconnect-VodAccount
    $server.Dispose()
}

Describe 'Wait-VodPreheat, early end and progress' {
    BeforeEach {
        $server.Reset()
        Connect-Server $server
    }

    AfterEach { Clear-Session }

    Context 'when the time is up' {
        It 'each unfinished task is reported with its last results' {
            $server.SetTask('half', [string[]] ('succeed https://a/1', 'processing https://a/2'))
            $server.SetTask('empty', [string[]] @())
            $server.SetTask('done', 'succeed https://b/1')
            $run = Get-Outcome { 'half', 'done', 'empty' | Wait-VodPreheat -TimeoutSec 1 }
            $run.Output.TaskId | Should -Be 'done'
            $run.Failure | Should -BeNullOrEmpty
            $run.Errors | ForEach-Object { Get-ErrorId $_ } | Should -Be 'VodWaitTimeout', 'VodWaitTimeout'
            $run.Errors.TargetObject | Should -Be 'half', 'empty'
            $run.Errors[0].CategoryInfo.Category | Should -Be 'OperationTimeout'
            $run.Errors[0].Exception | Should -BeOfType VodPreheat.VodWaitTimeoutException
            $run.Errors[0].Exception.LastResults | ForEach-Object { "$($_.TaskId) $_" } |
                Should -Be 'half succeed https://a/1', 'half processing https://a/2'
            $run.Errors[0].Exception.Message | Should -BeLike '*half*1 of its 2 URLs*'
            $run.Errors[1].Exception.LastResults.Count | Should -Be 0
        }

        It 'each unfinished task is queried once more' {
            $server.SetTask('t', 'processing https://a/1')
            $server.SetTask('u', 'processing https://a/1')
            $run = Get-Outcome { 't', 'u' | Wait-VodPreheat -TimeoutSec 1 -PollIntervalSec 3600 }
            $run.Errors.TargetObject | Should -Be 't', 'u'
            Get-QueryCount t | Should -Be 2
            Get-QueryCount u | Should -Be 2
        }

        It 'a task that finished during the last interval is returned' {
            Set-Task t @(('processing https://a/1'), ('succeed https://a/1'))
            (Wait-VodPreheat t -TimeoutSec 1 -PollIntervalSec 3600).Status | Should -Be 'succeed'
        }

        It 'an answer that was received while the pipeline was busy is returned' {
            $server.SetTask('done', 'succeed https://a/1')
            Set-Task late @(('processing https://b/1'), ('succeed https://b/1'))
            $run = Get-Outcome { 'done', 'late' | Wait-VodPreheat -TimeoutSec 2 -PollIntervalSec 1 | ForEach-Object { Start-Sleep -Seconds 3; $_ } }
            $run.Errors | Should -BeNullOrEmpty
            $run.Output.TaskId | Should -Be 'done', 'late'
        }

        It 'one error has all unfinished tasks with <Name>' -ForEach @(
            @{ Name = '-ErrorAction Stop'; Wait = { Wait-VodPreheat half, done, empty -TimeoutSec 1 -ErrorAction Stop } }
            @{ Name = '$ErrorActionPreference Stop'; Wait = { $ErrorActionPreference = 'Stop'; Wait-VodPreheat half, done, empty -TimeoutSec 1 } }
        ) {
            $server.SetTask('half', [string[]] ('succeed https://a/1', 'processing https://a/2'))
            $server.SetTask('empty', [string[]] @())
            $server.SetTask('done', 'succeed https://b/1')
            $failure = try { & $Wait | Should -HaveCount 1 } catch { $_ }
            Assert-Failure $failure 'VodWaitTimeout' 'OperationTimeout'
            $failure.TargetObject | Should -Be 'half', 'empty'
            $failure.Exception.LastResults | ForEach-Object { "$($_.TaskId) $_" } | Should -Be 'half succeed https://a/1', 'half processing https://a/2'
            $failure.Exception.Message | Should -BeLike '2 tasks (see TargetObject) were still open after 1 s: 1 of their 2 URLs has not finished*'
        }

        It 'with -ErrorAction Stop, the error of a task has all unfinished tasks' {
            $server.SetTask('open', 'processing https://a/1')
            $failure = try { Wait-VodPreheat open, unknown -ErrorAction Stop } catch { $_ }
            Assert-Failure $failure 'VOD.10062' 'ObjectNotFound'
            $failure.TargetObject | Should -Be 'unknown', 'open'
        }

        It 'the last queries wait at most ten seconds without an answer' {
            $clock = Use-Clock 20 $server
            Connect-Server $server @{ TimeoutSec = 3600 }
            $server.AddFault('Stall', -1)
            $idle = $server.OpenConnections
            $start = $clock.GetTimestamp()
            $run = Invoke-Aside { Wait-VodPreheat t -TimeoutSec 60 }
            Get-ErrorId (Complete-Aside $run) | Should -Be 'VodWaitTimeout'
            $clock.GetElapsedTime($start).TotalSeconds | Should -BeGreaterThan 70
            Wait-Until { $server.OpenConnections -le $idle }
        }
    }

    Context 'Ctrl+C' {
        It 'ends the wait immediately <When>' -ForEach @(
            @{ When = 'with a query in flight'; Fault = 'Stall' }
            @{ When = 'between two queries'; Fault = 'EmptyResults' }
        ) {
            Connect-Server $server @{ TimeoutSec = 120 }
            $server.SetTask('t', 'processing https://a/1')
            $server.AddFault($Fault, -1)
            $run = Invoke-Aside { Wait-VodPreheat t -PollIntervalSec 3600 }
            Wait-Until { $server.RequestCount -eq 1 -and ($Fault -eq 'Stall' -or $server.Requests[0].StatusSent) }
            Stop-Aside $run
            $run.Output | Should -BeNullOrEmpty
        }

        It 'has the same effect as Select-Object -First' {
            $server.SetTask('open', 'processing https://a/1')
            $server.SetTask('done', 'succeed https://b/1')
            $run = Invoke-Aside { 'open', 'done' | Wait-VodPreheat -PollIntervalSec 3600 | Select-Object -First 1 }
            (Complete-Aside $run).TaskId | Should -Be 'done'
        }
    }

    Context 'progress' {
        BeforeAll {
            # All at the same time, because each takes three seconds. A task has one answer per second.
            $server.Reset()
            Connect-Server $server
            foreach ($name in 'shown', 'ignored', 'silent', 'enough') {
                Set-Task $name @(
                    ('processing https://a/1', 'processing https://a/2'), ('processing https://a/1', 'failed https://a/2'),
                    ('processing https://a/1', 'failed https://a/2'), ('succeed https://a/1', 'failed https://a/2'))
            }

            $server.SetTask('quick', 'succeed https://b/1')
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $runs = @{
                shown   = Invoke-Aside { Wait-VodPreheat quick, shown -PollIntervalSec 1 -TimeoutSec 600 }
                ignored = Invoke-Aside { Wait-VodPreheat ignored -PollIntervalSec 1 -ProgressAction Ignore }
                silent  = Invoke-Aside { $ProgressPreference = 'SilentlyContinue'; Wait-VodPreheat silent -PollIntervalSec 1 }
                enough  = Invoke-Aside { Wait-VodPreheat enough -PollIntervalSec 1 | Select-Object -First 1 }
                quick   = Invoke-Aside { Wait-VodPreheat quick }
            }
            Wait-Until { -not $runs.Values.Where({ -not $_.Result.IsCompleted }) }
            $clock.Stop()
            $bar = $runs.shown.Shell.Streams.Progress
        }

        AfterAll {
            $runs.Values.Shell.Dispose()
        }

        It 'is one bar' {
            $bar.Count | Should -BeGreaterThan 1
            $bar | ForEach-Object { "$($_.ActivityId) $($_.Activity)" } | Select-Object -Unique | Should -Be "0 Waiting for pre-loading (cn-north-4, $($TestServer::DefaultProjectId.Substring(0, 7))`u{2026})"
        }

        It 'displays the numbers of finished tasks and URLs, and the time until the timeout' {
            $bar[0].StatusDescription | Should -Match '^1 of 2 tasks done; URLs: 1 loaded, 1 failed, 1 open; timeout in 59\d s$'
            $bar[0].PercentComplete | Should -Be 66
            $bar[0].SecondsRemaining | Should -Be -1 -Because 'hosts show it as an estimate of the end'
        }

        It 'is updated at most twice per second' {
            # From the third second on, and the record that completes it.
            $bar.Count | Should -BeLessOrEqual (2 * ($clock.Elapsed.TotalSeconds - 2) + 2)
        }

        It 'is completed <When>' -ForEach @(
            @{ When = 'at the end'; Name = 'shown' }
            @{ When = 'when nobody wants more'; Name = 'enough' }
        ) {
            $records = $runs[$Name].Shell.Streams.Progress
            $records[-1].RecordType | Should -Be 'Completed'
            @($records | Where-Object RecordType -EQ Completed) | Should -HaveCount 1
        }

        It 'is hidden by <When>' -ForEach @(
            @{ When = '-ProgressAction Ignore'; Name = 'ignored' }
            @{ When = '$ProgressPreference = "SilentlyContinue"'; Name = 'silent' }
        ) {
            $runs[$Name].Output | Should -HaveCount 2
            $runs[$Name].Shell.Streams.Progress | Should -BeNullOrEmpty
        }

        It 'is not displayed before two seconds' {
            $runs.quick.Output | Should -HaveCount 1
            $runs.quick.Shell.Streams.Progress | Should -BeNullOrEmpty
        }
    }
}

BeforeAll {
    . $PSScriptRoot/common.ps1
    . $PSScriptRoot/submit.common.ps1
    $server = $TestServer::Start()

    # The answers of a task, one query after the other; the last one stays.
    function Set-Task([string] $TaskId, [string[][]] $Answers) {
        foreach ($answer in $Answers) { $server.AddTaskAnswer($TaskId, $answer) }
    }

    function Get-QueryCount([string] $TaskId) {
        @($server.Requests | Where-Object TaskId -CEQ $TaskId).Count
    }
}

AfterAll {
    Disconnect-VodAccount
    $server.Dispose()
}

Describe 'Wait-VodPreheat' {
    BeforeEach {
        $server.Reset()
        Connect-Server $server
    }

    Context 'tasks' {
        It 'are returned when they finish, in the order in which they finish' {
            Set-Task late @(('processing https://a/1', 'succeed https://a/2'), ('succeed https://a/1', 'failed https://a/2'))
            Set-Task soon @(, 'succeed https://b/1')
            $results = 'late', 'soon' | Wait-VodPreheat -PollIntervalSec 1
            $results | ForEach-Object { "$($_.TaskId) $_" } |
                Should -Be 'soon succeed https://b/1', 'late succeed https://a/1', 'late failed https://a/2'
            $results | Should -BeOfType VodPreheat.PreheatingResult
        }

        It 'are returned while others are unfinished' {
            Set-Task open @(, 'processing https://a/1')
            Set-Task done @(, 'succeed https://b/1')
            $run = Invoke-Aside { Wait-VodPreheat open, done }
            Wait-Until { $run.Output.Count -eq 1 }
            $run.Output[0].TaskId | Should -Be 'done'
            Stop-Aside $run
        }

        It 'are not finished while <What>' -ForEach @(
            @{ What = 'there are no rows'; First = [string[]] @() }
            @{ What = 'one row is open'; First = [string[]] ('succeed https://a/2', 'processing https://a/1') }
            @{ What = 'a status is unknown'; First = [string[]] 'sleeping https://a/1' }
            @{ What = 'a status has another end'; First = [string[]] 'succeeded https://a/1' }
            @{ What = 'a status is upper case and open'; First = [string[]] 'PROCESSING https://a/1' }
        ) {
            $server.AddTaskAnswer('t', $First)
            $server.AddTaskAnswer('t', 'succeed https://a/1')
            Wait-VodPreheat t -PollIntervalSec 1 | Should -HaveCount 1
            $server.RequestCount | Should -Be 2
        }

        It 'can have a status in uppercase letters, whose text is kept' {
            $server.SetTask('t', [string[]] ('SUCCEED https://a/1', 'Failed https://a/2'))
            (Wait-VodPreheat t).Status | Should -BeExactly 'SUCCEED', 'Failed'
            $server.RequestCount | Should -Be 1
        }

        It 'can be specified <From>' -ForEach @(
            @{ From = 'as an argument'; Wait = { Wait-VodPreheat t1, t2 } }
            @{ From = 'from the pipeline'; Wait = { 't1', 't2' | Wait-VodPreheat } }
            @{ From = 'by the property TaskId, as of a CSV file'; Wait = { 'TaskId', 't1', 't2' | ConvertFrom-Csv | Wait-VodPreheat } }
            @{ From = 'of PreheatTask objects'; Wait = { 't1', 't2' | ForEach-Object { [VodPreheat.PreheatTask]::new($_, @(), 'a', [DateTimeOffset]::Now) } | Wait-VodPreheat } }
            @{ From = 'of PreheatingResult objects'; Wait = { 't1', 't2' | ForEach-Object { [VodPreheat.PreheatingResult]::new($_, 'u', 'processing') } | Wait-VodPreheat } }
        ) {
            $server.AnyTask = $true
            $run = Get-Outcome $Wait
            $run.Errors + $run.Failure | Should -BeNullOrEmpty
            $run.Output.TaskId | Sort-Object | Should -Be 't1', 't2'
        }

        It 'are waited for once if they are repeated, also with spaces around the ID' {
            $server.AnyTask = $true
            't', " t`t", 'T' | Wait-VodPreheat | Should -HaveCount 2
            $server.Requests.TaskId | Sort-Object -CaseSensitive | Should -BeExactly 't', 'T'
        }

        It 'with a blank ID cause an error, and the others are waited for' {
            $server.AnyTask = $true
            $run = Get-Outcome { 't', ' ', $null, '', 'u' | Wait-VodPreheat }
            $run.Errors | ForEach-Object { Get-ErrorId $_ } | Should -Be 'VodInvalidTaskId', 'VodInvalidTaskId', 'VodInvalidTaskId'
            $run.Errors[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
            $run.Output.TaskId | Sort-Object | Should -Be 't', 'u'
        }

        It 'can be an empty list, for which nothing is sent' {
            @() | Wait-VodPreheat | Should -BeNullOrEmpty
            $server.RequestCount | Should -Be 0
        }

        It 'can be many, with up to 8 concurrent queries' {
            $server.AnyTask = $true
            $server.LatencyMs = 20
            $ids = 1..60 | ForEach-Object { "task$_" }
            ($ids | Wait-VodPreheat).TaskId | Sort-Object | Should -Be ($ids | Sort-Object)
            $server.MaxInFlight | Should -BeGreaterThan 1
            $server.MaxInFlight | Should -BeLessOrEqual 8
        }
    }

    Context 'pipelines' {
        It 'submit, wait, and list what failed' {
            $file = Join-Path $TestDrive urls.txt
            (Get-SampleUrl 11) + 'https://cdn.example.com/fail.mp4' | Set-Content $file
            $failed = Get-Content $file | Start-VodPreheat -OutVariable tasks | Wait-VodPreheat -PollIntervalSec 1 | Where-Object Status -EQ failed
            $failed.Url | Should -Be 'https://cdn.example.com/fail.mp4'
            $failed.TaskId | Should -Be $tasks[1].TaskId
            $server.SubmittedUrls.Count | Should -Be 12
        }

        It 'submit again what failed' {
            $server.SetTask('t', [string[]] ('succeed https://cdn.example.com/1.mp4', 'failed https://cdn.example.com/2.mp4'))
            $task = Get-VodPreheatResult t | Where-Object Status -EQ failed | Start-VodPreheat
            $task.Url | Should -Be 'https://cdn.example.com/2.mp4'
            $server.SubmittedUrls | Should -Be 'https://cdn.example.com/2.mp4'
        }

        It 'do both in the sandbox' {
            Connect-VodAccount -Sandbox
            $failed = 'https://cdn.example.com/fail.mp4', 'https://cdn.example.com/a.mp4' | Start-VodPreheat |
                Wait-VodPreheat -PollIntervalSec 1 | Where-Object Status -EQ failed
            $failed.Url | Should -Be 'https://cdn.example.com/fail.mp4'
            $again = Get-VodPreheatResult $failed.TaskId | Where-Object Status -EQ failed | Start-VodPreheat
            $again.Url | Should -Be 'https://cdn.example.com/fail.mp4'
        }
    }

    Context 'transient faults' {
        It 'cause another query each, even without retries, and a verbose line' {
            Connect-Server $server @{ MaximumRetryCount = 0; TimeoutSec = 1 }
            $kinds = 'ResetBeforeHeaders', 'Stall', 'Error500', 'Error503', 'Html502', 'TruncatedBody', 'TruncatedJson', 'Throttled429RetryNow'
            foreach ($kind in $kinds) {
                $server.AddFaultFor($kind, $kind)
                $server.SetTask($kind, 'succeed https://a/1')
            }

            $run = Get-Outcome { $kinds | Wait-VodPreheat -PollIntervalSec 1 -Verbose 4>&1 }
            $run.Errors + $run.Failure | Should -BeNullOrEmpty
            $told, $results = $run.Output.Where({ $_ -is [Management.Automation.VerboseRecord] }, 'Split')
            $results.TaskId | Sort-Object | Should -Be ($kinds | Sort-Object)
            foreach ($kind in $kinds) {
                $told -like "The query of task $kind failed*" | Should -HaveCount 1
                Get-QueryCount $kind | Should -Be 2
            }
        }

        It 'of the connection cause other queries until the time is up' {
            Connect-Server $server @{ MaximumRetryCount = 0; Endpoint = [VodPreheat.TestServer.ClosedPort]::Refused() }
            $run = Get-Outcome { Wait-VodPreheat t -PollIntervalSec 1 -TimeoutSec 2 -Verbose 4>&1 }
            Get-ErrorId $run.Errors[0] | Should -Be 'VodWaitTimeout'
            @($run.Output -like 'The query of task t failed*').Count | Should -BeGreaterThan 1
        }
    }

    Context 'permanent failures' {
        It 'end the wait for their task immediately, and the others are waited for: <Id>' -ForEach @(
            @{ Id = 'VOD.10062'; Status = 400; Category = 'ObjectNotFound' }
            @{ Id = 'VOD.10074'; Status = 403; Category = 'PermissionDenied' }
            @{ Id = 'APIGW.0302'; Status = 403; Category = 'PermissionDenied' }
            @{ Id = 'VOD.10053'; Status = 400; Category = 'InvalidArgument' }
        ) {
            $server.AnyTask = $true
            $server.AddAnswerFor('bad', $Status, "{`"error_code`":`"$Id`",`"error_msg`":`"told`"}", 'application/json', $null, $null, -1)
            $run = Get-Outcome { 'bad', 'good' | Wait-VodPreheat }
            $run.Failure | Should -BeNullOrEmpty
            $run.Errors.Count | Should -Be 1
            Assert-Failure $run.Errors[0] $Id $Category
            $run.Errors[0].TargetObject | Should -Be 'bad'
            $run.Output.TaskId | Should -Be 'good'
            Get-QueryCount bad | Should -Be 1
        }

        It 'of authentication end the wait and name the unfinished tasks' {
            Set-Task open @(, 'processing https://a/1')
            $server.SetTask('done', 'succeed https://a/1')
            $run = Get-Outcome {
                'open', 'done', 'other' | Wait-VodPreheat -PollIntervalSec 1 | ForEach-Object { $server.RemoveAccessKey($TestServer::DefaultAccessKey); $_ }
            }
            # 'other' is unknown to the server; whether it was told so before the key went is a matter of time.
            $run.Output.TaskId | Should -Be 'done'
            Assert-Failure $run.Failure 'APIGW.0301' 'AuthenticationError'
            $run.Failure.TargetObject | Should -Contain 'open'
            $run.Failure.TargetObject | Should -Not -Contain 'done'
        }

        It 'of a wrong key cause one refused request, for any number of tasks' {
            Connect-Server $server @{ AccessKey = ConvertTo-Credential $TestServer::DefaultAccessKey 'wrong' }
            $run = Get-Outcome { 1..20 | ForEach-Object { "t$_" } | Wait-VodPreheat }
            Assert-Failure $run.Failure 'APIGW.0301' 'AuthenticationError'
            $run.Failure.TargetObject.Count | Should -Be 20
            $server.RequestCount | Should -Be 1
        }

        It 'include a missing connection' {
            Disconnect-VodAccount
            $run = Get-Outcome { Wait-VodPreheat t }
            Assert-Failure $run.Failure 'VodNotConnected' 'ConnectionError'
        }

        It 'include an invalid <Name>, <Value>' -ForEach @(
            @{ Name = 'TimeoutSec'; Value = 0 }
            @{ Name = 'TimeoutSec'; Value = 86401 }
            @{ Name = 'PollIntervalSec'; Value = 0 }
            @{ Name = 'PollIntervalSec'; Value = 3601 }
        ) {
            $bound = @{ $Name = $Value }
            { Wait-VodPreheat t @bound } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
        }
    }

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
            $failure.Exception.Message | Should -BeLike '2 tasks (see TargetObject) were still open after 1 s: 1 of their 2 URLs are not final*'
        }

        It 'with -ErrorAction Stop, the error of a task has all unfinished tasks' {
            $server.SetTask('open', 'processing https://a/1')
            $failure = try { Wait-VodPreheat open, unknown -ErrorAction Stop } catch { $_ }
            Assert-Failure $failure 'VOD.10062' 'ObjectNotFound'
            $failure.TargetObject | Should -Be 'unknown', 'open'
        }

        It 'the last queries wait at most ten seconds without an answer' {
            Connect-Server $server @{ TimeoutSec = 120 }
            $server.AddFault('Stall', -1)
            $idle = $server.OpenConnections
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $run = Invoke-Aside { Wait-VodPreheat t -TimeoutSec 1 }
            Get-ErrorId (Complete-Aside $run) | Should -Be 'VodWaitTimeout'
            $clock.Elapsed.TotalSeconds | Should -BeGreaterThan 10.9
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
            # All at the same time: each takes three seconds. Answers of a task, one a second.
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
            $bar | ForEach-Object { "$($_.ActivityId) $($_.Activity)" } | Select-Object -Unique | Should -Be '0 Waiting for pre-loading'
        }

        It 'displays the numbers of finished tasks and URLs, and the time until the timeout' {
            $bar[0].StatusDescription | Should -Match '^1 of 2 tasks done; URLs: 1 loaded, 1 failed, 1 open; timeout in 59\d s$'
            $bar[0].PercentComplete | Should -Be 66
            $bar[0].SecondsRemaining | Should -Be -1 -Because 'hosts show it as an estimate of the end'
        }

        It 'is updated at most twice per second' {
            # From the third second on, and the one that takes it away.
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

# Tasks that Wait-VodPreheat waits for, and failures during the wait.

BeforeAll {
    . $PSScriptRoot/common.ps1
    . $PSScriptRoot/submit.common.ps1
    . $PSScriptRoot/wait.common.ps1
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
            @{ From = 'of PreheatTask objects'; Wait = { 't1', 't2' | ForEach-Object { [VodPreheat.PreheatTask]@{ TaskId = $_; AssetId = 'a' } } | Wait-VodPreheat } }
            @{ From = 'of PreheatingResult objects'; Wait = { 't1', 't2' | ForEach-Object { [VodPreheat.PreheatingResult]@{ TaskId = $_; Url = 'u'; Status = 'processing' } } | Wait-VodPreheat } }
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
            $written, $results = $run.Output.Where({ $_ -is [Management.Automation.VerboseRecord] }, 'Split')
            $results.TaskId | Sort-Object | Should -Be ($kinds | Sort-Object)
            foreach ($kind in $kinds) {
                $written -like "The query of task $kind failed*" | Should -HaveCount 1
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
            # 'other' is unknown to the server. Whether this is reported before the key is refused depends on timing.
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
}

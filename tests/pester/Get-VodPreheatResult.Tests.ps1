BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()

    # Adds tasks that the server never answers.
    function Add-StalledTask([string[]] $Id) {
        foreach ($one in $Id) { $server.AddFaultFor($one, 'Stall', -1) }
    }

    # No request is in progress if only idle connections remain, one for each concurrent answer.
    function Wait-ForNoRequest([int] $Idle = 1) { Wait-Until { $server.OpenConnections -le $Idle } }
}

AfterAll { $server.Dispose() }

Describe 'Get-VodPreheatResult' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
        Connect-Once $server
    }

    AfterEach { Clear-Session }

    Context 'in the sandbox' {
        BeforeEach { Connect-VodAccount -Sandbox }

        It 'returns the example of the API documentation as three objects' {
            $rows = @(Get-VodPreheatResult -TaskId example)
            $rows.Count | Should -Be 3
            $rows.Status | Should -BeExactly 'processing', 'succeed', 'failed'
            foreach ($row in $rows) {
                $row | Should -BeOfType ([VodPreheat.PreheatingResult])
                $row.TaskId | Should -BeExactly 'example'
                $row.Url | Should -Match '^https://example\.com/asset/[0-9a-f]{32}/'
            }
            ($rows.Url | Select-Object -Unique).Count | Should -Be 3
            $server.RequestCount | Should -Be 0
        }

        It 'can be filtered by status' {
            $failed = @(& ([scriptblock]::Create('Get-VodPreheatResult -TaskId example | Where Status -eq failed')))
            $failed.Count | Should -Be 1
            $failed[0].Url | Should -Match '_H\.264_480X270_HEAACV1_300\.mp4$'
        }

        It 'reports unknown task IDs' {
            $outcome = Get-Outcome { Get-VodPreheatResult nobody, example }
            $outcome.Output.Count | Should -Be 3
            Assert-Failure $outcome.Errors[0] 'VOD.10062' ObjectNotFound
        }

        It 'shows status, URL, and task in a table' {
            $text = Get-VodPreheatResult example, example | Out-String -Width 120
            $text | Should -Match 'Status\s+Url\s+TaskId'
            $text | Should -Match '(?s)processing\s+https://\S+\.flv\s+example.*succeed\s+https://\S+\.mp4.*failed\s+https://\S+/play_video/'
        }

        It 'displays the complete URL in a list and in JSON' {
            $row = Get-VodPreheatResult example | Select-Object -Last 1
            $row | Format-List | Out-String -Width 300 | Should -Match ([regex]::Escape($row.Url))
            ($row | ConvertTo-Json | ConvertFrom-Json).PSObject.Properties.Name | Should -Be 'TaskId', 'Url', 'Status'
        }
    }

    Context 'results' {
        It 'have the order and the text of the service' {
            $server.SetTask('t', 'failed https://a/1?auth_key=x%2By', 'Done https://a/2', 'SUCCEED https://a/1?auth_key=x%2By')
            $rows = Get-VodPreheatResult t
            $rows.Status | Should -BeExactly 'failed', 'Done', 'SUCCEED'
            $rows.Url | Should -BeExactly 'https://a/1?auth_key=x%2By', 'https://a/2', 'https://a/1?auth_key=x%2By'
        }

        It 'can be empty: <_>' -ForEach EmptyResults, NullResults, NoResults {
            $server.AddFaultFor('t', $_)
            (Get-Outcome { Get-VodPreheatResult t, u }).Output.TaskId | Should -Be 'u'
        }
    }

    Context 'task IDs' {
        It 'can be specified by <Name>' -ForEach @(
            @{ Name = 'an argument'; Script = { Get-VodPreheatResult a }; Ids = @('a') }
            @{ Name = 'an array'; Script = { Get-VodPreheatResult -TaskId a, b }; Ids = 'a', 'b' }
            @{ Name = 'numbers'; Script = { 17, 18 | Get-VodPreheatResult }; Ids = '17', '18' }
            @{ Name = 'pipeline input'; Script = { 'a', 'b' | Get-VodPreheatResult }; Ids = 'a', 'b' }
            @{ Name = 'a property'; Script = { [pscustomobject]@{ TaskId = 'a'; Url = 'u' } | Get-VodPreheatResult }; Ids = @('a') }
            @{ Name = 'a property with several'; Script = { [pscustomobject]@{ TaskId = 'a', 'b' } | Get-VodPreheatResult }; Ids = 'a', 'b' }
            @{
                Name   = 'tasks'
                Script = { [VodPreheat.PreheatTask]@{ TaskId = 'a'; Url = 'https://u' } | Get-VodPreheatResult }
                Ids    = @('a')
            }
            @{ Name = 'results'; Script = { Get-VodPreheatResult a, b | Get-VodPreheatResult }; Ids = 'a', 'b' }
        ) {
            (& $Script).TaskId | Should -BeExactly $Ids
        }

        It 'can be 10,000, and the results keep their order' {
            $server.KeepRequests = $false
            $ids = 1..10000 | ForEach-Object { "task-$_" }
            $rows = $ids | Get-VodPreheatResult -ThrottleLimit 16
            $rows.TaskId -join ' ' | Should -BeExactly ($ids -join ' ')
            $rows[-1].Url | Should -BeExactly 'https://cdn.example.com/task-10000.mp4'
            $server.RequestCount | Should -Be 10000
        }

        It 'can be repeated' {
            (Get-VodPreheatResult a, b, a).TaskId | Should -Be 'a', 'b', 'a'
            $server.Requests.TaskId | Sort-Object | Should -Be 'a', 'a', 'b'
        }

        It 'that are <Name> cause an error each, and the others are queried' -ForEach @(
            @{ Name = 'null'; Id = $null }
            @{ Name = 'empty'; Id = '' }
            @{ Name = 'blank'; Id = " `t" }
        ) {
            foreach ($script in { Get-VodPreheatResult a, $Id, b }, { 'a', $Id, 'b' | Get-VodPreheatResult }) {
                $outcome = Get-Outcome $script
                $outcome.Output.TaskId | Should -Be 'a', 'b'
                $outcome.Errors.Count | Should -Be 1
                Assert-Failure $outcome.Errors[0] VodInvalidTaskId InvalidArgument
                [string] $outcome.Errors[0].TargetObject | Should -BeExactly ([string] $Id)
            }
            $server.RequestCount | Should -Be 4
        }

        It 'are trimmed' {
            (" a`t", "`r`nb " | Get-VodPreheatResult).TaskId | Should -BeExactly 'a', 'b'
            $server.Requests.TaskId | Sort-Object | Should -BeExactly 'a', 'b'
        }

        It 'can be an empty list' {
            $outcome = Get-Outcome { Get-VodPreheatResult @() }
            $outcome.Failure | Should -BeNullOrEmpty
            $outcome.Errors.Count + $outcome.Output.Count + $server.RequestCount | Should -Be 0
        }

        It "are sent unchanged and correctly signed: '<_>'" -ForEach @(
            'a b', 'a+b', 'a&task_id=b', '100%', '%41%2F', 'a/b/../c', "`u{9884}`u{70ED}`u{4EFB}`u{52A1}", "`u{F1}", "`u{1F600}", 'a#b?c=d', "it's", 'a"b\c', '~a-b_c.d', '*()!'
        ) {
            (Get-VodPreheatResult $_).TaskId | Should -BeExactly $_
            $server.Requests.TaskId | Should -BeExactly $_
            $server.Requests.StatusSent | Should -Be 200
        }
    }

    Context 'a request' {
        It 'is that of the API documentation' {
            $null = Get-VodPreheatResult 'a b'
            $request = $server.Requests[0]
            $request.Method | Should -BeExactly 'GET'
            $request.Target | Should -BeExactly "/v1.0/$($TestServer::DefaultProjectId)/asset/preheating?task_id=a%20b"
            $request.Headers['Host'] | Should -BeExactly $server.Endpoint.Authority
            $request.Headers['X-Project-Id'] | Should -BeExactly $TestServer::DefaultProjectId
            $request.Headers['X-Sdk-Date'] | Should -Match '^\d{8}T\d{6}Z$'
            $request.Headers['Authorization'] |
                Should -Match '^SDK-HMAC-SHA256 Access=\w+, SignedHeaders=host;x-project-id;x-sdk-date, Signature=[0-9a-f]{64}$'
            $request.Headers.Keys | Should -Not -Contain 'X-Auth-Token'
            $request.Headers.Keys | Should -Not -Contain 'Cookie'
            $request.Headers.Keys | Should -Not -Contain 'traceparent'
        }

        It 'has one verbose line per attempt' {
            Connect-Once $server @{ MaximumRetryCount = 1 }
            $server.AddFault('Throttled429RetryNow')
            $lines = @(Get-VodPreheatResult a -Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] -and "$_" -match '->' })
            $lines.Count | Should -Be 2
            "$($lines[0])" | Should -Match 'GET http\S+task_id=a -> 429, request id \w+'
            "$($lines[1])" | Should -Match '-> 200, '
        }

        It 'contains no cookie' {
            $server.AddFault('SetCookie')
            $null = Get-VodPreheatResult a, b
            $server.Requests[1].Headers.Keys | Should -Not -Contain 'Cookie'
        }

        It 'has a new signature for each attempt' {
            Connect-Once $server @{ MaximumRetryCount = 1 }
            $server.AddFault('Throttled429RetryAfter')
            $null = Get-VodPreheatResult a
            $first, $second = $server.Requests
            $first.Headers['X-Sdk-Date'] | Should -Not -BeExactly $second.Headers['X-Sdk-Date']
            $second.StatusSent | Should -Be 200
        }
    }

    Context '-ThrottleLimit' {
        It 'reaches and does not exceed <Limit> concurrent queries' -ForEach @(
            @{ Limit = 1; With = @{ ThrottleLimit = 1 }; Ids = 5 }
            @{ Limit = 4; With = @{ ThrottleLimit = 4 }; Ids = 40 }
            @{ Limit = 8; With = @{}; Ids = 60 }
            @{ Limit = 64; With = @{ ThrottleLimit = 64 }; Ids = 200 }
        ) {
            $server.LatencyMs = 60
            $rows = 1..$Ids | Get-VodPreheatResult @With
            $rows.TaskId | Should -Be (1..$Ids)
            $server.MaxInFlight | Should -Be $Limit
        }

        It 'is 1 to 64, not <_>' -ForEach 0, 65, -1 {
            { Get-VodPreheatResult a -ThrottleLimit $_ } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
            $server.RequestCount | Should -Be 0
        }

        It 'does not apply to the first query of a connection, which is sent alone' {
            $server.LatencyMs = 60
            $run = Invoke-Aside { Get-VodPreheatResult (1..8) }
            Wait-Until { $server.RequestCount -ge 1 }
            $null = Complete-Aside $run
            $first, $second = $server.Requests[0..1]
            ($second.At - $first.At).TotalMilliseconds | Should -BeGreaterThan 50
        }
    }

    Context 'order' {
        It 'is that of the input if the first answer is received last' {
            Connect-Once $server @{ MaximumRetryCount = 1 }
            $server.AddFaultFor('slow', 'Error500')
            (Get-VodPreheatResult (@('first', 'slow') + 1..6)).TaskId | Should -Be (@('first', 'slow') + 1..6)
            $server.Requests.Where({ $_.TaskId -eq 'slow' }).Count | Should -Be 2
        }

        It 'also applies to errors' {
            $server.AnyTask = $false
            $server.SetTask('a', 'succeed https://u/a')
            $server.SetTask('c', 'succeed https://u/c')
            $all = Get-VodPreheatResult a, b, c 2>&1
            $all.ForEach({ $_.TargetObject ?? $_.TaskId }) | Should -Be 'a', 'b', 'c'
        }

        It 'does not delay an object whose turn has come: <Name>' -ForEach @(
            @{ Name = 'array'; Script = { Get-VodPreheatResult first, stalled, third } }
            @{ Name = 'pipeline'; Script = { 'first', 'stalled', 'third' | Get-VodPreheatResult } }
            @{ Name = 'full window'; Script = { Get-VodPreheatResult first, stalled, third -ThrottleLimit 2 } }
        ) {
            Add-StalledTask stalled
            $run = Invoke-Aside $Script
            try {
                Wait-Until { $run.Output.Count -eq 1 -and $server.Requests.TaskId -contains 'stalled' }
                $run.Output[0].TaskId | Should -Be 'first'
                $run.Result.IsCompleted | Should -BeFalse
            } finally {
                Stop-Aside $run
            }
            Wait-ForNoRequest -Idle 2
        }
    }

    Context 'progress' {
        It 'says after two seconds on which connection how many tasks were queried, and how long the rate limit delays the others' {
            Connect-Server $server @{ RequestsPerMinute = 2 }
            $run = Invoke-Aside { Get-VodPreheatResult (1..150) }
            try {
                $bar = $run.Shell.Streams.Progress
                Wait-Until { $bar.Count }
                $bar[0].Activity | Should -Be "Querying tasks (cn-north-4, $($TestServer::DefaultProjectId.Substring(0, 7))`u{2026})"
                $bar[0].StatusDescription | Should -Match '^[12] tasks? queried; waiting \d+ seconds for the rate limit$'
            } finally {
                Stop-Aside $run
            }
        }

        It 'ends with the command' {
            $server.LatencyMs = 2500
            $run = Invoke-Aside { Get-VodPreheatResult 1, 2 | Select-Object -First 1 }
            Wait-Until { $run.Result.IsCompleted }
            $run.Shell.Streams.Progress[-1].RecordType | Should -Be 'Completed'
            $run.Shell.Dispose()
        }
    }

    Context 'all requests end immediately' {
        BeforeEach {
            $null = Get-VodPreheatResult warm
            $ids = 1..7 | ForEach-Object { "stalled-$_" }
            Add-StalledTask $ids

            # The first answer is sent when all concurrent requests have been received.
            $server.LatencyMs = 300
        }

        It 'after Select-Object -First 1' {
            $row = Get-VodPreheatResult (@('first') + $ids) |
                ForEach-Object { Wait-Until { $server.RequestCount -eq 9 }; $_ } |
                Select-Object -First 1
            $row.TaskId | Should -Be 'first'
            Wait-ForNoRequest
        }

        It 'after an error with -ErrorAction Stop' {
            $server.AddFaultFor('refused', 'PermissionVod')
            $outcome = Get-Outcome {
                Get-VodPreheatResult (@('first', 'refused') + $ids) -ThrottleLimit 9 -ErrorAction Stop |
                    ForEach-Object { Wait-Until { $server.RequestCount -eq 10 } }
            }
            Assert-Failure $outcome.Failure 'VOD.10074' PermissionDenied
            Wait-ForNoRequest -Idle 2
        }

        It 'after an error downstream' {
            { Get-VodPreheatResult (@('first') + $ids) | ForEach-Object { Wait-Until { $server.RequestCount -eq 9 }; throw 'enough' } } |
                Should -Throw 'enough'
            Wait-ForNoRequest
        }

        It 'after break' {
            foreach ($once in 1) {
                Get-VodPreheatResult (@('first') + $ids) | ForEach-Object { Wait-Until { $server.RequestCount -eq 9 }; break }
            }
            $once | Should -Be 1
            Wait-ForNoRequest
        }

        It 'after Ctrl+C' {
            $run = Invoke-Aside { param($ids) Get-VodPreheatResult $ids } (, $ids)
            Wait-Until { $server.RequestCount -eq 8 }
            Stop-Aside $run
            Wait-ForNoRequest
            (Get-VodPreheatResult next).TaskId | Should -Be 'next'
        }

        It 'after Ctrl+C while the rate limit delays them' {
            Connect-Once $server @{ RequestsPerMinute = 1 }
            $run = Invoke-Aside { Get-VodPreheatResult a, b }
            Wait-Until { $run.Output.Count -eq 1 }
            Stop-Aside $run
            $server.Requests.TaskId | Should -Not -Contain 'b'
        }
    }

    Context 'wrong credentials' {
        It 'cause one request for 100 task IDs from <Name>' -ForEach @(
            @{ Name = 'the pipeline'; Script = { 1..100 | Get-VodPreheatResult } }
            @{ Name = 'an array'; Script = { Get-VodPreheatResult (1..100) -ThrottleLimit 64 } }
        ) {
            Connect-Once $server @{ AccessKey = ConvertTo-Credential $TestServer::DefaultAccessKey 'wrong'; MaximumRetryCount = 3 }
            $outcome = Get-Outcome $Script
            Assert-Failure $outcome.Failure 'APIGW.0301' AuthenticationError
            $outcome.Failure.TargetObject | Should -Be '1'
            $outcome.Output.Count + $outcome.Errors.Count | Should -Be 0
            $server.RequestCount | Should -Be 1
            $server.FailuresInARow($TestServer::DefaultAccessKey) | Should -Be 1
        }

        It 'cause one request for 100 task IDs with a token' {
            Connect-Once $server @{ Token = ConvertTo-Secret 'nonsense' }
            Assert-Failure (Get-Failure { 1..100 | Get-VodPreheatResult }) 'APIGW.0301' AuthenticationError
            $server.RequestCount | Should -Be 1
        }

        It 'end a pipeline that began successfully, and nothing more is sent' {
            $outcome = Get-Outcome {
                1..100 | ForEach-Object { if ($_ -eq 20) { $server.RemoveAccessKey($TestServer::DefaultAccessKey) }; $_ } | Get-VodPreheatResult
            }
            Assert-Failure $outcome.Failure 'APIGW.0301' AuthenticationError
            $server.RequestCount | Should -BeLessThan 36
            $outcome.Output.TaskId | Should -Be (1..$outcome.Output.Count)
        }

        It 'are distinguished from a system clock that is <Off>' -ForEach @(
            @{ Off = 'behind'; Minutes = 20 }
            @{ Off = 'ahead'; Minutes = -20 }
        ) {
            $server.ClockOffset = [timespan]::FromMinutes($Minutes)
            $failure = Get-Failure { Get-VodPreheatResult a, b }
            Assert-Failure $failure 'APIGW.0301' AuthenticationError "clock is 20 minutes $Off", 'Set the clock'
            $server.RequestCount | Should -Be 1
        }
    }
}

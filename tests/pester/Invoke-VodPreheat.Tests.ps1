BeforeAll {
    . $PSScriptRoot/common.ps1
    . $PSScriptRoot/submit.common.ps1
    $server = $TestServer::Start()

    # The outcomes by the number in the name of the URL.
    function Get-Status($Outcomes) { $Outcomes | Sort-Object { [int] [regex]::Match($_.Url, '(\d+)(\.mp4)?\D*$').Groups[1].Value } | ForEach-Object Status }
}

AfterAll {
    Clear-Session
    $server.Dispose()
}

Describe 'Invoke-VodPreheat' {
    BeforeEach {
        $null = Use-Clock 5 $server
        $server.PollsUntilDone = 0
        $journal = $env:VODPREHEAT_JOURNAL
        Connect-Server $server
    }

    AfterEach { Clear-Session }

    Context 'input and output' {
        It 'returns one object for each distinct URL, from the pipeline and by property name' {
            $lines = @(Get-SampleUrl 12) + '' + ' https://cdn.example.com/1.mp4 ' + $null + 'https://cdn.example.com/12.mp4'
            $outcomes = $lines | Invoke-VodPreheat
            $outcomes | Should -HaveCount 12
            $outcomes.Url | Sort-Object | Should -Be (Get-SampleUrl 12 | Sort-Object)
            $outcomes.Status | Select-Object -Unique | Should -Be 'succeed'
            $outcomes[0] | Should -BeOfType ([VodPreheat.PreheatOutcome])
            $server.SubmittedUrls | Should -Be (Get-SampleUrl 12)

            $rows = $outcomes | Select-Object -First 2 | Invoke-VodPreheat
            $rows.Url | Should -Be $outcomes[0, 1].Url
        }

        It 'has every column that a report needs' {
            $file = Join-Path $TestDrive report.csv
            @(Get-SampleUrl 1) + 'nonsense' | Invoke-VodPreheat | Export-Csv $file
            $report = Import-Csv $file
            $report[0].PSObject.Properties.Name | Should -Be 'Url', 'Status', 'TaskId', 'Attempts', 'SubmittedAt', 'EndedAt', 'ErrorCode', 'Finding', 'Detail'
            $rejected = $report | Where-Object Url -EQ nonsense
            $rejected.Status, $rejected.ErrorCode, $rejected.Attempts | Should -Be 'rejected', 'VodInvalidUrl', '0'
            $loaded = $report | Where-Object Status -EQ succeed
            $loaded.TaskId | Should -Match '^[0-9a-f]{32}$'
            [datetime] $loaded.SubmittedAt | Should -BeLessOrEqual ([datetime] $loaded.EndedAt)
        }

        It 'does nothing without a URL' {
            @() | Invoke-VodPreheat | Should -BeNullOrEmpty
            Invoke-VodPreheat @() | Should -BeNullOrEmpty
            '', ' ' | Invoke-VodPreheat | Should -BeNullOrEmpty
            $server.RequestCount | Should -Be 0
        }

        It 'submits nothing with -WhatIf' {
            Get-SampleUrl 12 | Invoke-VodPreheat -WhatIf | Should -BeNullOrEmpty
            $server.RequestCount | Should -Be 0
            $journal | Should -Not -Exist
        }

        It 'returns the outcomes of the first tasks while the rest is submitted' {
            $server.LatencyMs = 300
            $run = Invoke-Aside { 1..120 | ForEach-Object { "https://cdn.example.com/$_.mp4" } | Invoke-VodPreheat -PollIntervalSec 1 }
            Wait-Until { $run.Output.Count -gt 0 }
            $server.SubmittedUrls.Count | Should -BeLessThan 120
            $null = Complete-Aside $run
            $run.Output.Count | Should -Be 120
        }
    }

    Context 'failures' {
        It 'finds the one URL that the service refuses' {
            $server.RefuseUrl('https://cdn.example.com/7.mp4')
            $outcomes = Get-SampleUrl 12 | Invoke-VodPreheat
            Get-Status $outcomes | Should -Be (1..12 | ForEach-Object { $_ -eq 7 ? 'rejected' : 'succeed' })
            ($outcomes | Where-Object Status -EQ rejected).ErrorCode | Should -Be 'VOD.10053'
            $server.SubmittedUrls | Group-Object | Where-Object Count -GT 1 | Should -BeNullOrEmpty
        }

        It 'submits a failed URL again up to -MaximumResubmit times' {
            $outcomes = 'https://cdn.example.com/fail.mp4', 'https://cdn.example.com/1.mp4' | Invoke-VodPreheat -MaximumResubmit 2 -PollIntervalSec 1
            ($outcomes | Where-Object Url -Like '*fail*').Attempts | Should -Be 3
            ($outcomes | Where-Object Url -Like '*fail*').Status | Should -Be 'failed'
            @($server.SubmittedUrls | Where-Object { $_ -like '*fail*' }) | Should -HaveCount 3
        }

        It 'reports every URL when the quota is used up, then one non-terminating error' {
            $server.Quota = 10
            $all = Get-SampleUrl 25 | Invoke-VodPreheat -ErrorAction Continue 2>&1
            $all | Should -HaveCount 26
            $all[-1] | Should -BeOfType ([Management.Automation.ErrorRecord])
            Assert-Failure $all[-1] 'VOD.10086' QuotaExceeded
            $all[-1].TargetObject | Sort-Object | Should -Be (Get-SampleUrl 15 -From 11 | Sort-Object)
            $all[0..24].Status | Group-Object -NoElement | ForEach-Object { "$($_.Name) $($_.Count)" } | Sort-Object | Should -Be 'notSubmitted 15', 'succeed 10'
        }

        It 'reports both the used-up quota and a key that is refused afterwards, each with its URLs' {
            $server.Quota = 10
            $run = Invoke-Aside { 1..25 | ForEach-Object { "https://cdn.example.com/$_.mp4" } | Invoke-VodPreheat -PollIntervalSec 10 }
            Wait-Until { $server.RequestCount -eq 2 }
            $server.RemoveAccessKey($TestServer::DefaultAccessKey)
            Wait-Until { $run.Result.IsCompleted }
            $quota, $refusal = @($run.Shell.Streams.Error)
            Assert-Failure $quota 'VOD.10086' QuotaExceeded '15 URLs could not be submitted'
            Assert-Failure $refusal 'APIGW.0301' AuthenticationError '10 URLs could not be waited for'
            $refusal.TargetObject | Should -Be (Get-SampleUrl 10)
            $run.Output.ErrorCode | Group-Object -NoElement | ForEach-Object { "$($_.Name) $($_.Count)" } | Sort-Object | Should -Be 'APIGW.0301 10', 'VOD.10086 15'
            Close-Aside $run
        }

        It 'reports a proxy that refuses submissions and then queries once' {
            $proxy = [VodPreheat.TestServer.ProxyServer]::Start('user', 'pass')
            $server.LatencyMs = 500
            try {
                $account = @{ Proxy = $proxy.Endpoint; ProxyCredential = ConvertTo-Credential 'user' 'pass'; NoDefault = $true; MaximumRetryCount = 0 }
                $run = Invoke-Aside {
                    param($connection)
                    1..25 | ForEach-Object { "https://cdn.example.com/$_.mp4" } | Invoke-VodPreheat -Connection $connection -PollIntervalSec 10
                } (Connect-Server $server $account)
                Wait-Until { $server.RequestCount -eq 1 }
                $proxy.FailWith = 407
                Wait-Until { $run.Result.IsCompleted }
                @($run.Shell.Streams.Error) | Should -HaveCount 1
                Assert-Failure $run.Shell.Streams.Error[0] VodConnectionFailed ConnectionError 'URLs could not be submitted, \d+ URLs could not be waited for'
                $run.Output.ErrorCode | Select-Object -Unique | Should -Be 'VodConnectionFailed'
                Close-Aside $run
            } finally {
                $proxy.Dispose()
            }
        }

        It 'reports every URL when the key is wrong, after one request, then a terminating error' {
            $server.RemoveAccessKey($TestServer::DefaultAccessKey)
            $run = Get-Outcome { Get-SampleUrl 25 | Invoke-VodPreheat }
            $run.Output | Should -HaveCount 25
            $run.Output.Status | Select-Object -Unique | Should -Be 'notSubmitted'
            Assert-Failure $run.Failure 'APIGW.0301' AuthenticationError
            $server.RequestCount | Should -Be 1
        }

        It 'reports every URL when the time is up, then one non-terminating error' {
            $server.PollsUntilDone = 1000
            $run = Get-Outcome { Get-SampleUrl 12 | Invoke-VodPreheat -TimeoutSec 10 -PollIntervalSec 1 }
            $run.Output.Status | Should -Be (@('processing') * 12)
            $run.Errors | Should -HaveCount 1
            Assert-Failure $run.Errors[0] 'VodWaitTimeout' OperationTimeout
            $run.Errors[0].TargetObject | Should -HaveCount 12
            $run.Failure | Should -BeNullOrEmpty
        }

        It 'does not retry a submission without an answer' {
            $server.AddFault('ResetBeforeHeaders')
            $outcomes = Get-SampleUrl 25 | Invoke-VodPreheat -MaximumResubmit 5 -PollIntervalSec 1
            $outcomes | Should -HaveCount 25
            @($outcomes | Where-Object Status -EQ unknown).Url | Should -Be (Get-SampleUrl 10)
            @($server.Requests | Where-Object Method -EQ POST) | Should -HaveCount 3
        }

        It 'refuses -ResumeSince before anything is sent if the journal cannot be written' {
            $env:VODPREHEAT_JOURNAL = Join-Path $TestDrive 'a file'
            Set-Content $env:VODPREHEAT_JOURNAL 'x'
            $env:VODPREHEAT_JOURNAL = Join-Path $env:VODPREHEAT_JOURNAL journal
            Assert-Failure (Get-Failure { Get-SampleUrl 2 | Invoke-VodPreheat -ResumeSince (Get-Date).Date }) 'VodJournalUnavailable' WriteError
            $server.RequestCount | Should -Be 0
        }
    }

    Context 'stop' {
        It 'ends immediately on Ctrl+C, and the answer to a submission in progress is recorded in the journal' {
            $null = Use-Clock 1 $server
            Connect-Server $server
            $server.LatencyMs = 1500
            $run = Invoke-Aside { 1..10 | ForEach-Object { "https://cdn.example.com/$_.mp4" } | Invoke-VodPreheat }
            Wait-Until { $server.RequestCount -eq 1 }
            $clock = [Diagnostics.Stopwatch]::StartNew()
            Stop-Aside $run
            $server.Requests[0].StatusSent | Should -Be 0 -Because 'the prompt is back before the answer is there'
            Wait-Until { Get-JournalLine | Select-String '"event":"accepted"' }
        }

        It 'ends immediately during the wait' {
            $server.PollsUntilDone = 1000
            $run = Invoke-Aside { 'https://cdn.example.com/1.mp4' | Invoke-VodPreheat -PollIntervalSec 1 }
            Wait-Until { $server.RequestCount -ge 2 }
            Stop-Aside $run
        }

        It 'ends when Select-Object needs no more objects' {
            Get-SampleUrl 30 | Invoke-VodPreheat | Select-Object -First 1 | Should -HaveCount 1
        }
    }

    Context 'progress' {
        It 'is one bar, which is completed, and is hidden by -ProgressAction Ignore' {
            $server.PollsUntilDone = 4
            $runs = @(
                Invoke-Aside { 'https://cdn.example.com/1.mp4' | Invoke-VodPreheat -PollIntervalSec 1 }
                Invoke-Aside { 'https://cdn.example.com/2.mp4' | Invoke-VodPreheat -PollIntervalSec 1 -ProgressAction Ignore }
            )
            Wait-Until { -not $runs.Where({ -not $_.Result.IsCompleted }) }
            $bar = $runs[0].Shell.Streams.Progress
            $bar[0].StatusDescription | Should -Be '1 URL: 1 submitted, 0 loaded, 0 failed, 1 open'
            $bar[-1].RecordType | Should -Be 'Completed'
            $runs[1].Shell.Streams.Progress | Should -BeNullOrEmpty
            $runs.Shell.Dispose()
        }
    }
}

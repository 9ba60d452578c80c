# A service that cannot be reached is not asked for every item: after three requests in a row without a connection, nothing more is sent.

BeforeAll {
    . $PSScriptRoot/common.ps1
    . $PSScriptRoot/submit.common.ps1
    $server = $TestServer::Start()
    Connect-Server $server @{ Endpoint = [VodPreheat.TestServer.ClosedPort]::Refused(); MaximumRetryCount = 0 }

    function Get-AttemptCount($Run) { @($Run.Output -match '^(GET|POST) http').Count }
}

AfterAll {
    Clear-Session
    $server.Dispose()
}

Describe 'A service that cannot be reached' {
    It 'ends Start-VodPreheat with one error for everything unsent' {
        $run = Get-Outcome { Get-SampleUrl 45 | Start-VodPreheat -Verbose 4>&1 }
        $run.Failure | Should -BeNullOrEmpty
        Get-AttemptCount $run | Should -Be 3
        $run.Errors | ForEach-Object { $_.TargetObject.Count } | Should -Be 10, 10, 25
        foreach ($record in $run.Errors) { Assert-Failure $record VodConnectionFailed ConnectionError }
        "$($run.Errors[2])" | Should -BeLike '25 URLs were not submitted (see TargetObject)*'
        $run.Errors.TargetObject | Should -Be (Get-SampleUrl 45)
    }

    It 'ends Get-VodPreheatResult with one terminating error for all tasks that were not queried' {
        $ids = 1..40 | ForEach-Object { "task$_" }
        $run = Get-Outcome { $ids | Get-VodPreheatResult -ThrottleLimit 4 -Verbose 4>&1 }
        # Those that are in flight at the third failure are not called back.
        Get-AttemptCount $run | Should -BeIn (3..6)
        Assert-Failure $run.Failure VodConnectionFailed ConnectionError
        "$($run.Failure)" | Should -BeLike '* tasks could not be queried (see TargetObject)*'
        @($run.Errors.TargetObject) + @($run.Failure.TargetObject) | Where-Object { $_ } | Should -Be $ids
        $run.Failure.TargetObject.Count | Should -BeGreaterThan 37
    }

    It 'lets Wait-VodPreheat try until its time is up' {
        $run = Get-Outcome { 1..20 | Wait-VodPreheat -TimeoutSec 1 -PollIntervalSec 1 -Verbose 4>&1 }
        Get-AttemptCount $run | Should -BeGreaterThan 3
        $run.Errors | ForEach-Object { Get-ErrorId $_ } | Select-Object -Unique | Should -Be VodWaitTimeout
        $run.Errors | Should -HaveCount 20
        foreach ($record in $run.Errors) { Assert-Failure $record VodWaitTimeout OperationTimeout 'no URL has a status yet\. The last request failed: No connection to .* \(VodWaitTimeout\)' }
    }

    It 'lets Invoke-VodPreheat try until its time is up' {
        $run = Get-Outcome { Get-SampleUrl 45 | Invoke-VodPreheat -TimeoutSec 3 -PollIntervalSec 1 }
        $run.Output.Status | Should -Be (@('notSubmitted') * 45)
        $run.Errors | Should -HaveCount 1
        Assert-Failure $run.Errors[0] VodWaitTimeout OperationTimeout '45 URLs open\. The last request failed: No connection to .* \(VodWaitTimeout\)'
        $run.Output.Detail | Select-Object -Unique | Should -BeLike 'The job timed out after 3 s. The last request failed: No connection to *'
    }
}

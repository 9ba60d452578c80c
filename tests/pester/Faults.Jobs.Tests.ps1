# Each fault of the service in Invoke-VodPreheat, in the answer to its first submission and in that to its first query: every URL is
# reported exactly once. The cases use the ways to sign in in turn, without the keys of a server: the metadata service has three seconds to
# answer, which would be too short on this clock.

BeforeDiscovery {
    . "$PSScriptRoot/faults.cases.ps1"
    $script:jobs = @(
        Get-Case (Get-Fault service) @(Get-SignInFrom 1 | Where-Object { $_ -ne 'Identity' }) @{ What = 'submission'; Retries = 0 }
        Get-Case (Get-Fault service) @(Get-SignInFrom 3 | Where-Object { $_ -ne 'Identity' }) @{ What = 'query'; Retries = 0 }
    )
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/submit.common.ps1"
    $script:ClockRate = 16
    . "$PSScriptRoot/faults.common.ps1"
    $server.PollsUntilDone = 0
}

AfterAll { Close-FaultServer }

Describe 'Faults of the service in Invoke-VodPreheat' {
    It '<What>: <Fault>, <SignIn>' -ForEach $jobs {
        $connection = Get-Connection $_
        $isQuery = $What -eq 'query'
        $sent = (Get-SendCount $_ $false) * ($isQuery ? $SendsPerAttempt : 1)
        $name = "job-$What-$Fault-$SignIn".Replace(' ', '-')

        # Two submissions; or one, whose answer has a fault without consequences, and then the queries.
        $items = 1..($isQuery ? 10 : 11) | ForEach-Object { "https://cdn.example.com/$name/$_.mp4" }
        if ($isQuery -and $Fault -notlike 'Skew*') { $server.AddFault('Bom') }
        Add-Fault $Fault $sent -Post:(-not $isQuery)

        # The tasks that the server does not have, because the answer is not its own.
        $given = -not $isQuery -and $postBody[$Fault] -and -not $Id
        if ($given) { 't', 't1', 't2' | ForEach-Object { $server.SetTask($_, [string[]] ($items -replace '^', 'succeed ')) } }
        $run = Invoke-Watched { $items | Invoke-VodPreheat -Connection $connection -PollIntervalSec 1 -TimeoutSec 240 -Verbose }

        $run.Output.Url | Sort-Object | Should -Be ($items | Sort-Object)
        $accepted = @($server.SubmittedUrls | Where-Object { $_ -in $items })
        if ($given) { $accepted += $items[0..9] }
        $accepted | Sort-Object -Unique | Should -HaveCount $accepted.Count -Because 'no URL is submitted twice'
        foreach ($outcome in $run.Output) {
            $outcome.Status | Should -BeIn 'succeed', 'processing', 'rejected', 'notSubmitted', 'unknown'
            if ($outcome.Status -in 'succeed', 'processing') { $outcome.Url | Should -BeIn $accepted }
            if ($outcome.Status -in 'rejected', 'notSubmitted') { $outcome.Url | Should -Not -BeIn $accepted }
            if ($outcome.Status -ne 'succeed') { $outcome.ErrorCode | Should -BeExactly $Id }
        }
        if (-not $Id) { $run.Output.Status | Select-Object -Unique | Should -Be 'succeed' }

        # Only what ends the job is an error.
        $ends = $isQuery ? $EndsCommand : $EndsSubmissions
        $run.Errors | Should -HaveCount ($ends ? 1 : 0)
        if ($ends) { Assert-Failure $run.Errors[0] $Id $Category }
        Assert-NoSecret $run $connection
        Assert-After $_ $connection
    }
}

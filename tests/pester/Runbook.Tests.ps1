BeforeAll {
    . $PSScriptRoot/common.ps1
    . $PSScriptRoot/submit.common.ps1
    $server = $TestServer::Start()
    $runbook = "$root/samples/Invoke-PreheatRunbook.ps1"
    $pwsh = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')

    $modulePath = $env:PSModulePath
    $env:PSModulePath = "$root/out$([IO.Path]::PathSeparator)$modulePath"

    # Where the default chain finds the server's key and address.
    $env:HUAWEICLOUD_SDK_AK = $TestServer::DefaultAccessKey
    $env:HUAWEICLOUD_SDK_SK = $TestServer::DefaultSecretKey
    $env:HUAWEICLOUD_SDK_PROJECT_ID = $TestServer::DefaultProjectId
    $env:HUAWEICLOUD_SDK_REGION_VOD_CN_NORTH_4 = $server.Endpoint
    $env:HW_REGION_NAME = 'cn-north-4'

    # Runs the runbook as a scheduler does, on the test's list; gives its exit code and its report.
    function Invoke-Runbook([string[]] $Arguments) {
        $output = & $pwsh -NoProfile -NonInteractive -File $runbook -UrlFile $list -PollIntervalSec 1 @Arguments 2>&1
        [pscustomobject]@{
            ExitCode = $LASTEXITCODE
            Output   = ($output -join "`n") -replace '\e\[[\d;]*m'
            Report   = (Test-Path "$list.report.csv") ? @(Import-Csv "$list.report.csv") : $null
        }
    }
}

AfterAll {
    $env:PSModulePath = $modulePath
    Clear-Session
    $server.Dispose()
}

Describe 'Invoke-PreheatRunbook' {
    BeforeEach {
        $server.Reset()
        $server.PollsUntilDone = 0
        $list = Join-Path $TestDrive "$([guid]::NewGuid()).txt"
    }

    It 'submits the list, reports each URL in its order, and exits with 0 when all are loaded' {
        '# the premiere', '', (Get-SampleUrl 12), ' https://cdn.example.com/1.mp4 ', 'https://cdn.example.com/A.mp4', 'https://cdn.example.com/a.mp4' |
            ForEach-Object { $_ } | Set-Content $list
        $urls = @(Get-SampleUrl 12) + 'https://cdn.example.com/A.mp4' + 'https://cdn.example.com/a.mp4'

        $run = Invoke-Runbook
        $run.ExitCode | Should -Be 0 -Because $run.Output
        $server.SubmittedUrls | Should -BeExactly $urls
        $run.Report.Url | Should -BeExactly $urls
        $run.Report.Status | Select-Object -Unique | Should -Be 'succeed'
        $run.Report.TaskId | Select-Object -Unique | Should -HaveCount 2
        $run.Output | Should -Match 'Urls\s+: 14\s+Succeeded\s+: 14'
    }

    It 'exits with 1 when a URL fails, and submits only that one the next time' {
        $urls = @(Get-SampleUrl 3) + 'https://cdn.example.com/fail.mp4'
        $urls | Set-Content $list

        $run = Invoke-Runbook
        $run.ExitCode | Should -Be 1 -Because $run.Output
        $run.Report.Status | Should -Be 'succeed', 'succeed', 'succeed', 'failed'
        $run.Output | Should -Match 'Failed\s+: 1'

        $again = Invoke-Runbook
        $again.ExitCode | Should -Be 1 -Because $again.Output
        $server.SubmittedUrls | Should -Be ($urls + 'https://cdn.example.com/fail.mp4')
        $again.Report.Status | Should -Be 'succeed', 'succeed', 'succeed', 'failed'
    }

    It 'reports what could not be submitted and why, and submits it the next time; then there is nothing left to do' {
        @(Get-SampleUrl 12) + 'nonsense' | Set-Content $list
        $server.Quota = 10

        $run = Invoke-Runbook
        $run.ExitCode | Should -Be 1 -Because $run.Output
        $run.Report.Status | Group-Object -NoElement | ForEach-Object { "$($_.Name) $($_.Count)" } | Should -Be 'error 3', 'succeed 10'
        $run.Report[11].Detail | Should -BeLike '*VOD.10086*'
        $run.Report[12].Detail | Should -BeLike '*VodInvalidUrl*'

        Get-SampleUrl 12 | Set-Content $list
        $server.Quota = 12
        (Invoke-Runbook).ExitCode | Should -Be 0
        $server.SubmittedUrls | Should -Be (Get-SampleUrl 12)

        $sent = $server.RequestCount
        $last = Invoke-Runbook
        $last.ExitCode | Should -Be 0 -Because $last.Output
        $last.Report.Status | Select-Object -Unique | Should -Be 'succeed'
        $server.RequestCount | Should -Be $sent
    }

    It 'loses no task id when it is killed, and waits on for what was accepted' {
        Get-SampleUrl 12 | Set-Content $list
        $server.AddFault('Gzip')
        $server.AddFault('Stall')
        $process = Start-Process $pwsh "-NoProfile -NonInteractive -File `"$runbook`" -UrlFile `"$list`"" -PassThru -RedirectStandardOutput "$list.out"
        try {
            Wait-Until { $server.RequestCount -eq 2 }
        } finally {
            $process.Kill()
            $process.WaitForExit()
        }

        $state = Import-Csv "$list.state.csv"
        $state.Url | Should -Be (Get-SampleUrl 10)

        $run = Invoke-Runbook
        $run.ExitCode | Should -Be 0 -Because $run.Output
        $run.Report[0].TaskId | Should -Be $state[0].TaskId
        $server.SubmittedUrls | Group-Object | Where-Object Count -GT 1 | ForEach-Object Name |
            Should -Be (Get-SampleUrl 2 -From 11) -Because 'nobody can know of the request that was under way'
    }

    It 'waits on for what was still open when its time was up' {
        Get-SampleUrl 2 | Set-Content $list
        $server.PollsUntilDone = 2

        $run = Invoke-Runbook '-TimeoutSec', 1
        $run.ExitCode | Should -Be 1 -Because $run.Output
        $run.Report.Status | Should -Be 'processing', 'processing'
        $run.Report[0].Detail | Should -BeLike '*VodWaitTimeout*'
        $run.Output | Should -Match 'Open\s+: 2'

        $again = Invoke-Runbook
        $again.ExitCode | Should -Be 0 -Because $again.Output
        @($server.Requests | Where-Object Method -EQ POST) | Should -HaveCount 1
        $again.Report.TaskId | Should -Be $run.Report.TaskId
    }

    It 'submits again what belongs to a task that the service does not know' {
        Get-SampleUrl 1 | Set-Content $list
        'Url,Status,TaskId,Detail,At', 'https://cdn.example.com/1.mp4,processing,lost,,' | Set-Content "$list.state.csv"

        $run = Invoke-Runbook
        $run.ExitCode | Should -Be 1 -Because $run.Output
        $run.Report[0].Detail | Should -BeLike '*VOD.10062*'
        $server.SubmittedUrls | Should -BeNullOrEmpty

        (Invoke-Runbook).ExitCode | Should -Be 0
        $server.SubmittedUrls | Should -Be (Get-SampleUrl 1)
    }

    It 'does not take a task without the URL for a success' {
        Get-SampleUrl 1 | Set-Content $list
        'Url,Status,TaskId,Detail,At', 'https://cdn.example.com/1.mp4,processing,other,,' | Set-Content "$list.state.csv"
        $server.SetTask('other', 'succeed https://cdn.example.com/2.mp4')

        $run = Invoke-Runbook
        $run.ExitCode | Should -Be 1 -Because $run.Output
        $run.Report.Status | Should -Be 'error'
    }

    It 'reports wrong credentials' {
        Get-SampleUrl 2 | Set-Content $list
        $server.RemoveAccessKey($TestServer::DefaultAccessKey)

        $run = Invoke-Runbook
        $run.ExitCode | Should -Be 1 -Because $run.Output
        $run.Report.Detail | Should -BeLike '*APIGW.0301*'
        $server.RequestCount | Should -Be 1
    }

    It 'does not run twice at the same time' {
        Get-SampleUrl 2 | Set-Content $list
        $held = [IO.FileStream]::new("$list.state.csv.lock", 'OpenOrCreate', 'ReadWrite', 'None')
        try {
            $run = Invoke-Runbook
        } finally {
            $held.Dispose()
        }

        $run.ExitCode | Should -Be 1 -Because $run.Output
        $server.RequestCount | Should -Be 0
    }

    It 'does not run without a URL' {
        '# nothing yet' | Set-Content $list
        $run = Invoke-Runbook
        $run.ExitCode | Should -Be 1
        $run.Output | Should -BeLike '*no URL*'
    }

    It 'can be rehearsed on the sandbox, with a state and a report of its own' {
        'https://cdn.example.com/a.mp4', 'https://cdn.example.com/fail.mp4' | Set-Content $list
        $run = Invoke-Runbook '-Sandbox'
        $run.ExitCode | Should -Be 1 -Because $run.Output
        (Import-Csv "$list.sandbox.report.csv").Status | Should -Be 'succeed', 'failed'
        "$list.state.csv" | Should -Not -Exist
        $server.RequestCount | Should -Be 0
    }

    It 'uses the connection of the session, and leaves it' {
        $other = $TestServer::Start()
        try {
            $other.PollsUntilDone = 0
            Connect-Server $other
            $connection = Get-VodConnection
            Get-SampleUrl 2 | Set-Content $list
            $summary = & $runbook $list
            $LASTEXITCODE | Should -Be 0
            $summary.Succeeded | Should -Be 2
            $other.SubmittedUrls | Should -Be (Get-SampleUrl 2)
            Get-VodConnection | Should -Be $connection
            $server.RequestCount | Should -Be 0
        } finally {
            $other.Dispose()
        }
    }

    It 'has help for each parameter' {
        $help = Get-Help $runbook
        $help.Synopsis | Should -BeLike 'Pre-loads*'
        $help.examples.example.Count | Should -BeGreaterThan 1
        foreach ($parameter in $help.parameters.parameter) { $parameter.description.Text | Should -Not -BeNullOrEmpty -Because $parameter.name }
    }
}

BeforeAll {
    . $PSScriptRoot/common.ps1
    . $PSScriptRoot/submit.common.ps1
    $server = $TestServer::Start()
    $runbook = "$root/samples/Invoke-PreheatRunbook.ps1"

    $modulePath = $env:PSModulePath
    $env:PSModulePath = "$root/out$([IO.Path]::PathSeparator)$modulePath"

    # Runs the runbook as a scheduler does, with the list of the test. Returns its exit code and its report.
    function Invoke-Runbook([string[]] $Arguments) {
        $output = & $pwsh -NoProfile -NonInteractive -File $runbook -UrlFile $list @Arguments 2>&1
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
        $env:VODPREHEAT_JOURNAL = "$list.journal"

        # Where the module finds the access key and the address of the server.
        $env:HUAWEICLOUD_SDK_AK = $TestServer::DefaultAccessKey
        $env:HUAWEICLOUD_SDK_SK = $TestServer::DefaultSecretKey
        $env:HUAWEICLOUD_SDK_PROJECT_ID = $TestServer::DefaultProjectId
        $env:HUAWEICLOUD_SDK_REGION_VOD_CN_NORTH_4 = $server.Endpoint
        $env:HW_REGION_NAME = 'cn-north-4'
    }

    AfterEach { Clear-Session }

    It 'reports each URL of the list, and exits with 0 if all are loaded' {
        '# the premiere', '', (Get-SampleUrl 12), ' https://cdn.example.com/1.mp4 ', 'https://cdn.example.com/A.mp4', 'https://cdn.example.com/a.mp4' |
            ForEach-Object { $_ } | Set-Content $list

        $run = Invoke-Runbook
        $run.ExitCode | Should -Be 0 -Because $run.Output
        $run.Report.Url | Should -HaveCount 14
        $run.Report.Url | Sort-Object -Unique -CaseSensitive | Should -HaveCount 14
        $run.Report.Status | Select-Object -Unique | Should -Be 'succeed'
        $run.Output | Should -Match '14 succeed'
    }

    It 'exits with 1 if a URL fails, and submits only that one the next time' {
        $urls = @(Get-SampleUrl 3) + 'https://cdn.example.com/fail.mp4'
        $urls | Set-Content $list
        $run = Invoke-Runbook '-MaximumResubmit', 0
        $run.ExitCode | Should -Be 1 -Because $run.Output
        ($run.Report | Where-Object Status -NE succeed).Url | Should -Be 'https://cdn.example.com/fail.mp4'

        (Invoke-Runbook '-MaximumResubmit', 0).ExitCode | Should -Be 1
        $server.SubmittedUrls | Should -Be ($urls + 'https://cdn.example.com/fail.mp4')
    }

    It 'reports what the quota did not permit, and submits it the next time' {
        Get-SampleUrl 12 | Set-Content $list
        $server.Quota = 10
        $run = Invoke-Runbook
        $run.ExitCode | Should -Be 1 -Because $run.Output
        $run.Report.Status | Group-Object -NoElement | ForEach-Object { "$($_.Name) $($_.Count)" } | Sort-Object | Should -Be 'notSubmitted 2', 'succeed 10'

        $server.Quota = 12
        (Invoke-Runbook).ExitCode | Should -Be 0
        $server.SubmittedUrls | Should -Be (Get-SampleUrl 12)
    }

    It 'finishes the job of a process that was terminated' {
        Get-SampleUrl 12 | Set-Content $list
        $server.PollsUntilDone = 1000
        $process = Start-Process $pwsh "-NoProfile -NonInteractive -File `"$runbook`" -UrlFile `"$list`"" -PassThru -RedirectStandardOutput "$list.out"
        try {
            Wait-Until { @(Get-JournalLine | Select-String '"accepted"').Count -eq 2 } -Seconds 60
        } finally {
            $process.Kill()
            $process.WaitForExit()
        }

        foreach ($line in Get-JournalLine | ConvertFrom-Json | Where-Object event -EQ accepted) {
            $urls = (Get-JournalLine | ConvertFrom-Json | Where-Object { $_.event -eq 'sending' -and $_.id -eq $line.id }).urls
            $server.SetTask($line.task_id, [string[]] ($urls | ForEach-Object { "succeed $_" }))
        }

        $run = Invoke-Runbook
        $run.ExitCode | Should -Be 0 -Because $run.Output
        $run.Report | Should -HaveCount 12
        $server.SubmittedUrls | Should -Be (Get-SampleUrl 12)
    }

    It 'reports every URL when the credentials are wrong' {
        Get-SampleUrl 2 | Set-Content $list
        $server.RemoveAccessKey($TestServer::DefaultAccessKey)
        $run = Invoke-Runbook
        $run.ExitCode | Should -Be 1 -Because $run.Output
        $run.Report.ErrorCode | Should -Be 'APIGW.0301', 'APIGW.0301'
        $run.Output | Should -Match 'APIGW\.0301'
        $server.RequestCount | Should -Be 1
    }

    It 'reports a list without URLs' {
        '# nothing yet' | Set-Content $list
        $run = Invoke-Runbook
        $run.ExitCode | Should -Be 1
        $run.Output | Should -BeLike '*no URL*'
    }

    It 'uses the default connection of the session and does not change it' {
        Connect-VodAccount -Sandbox
        $connection = Get-VodConnection
        'https://cdn.example.com/a.mp4', 'https://cdn.example.com/b-fail-once.mp4' | Set-Content $list
        $summary = & $runbook $list
        $LASTEXITCODE | Should -Be 0
        $summary | Should -Be '2 succeed'
        Get-VodConnection | Should -Be $connection
        $server.RequestCount | Should -Be 0
    }

    It 'has help for each parameter' {
        $help = Get-Help $runbook
        $help.Synopsis | Should -BeLike 'Pre-loads*'
        $help.examples.example | Should -Not -BeNullOrEmpty
        foreach ($parameter in $help.parameters.parameter) { $parameter.description.Text | Should -Not -BeNullOrEmpty -Because $parameter.name }
    }
}

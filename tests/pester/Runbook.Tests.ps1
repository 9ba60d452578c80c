BeforeAll {
    . $PSScriptRoot/common.ps1
    . $PSScriptRoot/submit.common.ps1
    $server = $TestServer::Start()
    $runbook = "$root/samples/Invoke-PreheatRunbook.ps1"

    $modulePath = $env:PSModulePath
    $env:PSModulePath = "$root/out$([IO.Path]::PathSeparator)$modulePath"

    # The result of a run of the runbook.
    function Get-Run([int] $ExitCode, [object[]] $Output) {
        [pscustomobject]@{
            ExitCode = $ExitCode
            Output   = ($Output -join "`n") -replace '\e\[[\d;]*m'
            Report   = (Test-Path -LiteralPath "$list.report.csv") ? @(Import-Csv -LiteralPath "$list.report.csv") : $null
        }
    }

    # Runs the runbook as a scheduler does, with the list of the test.
    function Invoke-Runbook([string[]] $Arguments) {
        $output = & $pwsh -NoProfile -NonInteractive -File $runbook -UrlFile $list @Arguments 2>&1
        Get-Run $LASTEXITCODE $output
    }

    # The same in this session, which takes less time.
    function Invoke-Here([hashtable] $With = @{}) {
        $output = & $runbook $list @With
        Get-Run $LASTEXITCODE $output
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
        $PSDefaultParameterValues = @{ 'Invoke-VodPreheat:PollIntervalSec' = 1 }

        # Where the module finds the access key and the address of the server.
        $env:HUAWEICLOUD_SDK_AK = $TestServer::DefaultAccessKey
        $env:HUAWEICLOUD_SDK_SK = $TestServer::DefaultSecretKey
        $env:HUAWEICLOUD_SDK_PROJECT_ID = $TestServer::DefaultProjectId
        $env:HUAWEICLOUD_SDK_REGION_VOD_CN_NORTH_4 = $server.Endpoint
        $env:HW_REGION_NAME = 'cn-north-4'
    }

    AfterEach { Clear-Session }

    Context 'as a scheduler runs it' {
        It 'reports each URL of the list in its order, and exits with 0 if all are loaded, without a terminal and HOME, as from cron' {
            '# the premiere', '', 'https://cdn.example.com/b.mp4', (Get-SampleUrl 12), ' https://cdn.example.com/1.mp4 ', 'https://cdn.example.com/A.mp4', 'https://cdn.example.com/a.mp4' |
                ForEach-Object { $_ } | Set-Content $list

            $start = [Diagnostics.ProcessStartInfo]::new($pwsh)
            $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
            '-NoProfile', '-NonInteractive', '-File', $runbook, $list | ForEach-Object { $start.ArgumentList.Add($_) }
            $start.Environment.Clear()
            foreach ($name in 'PATH', 'SystemRoot', 'DOTNET_ROOT', 'PSModulePath', 'VODPREHEAT_JOURNAL', 'HW_REGION_NAME', 'HUAWEICLOUD_SDK_AK', 'HUAWEICLOUD_SDK_SK', 'HUAWEICLOUD_SDK_PROJECT_ID', 'HUAWEICLOUD_SDK_REGION_VOD_CN_NORTH_4') {
                if ($value = [Environment]::GetEnvironmentVariable($name)) { $start.Environment[$name] = $value }
            }
            $process = [Diagnostics.Process]::Start($start)
            $process.StandardInput.Close()
            $errors = $process.StandardError.ReadToEndAsync()
            $output = $process.StandardOutput.ReadToEnd()
            $process.WaitForExit()
            $run = Get-Run $process.ExitCode ($output.Trim() -split '\r?\n')
            $run.ExitCode | Should -Be 0 -Because "$output $($errors.Result)"
            $errors.Result | Should -BeNullOrEmpty
            $output | Should -Not -Match '\e'
            $run.Report.Url | Should -BeExactly (@('https://cdn.example.com/b.mp4') + (Get-SampleUrl 12) + 'https://cdn.example.com/A.mp4' + 'https://cdn.example.com/a.mp4')
            $run.Report.Status | Select-Object -Unique | Should -Be 'succeed'
            $lines = $run.Output -split "`n"
            $lines | ForEach-Object { $_ | Should -Match '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d \S' }
            $lines[1] | Should -BeLike "*Connection: project $($TestServer::DefaultProjectId) in cn-north-4, AccessKey; journal: *; URLs submitted today: 0."
            $lines[-1] | Should -BeLike "*Result: 15 of 15 loaded; region cn-north-4, duration 0:0?:??, report $list.report.csv."
        }

        It 'finishes the job of a process that was terminated' {
            Get-SampleUrl 12 | Set-Content $list
            $server.PollsUntilDone = 1000
            $process = Start-Process $pwsh "-NoProfile -NonInteractive -File `"$runbook`" -UrlFile `"$list`"" -PassThru -RedirectStandardOutput "$list.out"
            try {
                Wait-Until { @(Get-VodPreheatTask -WarningAction Ignore | Where-Object TaskId).Count -eq 2 } -Seconds 60
            } finally {
                $process.Kill()
                $process.WaitForExit()
            }

            foreach ($task in Get-VodPreheatTask -WarningAction Ignore) { $server.SetTask($task.TaskId, [string[]] ($task.Url | ForEach-Object { "succeed $_" })) }
            $run = Invoke-Here
            $run.ExitCode | Should -Be 0 -Because $run.Output
            $run.Report | Should -HaveCount 12
            $server.SubmittedUrls | Should -Be (Get-SampleUrl 12)
        }
    }

    Context 'exit codes' {
        It 'are 1 if a URL fails, which is in the log with its reason, and only that one is submitted the next time' {
            $urls = @(Get-SampleUrl 3) + 'https://cdn.example.com/fail.mp4' + 'nonsense'
            $urls | Set-Content $list
            $run = Invoke-Here @{ MaximumResubmit = 0 }
            $run.ExitCode | Should -Be 1 -Because $run.Output
            ($run.Report | Where-Object Status -NE succeed).Url | Should -Be 'https://cdn.example.com/fail.mp4', 'nonsense'
            $run.Output | Should -Match 'Not loaded: https://cdn\.example\.com/fail\.mp4 \(failed\)'
            $run.Output | Should -Match 'Not loaded: nonsense \(rejected, VodInvalidUrl\) \w'
            $run.Output | Should -Match '2 of 5 URLs were not loaded: 1 failed, 1 rejected\.'
            $run.Output | Should -Match 'Result: 3 of 5 loaded'

            (Invoke-Here @{ MaximumResubmit = 0 }).ExitCode | Should -Be 1
            $server.SubmittedUrls | Should -Be (@(Get-SampleUrl 3) + 'https://cdn.example.com/fail.mp4' + 'https://cdn.example.com/fail.mp4')
        }

        It 'are 1 if the quota is used up on the way, and the rest is submitted the next time' {
            Get-SampleUrl 12 | Set-Content $list
            $server.Quota = 10
            $run = Invoke-Here
            $run.ExitCode | Should -Be 1 -Because $run.Output
            $run.Report.Status | Should -Be (@('succeed') * 10 + 'notSubmitted', 'notSubmitted')
            $run.Output | Should -Match 'VOD\.10086'

            $server.Quota = 12
            (Invoke-Here).ExitCode | Should -Be 0
            $server.SubmittedUrls | Should -Be (Get-SampleUrl 12)
        }

        It 'are 2 if the quota was used up before' {
            Get-SampleUrl 12 | Set-Content $list
            $server.Quota = 0
            $run = Invoke-Here
            $run.ExitCode | Should -Be 2 -Because $run.Output
            $run.Report | Should -HaveCount 12
        }

        It 'are 2 if the credentials are refused, after one request, and nothing is submitted' {
            Get-SampleUrl 2 | Set-Content $list
            $server.RemoveAccessKey($TestServer::DefaultAccessKey)
            $run = Invoke-Runbook
            $run.ExitCode | Should -Be 2 -Because $run.Output
            $run.Output | Should -Match 'The list was not processed: .*APIGW\.0301.*Connect-VodAccount'
            $server.Requests.Method | Should -Be GET
            $run.Report | Should -BeNullOrEmpty
        }

        It 'are 2 without credentials, without a list, without URLs, without the column, and after the deadline' {
            $runs = @(
                Invoke-Here
                '# nothing yet' | Set-Content $list
                Invoke-Here
                $list = [IO.Path]::ChangeExtension($list, '.CSV')
                'Title,PlayUrl', 'One,https://cdn.example.com/1.mp4' | Set-Content $list
                Invoke-Here
                Invoke-Here @{ UrlProperty = 'PlayUrl'; InputProperty = 'Name' }
                Invoke-Here @{ UrlProperty = 'PlayUrl'; Deadline = [DateTimeOffset]::Now.AddHours(-1) }
                Disconnect-VodAccount
                $env:HUAWEICLOUD_SDK_SK = ''
                Invoke-Here @{ UrlProperty = 'PlayUrl' }
                'Title;PlayUrl', 'One;https://cdn.example.com/1.mp4' | Set-Content $list
                Invoke-Here @{ UrlProperty = 'PlayUrl' }
            )
            $runs.ExitCode | Should -Be 2, 2, 2, 2, 2, 2, 2
            $expected = 'not exist', 'contains no URL', 'no column Url. Its columns are: Title, PlayUrl', 'no column Name', 'deadline', 'VodCredentialInvalid', "columns are: Title;PlayUrl. *-Delimiter ';'"
            0..6 | ForEach-Object { $runs[$_].Output | Should -BeLike "*The list was not processed: *$($expected[$_])*" }
            $server.SubmittedUrls | Should -BeNullOrEmpty
        }
    }

    Context 'the list and the report' {
        It 'copies columns of a CSV file, also of a row without a URL' {
            $list = [IO.Path]::ChangeExtension($list, '.csv')
            'Title,PlayUrl', '"Part 2, ""final""",https://cdn.example.com/2.mp4', '首映,https://cdn.example.com/1.mp4', 'No URL,' | Set-Content $list
            $run = Invoke-Here @{ UrlProperty = 'PlayUrl'; InputProperty = 'Title' }
            $run.ExitCode | Should -Be 1 -Because $run.Output
            $run.Report.Title | Should -Be 'Part 2, "final"', '首映', 'No URL'
            $run.Report.Status | Should -Be succeed, succeed, rejected
            $run.Report[0].PSObject.Properties.Name | Should -Be Title, Url, Status, TaskId, Attempts, SubmittedAt, EndedAt, ErrorCode, Finding, Detail
        }

        It 'takes another delimiter, and several columns in one text, as pwsh -File passes them' {
            $list = [IO.Path]::ChangeExtension($list, '.csv')
            'Title;Part;PlayUrl', 'One;7;https://cdn.example.com/1.mp4' | Set-Content $list
            $run = Invoke-Here @{ UrlProperty = 'PlayUrl'; InputProperty = 'Title, Part'; Delimiter = ';' }
            $run.ExitCode | Should -Be 0 -Because $run.Output
            $run.Report[0].Title, $run.Report[0].Part | Should -Be 'One', '7'
        }

        It 'takes paths as they are' {
            $list = Join-Path $TestDrive 'premiere [final] $x.txt'
            Set-Content -LiteralPath $list (Get-SampleUrl 1)
            (Invoke-Here).ExitCode | Should -Be 0
            Test-Path -LiteralPath "$list.report.csv" | Should -BeTrue
        }

        It 'writes times that any culture reads again: <_>' -ForEach 'de-DE', 'en-GB', 'th-TH', 'fa-IR', 'ar-SA' {
            Get-SampleUrl 1 | Set-Content $list
            $before = [DateTimeOffset]::Now.AddSeconds(-2)
            $culture = [cultureinfo]::CurrentCulture
            [cultureinfo]::CurrentCulture = $_
            try { $run = Invoke-Here } finally { [cultureinfo]::CurrentCulture = $culture }
            $run.ExitCode | Should -Be 0 -Because $run.Output
            $run.Report.EndedAt | Should -Match '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$'
            $run.Output | Should -Match '(?m)^\d{4}-\d\d-\d\dT'
            foreach ($time in $run.Report.SubmittedAt, $run.Report.EndedAt) {
                [DateTimeOffset] $time | Should -BeGreaterThan $before
                [DateTimeOffset] $time | Should -BeLessThan ([DateTimeOffset]::Now.AddSeconds(1))
            }
        }

        It 'uses the default connection of the session and does not change it, and says what to check' {
            Connect-VodAccount -Sandbox
            $connection = Get-VodConnection
            'https://cdn.example.com/a.mp4', 'https://cdn.example.com/b-fail.mp4' | Set-Content $list
            $run = Invoke-Here @{ Diagnose = $true; MaximumResubmit = 0 }
            $run.ExitCode | Should -Be 1
            $run.Report.Finding | Should -Be '', 'AccessDenied'
            $run.Output | Should -Match 'Not loaded: \S+ \(failed, AccessDenied\) \w'
            Get-VodConnection | Should -Be $connection
            $server.RequestCount | Should -Be 0
        }
    }

    It 'has help for each parameter' {
        $help = Get-Help $runbook
        $help.Synopsis | Should -BeLike 'Pre-loads*'
        $help.examples.example | Should -Not -BeNullOrEmpty
        foreach ($parameter in $help.parameters.parameter) { $parameter.description.Text | Should -Not -BeNullOrEmpty -Because $parameter.name }
    }
}

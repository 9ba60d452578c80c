BeforeAll {
    . $PSScriptRoot/common.ps1
    . $PSScriptRoot/submit.common.ps1
    $server = $TestServer::Start()

    # The URLs of each request, in the order of arrival.
    function Get-Batch {
        foreach ($request in $server.Requests) { , @(($request.Body | ConvertFrom-Json).urls) }
    }
}

AfterAll {
    Disconnect-VodAccount
    $server.Dispose()
}

Describe 'Start-VodPreheat, input and requests' {
    BeforeEach {
        $server.Reset()
        Connect-Server $server
    }

    Context 'requests' {
        It 'have 10 URLs each, in the order of the pipeline' {
            $urls = Get-SampleUrl 23
            $tasks = $urls | Start-VodPreheat
            Get-Batch | ForEach-Object Count | Should -Be 10, 10, 3
            $server.SubmittedUrls | Should -Be $urls
            $tasks.Url | Should -Be $urls
        }

        It 'return a PreheatTask each' {
            $before = [DateTimeOffset]::Now
            $task = Start-VodPreheat 'https://cdn.example.com/a.mp4'
            $task | Should -BeOfType VodPreheat.PreheatTask
            $task.TaskId | Should -Match '^[0-9a-f]{32}$'
            $task.AssetId | Should -BeNullOrEmpty
            $task.SubmittedAt | Should -BeGreaterOrEqual $before
            $task.SubmittedAt | Should -BeLessOrEqual ([DateTimeOffset]::Now)
            "$task" | Should -Be $task.TaskId
        }

        It 'are those of the API documentation' {
            $null = Start-VodPreheat 'https://cdn.example.com/a.mp4'
            $request = $server.Requests[0]
            $request.Method | Should -Be 'POST'
            $request.Target | Should -Be "/v1.0/$($TestServer::DefaultProjectId)/asset/preheating"
            $request.Headers['Content-Type'] | Should -Be 'application/json'
            $request.Body | Should -Be '{"urls":["https://cdn.example.com/a.mp4"]}'
        }

        It 'have URLs <From>' -ForEach @(
            @{ From = 'as an argument'; Submit = { Start-VodPreheat $urls[0]; Start-VodPreheat -Url $urls[1]; Start-VodPreheat $urls[2] } }
            @{ From = 'as an array'; Submit = { Start-VodPreheat $urls } }
            @{ From = 'from the pipeline'; Submit = { $urls | Start-VodPreheat } }
            @{ From = 'as arrays in the pipeline'; Submit = { , $urls | Start-VodPreheat } }
            @{ From = 'by the property Url, as of a CSV file'; Submit = { 'Url', $urls | ForEach-Object { $_ } | ConvertFrom-Csv | Start-VodPreheat } }
            @{ From = 'of the tasks of Start-VodPreheat'; Submit = { $urls | Start-VodPreheat -OutVariable tasks; $server.Reset(); $tasks | Start-VodPreheat } }
            @{ From = 'of PreheatTask objects'; Submit = { [VodPreheat.PreheatTask]@{ TaskId = 't'; Url = $urls } | Start-VodPreheat } }
            @{ From = 'of PreheatingResult objects'; Submit = { $urls | ForEach-Object { [VodPreheat.PreheatingResult]@{ TaskId = 't'; Url = $_; Status = 'failed' } } | Start-VodPreheat } }
        ) {
            $urls = Get-SampleUrl 3
            $run = Get-Outcome $Submit
            $run.Errors + $run.Failure | Should -BeNullOrEmpty
            $server.SubmittedUrls | Should -Be $urls
        }

        It 'have URLs byte for byte: <Url>' -ForEach @(
            @{ Url = 'https://cdn.example.com/a.mp4?auth_key=1700000000-0-0-0f1e2d3c4b5a69788796a5b4c3d2e1f0&x=1' }
            @{ Url = "https://cdn.example.com/`u{5F71}`u{7247}/`u{7B2C}`u{4E00}`u{96C6}.mp4" }
            @{ Url = 'https://cdn.example.com/%E5%BD%B1%e7%89%87/100%25.mp4' }
            @{ Url = 'https://cdn.example.com/a+b,c;d[1].mp4?q=a+b%20c&amp;d=''(*)!$&u=https://o.example.com/,' }
            @{ Url = 'HTTP://CDN.example.com:80/./a/../b//c.mp4#t=1' }
            @{ Url = "https://cdn.example.com/`u{1F600}/`u{E9}/e`u{301}.mp4" }
        ) {
            (Start-VodPreheat $Url).Url | Should -BeExactly $Url
            [Text.Encoding]::UTF8.GetBytes($server.SubmittedUrls[0]) | Should -Be ([Text.Encoding]::UTF8.GetBytes($Url))
        }

        It 'have URLs without the spaces around them, which the example of the API documentation has' {
            (Start-VodPreheat "  https://cdn.example.com/a.mp4 `t").Url | Should -BeExactly 'https://cdn.example.com/a.mp4'
            $server.SubmittedUrls | Should -BeExactly 'https://cdn.example.com/a.mp4'
        }

        It 'have a repeated URL as often as it is in the input' {
            $null = 'https://cdn.example.com/a.mp4', 'https://cdn.example.com/a.mp4' | Start-VodPreheat
            $server.SubmittedUrls.Count | Should -Be 2
        }

        It 'are not sent for an empty list' {
            @() | Start-VodPreheat | Should -BeNullOrEmpty
            Start-VodPreheat -Url @() | Should -BeNullOrEmpty
            $server.RequestCount | Should -Be 0
        }

        It 'use the specified connection' {
            $other = $TestServer::Start()
            try {
                $connection = Connect-Server $other @{ NoDefault = $true }
                $null = Get-SampleUrl 2 | Start-VodPreheat -Connection $connection
                $other.SubmittedUrls.Count | Should -Be 2
                $server.RequestCount | Should -Be 0
            } finally {
                $other.Dispose()
            }
        }
    }

    Context 'assets' {
        It 'are sent in a request each' {
            $tasks = Start-VodPreheat -AssetId a1, ' a2 '
            $server.Requests.Body | Should -Be '{"asset_id":"a1"}', '{"asset_id":"a2"}'
            $tasks.AssetId | Should -Be 'a1', 'a2'
            $tasks[0].Url.Count | Should -Be 0
        }

        It 'bind by the property AssetId' {
            $run = Get-Outcome { [pscustomobject]@{ AssetId = 'a1' }, [pscustomobject]@{ AssetId = 'a2' } | Start-VodPreheat }
            $run.Errors | Should -BeNullOrEmpty
            $server.SubmittedAssets | Should -Be 'a1', 'a2'
        }

        It 'of a PreheatTask are submitted again' {
            $run = Get-Outcome { [VodPreheat.PreheatTask]@{ TaskId = 't'; AssetId = 'a1' } | Start-VodPreheat }
            $run.Errors | Should -BeNullOrEmpty
            $server.SubmittedAssets | Should -Be 'a1'
            $server.SubmittedUrls | Should -BeNullOrEmpty
        }

        It 'with a blank ID cause an error, and the others are submitted' {
            $run = Get-Outcome { Start-VodPreheat -AssetId 'a1', ' ', 'a2' }
            Assert-Failure $run.Errors[0] 'VodInvalidAssetId' 'InvalidArgument'
            $server.SubmittedAssets | Should -Be 'a1', 'a2'
        }

        It 'with half a character in the ID, which would be sent as another ID, cause an error' {
            $run = Get-Outcome { Start-VodPreheat -AssetId "a$([char] 0xD83C)", 'a2' }
            Assert-Failure $run.Errors[0] 'VodInvalidAssetId' 'InvalidArgument'
            $server.SubmittedAssets | Should -Be 'a2'
        }

        It 'of a task that has neither URLs nor an asset cause an error' {
            $run = Get-Outcome { [VodPreheat.PreheatTask]@{ TaskId = 't' } | Start-VodPreheat }
            Assert-Failure $run.Errors[0] 'VodInvalidUrl' 'InvalidArgument'
            $server.RequestCount | Should -Be 0
        }

        It 'cannot be combined with URLs' {
            { Start-VodPreheat -Url 'https://cdn.example.com/a.mp4' -AssetId a1 } | Should -Throw
            $server.RequestCount | Should -Be 0
        }
    }

    Context 'an invalid URL' {
        It 'is reported before anything is sent, and the others are submitted: <Text>' -ForEach @(
            @{ Text = 'cdn.example.com/a.mp4' }
            @{ Text = '/videos/a.mp4' }
            @{ Text = 'C:\videos\a.mp4' }
            @{ Text = 'file:///videos/a.mp4' }
            @{ Text = 'ftp://cdn.example.com/a.mp4' }
            @{ Text = 'https:///a.mp4' }
            @{ Text = "https://cdn.example.com/a`nb.mp4" }
            @{ Text = "https://cdn.example.com/$([char] 0xD800).mp4" }
            @{ Text = '' }
            @{ Text = '  ' }
            @{ Text = $null }
        ) {
            $run = Get-Outcome { 'https://cdn.example.com/1.mp4', $Text, 'https://cdn.example.com/2.mp4' | Start-VodPreheat }
            $run.Failure | Should -BeNullOrEmpty
            $run.Errors.Count | Should -Be 1
            Assert-Failure $run.Errors[0] 'VodInvalidUrl' 'InvalidArgument'
            $run.Errors[0].TargetObject | Should -BeExactly $Text
            $server.SubmittedUrls | Should -Be 'https://cdn.example.com/1.mp4', 'https://cdn.example.com/2.mp4'
        }
    }

    Context 'WhatIf and Confirm' {
        It 'display the requests and their number, and send nothing' {
            $transcript = Join-Path $TestDrive whatif.txt
            $null = Start-Transcript $transcript
            try {
                $written = @(Get-SampleUrl 11 | Start-VodPreheat -WhatIf)
            } finally {
                $null = Stop-Transcript
            }

            $written | Should -BeNullOrEmpty
            $server.RequestCount | Should -Be 0
            $written = @(Get-Content $transcript | Where-Object { $_ -like 'What if:*' })
            $written.Count | Should -Be 2
            $written[0] | Should -BeLike '*request 1: 10 URLs, https://cdn.example.com/1.mp4 to https://cdn.example.com/10.mp4*'
            $written[1] | Should -BeLike '*request 2: https://cdn.example.com/11.mp4*'
        }

        It 'prompt for nothing with -Confirm:$false' {
            $run = Invoke-Aside { $ConfirmPreference = 'Low'; Start-VodPreheat https://cdn.example.com/a.mp4 -Confirm:$false }
            (Complete-Aside $run).Url | Should -Be 'https://cdn.example.com/a.mp4'
        }

        It 'send nothing before the prompt is answered' {
            # A runspace without a host cannot prompt.
            $run = Invoke-Aside { Start-VodPreheat https://cdn.example.com/a.mp4 -Confirm }
            Wait-Until { $run.Result.IsCompleted }
            $run.Shell.HadErrors | Should -BeTrue
            $run.Shell.Dispose()
            $server.RequestCount | Should -Be 0
        }
    }

    Context 'progress' {
        BeforeAll {
            $server.Reset()
            Connect-Server $server
            $slowly = '1..13 | ForEach-Object { "https://cdn.example.com/$_.mp4"; Start-Sleep -Milliseconds 300 } | Start-VodPreheat'
            $runs = @{
                shown   = Invoke-Aside ([scriptblock]::Create($slowly))
                ignored = Invoke-Aside ([scriptblock]::Create("$slowly -ProgressAction Ignore"))
                silent  = Invoke-Aside ([scriptblock]::Create("`$ProgressPreference = 'SilentlyContinue'; $slowly"))
                enough  = Invoke-Aside ([scriptblock]::Create("$slowly | Select-Object -First 1"))
                quick   = Invoke-Aside { Start-VodPreheat https://cdn.example.com/1.mp4 }
            }
            Wait-Until { -not $runs.Values.Where({ -not $_.Result.IsCompleted }) }
            $bar = $runs.shown.Shell.Streams.Progress
        }

        AfterAll { $runs.Values.Shell.Dispose() }

        It 'displays the number of submitted URLs after two seconds' {
            $bar | ForEach-Object { "$($_.ActivityId) $($_.Activity)" } | Select-Object -Unique | Should -Be "0 Submitting for pre-loading (cn-north-4, $($TestServer::DefaultProjectId.Substring(0, 7))`u{2026})"
            $bar[0].StatusDescription | Should -Be '0 URLs submitted' -Because 'the first ten take three seconds'
            @($bar.StatusDescription) | Should -Contain '10 URLs submitted'
            $bar[0].PercentComplete | Should -Be -1
            $bar.Count | Should -BeLessThan 13 -Because 'it comes at most twice a second'
        }

        It 'is completed <When>' -ForEach @(
            @{ When = 'at the end'; Name = 'shown' }
            @{ When = 'when nobody wants more'; Name = 'enough' }
        ) {
            $records = $runs[$Name].Shell.Streams.Progress
            @($records | Where-Object RecordType -EQ Completed) | Should -HaveCount 1
            $records[-1].RecordType | Should -Be 'Completed'
        }

        It 'is hidden by <When>' -ForEach @(
            @{ When = '-ProgressAction Ignore'; Name = 'ignored' }
            @{ When = '$ProgressPreference = "SilentlyContinue"'; Name = 'silent' }
            @{ When = 'two seconds'; Name = 'quick' }
        ) {
            $runs[$Name].Output.Count | Should -BeGreaterThan 0
            $runs[$Name].Shell.Streams.Progress | Should -BeNullOrEmpty
        }

        It 'is displayed while the service does not answer' {
            Connect-Server $server @{ TimeoutSec = 60 }
            $server.AddFault('Stall')
            $run = Invoke-Aside { Start-VodPreheat https://cdn.example.com/1.mp4 }
            Wait-Until { $run.Shell.Streams.Progress.Count -gt 1 }
            Stop-Aside $run
        }

        It 'displays for how long the service throttles' {
            $server.AddAnswer(429, '{"error_code":"APIGW.0308","error_msg":"limit"}', 'application/json', 'Retry-After', '250')
            $run = Invoke-Aside { Start-VodPreheat https://cdn.example.com/1.mp4 }
            Wait-Until { $run.Shell.Streams.Progress.Count }
            $run.Shell.Streams.Progress[0].StatusDescription | Should -Match '^0 URLs submitted; waiting 2\d\d seconds for the rate limit'
            Stop-Aside $run
        }

        It 'displays that nothing more is submitted while the remaining input is read' {
            $server.Quota = 0
            $run = Invoke-Aside ([scriptblock]::Create("1..10 | ForEach-Object { `"https://cdn.example.com/`$_.mp4`" } | Start-VodPreheat -ErrorAction Ignore; $slowly"))
            Wait-Until { $run.Result.IsCompleted }
            $run.Shell.Streams.Progress.StatusDescription | Should -Contain '0 URLs submitted; nothing more is submitted (VOD.10086), reading the rest of the input'
            $run.Shell.Dispose()
        }
    }
}

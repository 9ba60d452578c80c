BeforeAll {
    . $PSScriptRoot/common.ps1
    . $PSScriptRoot/submit.common.ps1
    $server = $TestServer::Start()

    # The URLs of each request, in the order in which the requests arrived.
    function Get-Batch {
        foreach ($request in $server.Requests) { , @(($request.Body | ConvertFrom-Json).urls) }
    }
}

AfterAll {
    Disconnect-VodAccount
    $server.Dispose()
}

Describe 'Start-VodPreheat' {
    BeforeEach {
        $server.Reset()
        Connect-Server $server
    }

    Context 'what goes out' {
        It 'fills requests of 10 from the pipeline and keeps the order' {
            $urls = Get-SampleUrl 23
            $tasks = $urls | Start-VodPreheat
            Get-Batch | ForEach-Object Count | Should -Be 10, 10, 3
            $server.SubmittedUrls | Should -Be $urls
            $tasks.Url | Should -Be $urls
        }

        It 'writes a PreheatTask a request' {
            $before = [DateTimeOffset]::Now
            $task = Start-VodPreheat 'https://cdn.example.com/a.mp4'
            $task | Should -BeOfType VodPreheat.PreheatTask
            $task.TaskId | Should -Match '^[0-9a-f]{32}$'
            $task.AssetId | Should -BeNullOrEmpty
            $task.SubmittedAt | Should -BeGreaterOrEqual $before
            $task.SubmittedAt | Should -BeLessOrEqual ([DateTimeOffset]::Now)
            "$task" | Should -Be $task.TaskId
        }

        It 'posts JSON to the project, as the API page has it' {
            $null = Start-VodPreheat 'https://cdn.example.com/a.mp4'
            $request = $server.Requests[0]
            $request.Method | Should -Be 'POST'
            $request.Target | Should -Be "/v1.0/$($TestServer::DefaultProjectId)/asset/preheating"
            $request.Headers['Content-Type'] | Should -Be 'application/json'
            $request.Body | Should -Be '{"urls":["https://cdn.example.com/a.mp4"]}'
        }

        It 'takes URLs <From>' -ForEach @(
            @{ From = 'as an argument'; Submit = { Start-VodPreheat $urls[0]; Start-VodPreheat -Url $urls[1]; Start-VodPreheat $urls[2] } }
            @{ From = 'as an array'; Submit = { Start-VodPreheat $urls } }
            @{ From = 'from the pipeline'; Submit = { $urls | Start-VodPreheat } }
            @{ From = 'as arrays in the pipeline'; Submit = { , $urls | Start-VodPreheat } }
            @{ From = 'by the property Url, as of a CSV file'; Submit = { 'Url', $urls | ForEach-Object { $_ } | ConvertFrom-Csv | Start-VodPreheat } }
            @{ From = 'of the tasks of Start-VodPreheat'; Submit = { $urls | Start-VodPreheat -OutVariable tasks; $server.Reset(); $tasks | Start-VodPreheat } }
            @{ From = 'of PreheatTask objects'; Submit = { [VodPreheat.PreheatTask]::new('t', $urls, $null, [DateTimeOffset]::Now) | Start-VodPreheat } }
            @{ From = 'of PreheatingResult objects'; Submit = { $urls | ForEach-Object { [VodPreheat.PreheatingResult]::new('t', $_, 'failed') } | Start-VodPreheat } }
        ) {
            $urls = Get-SampleUrl 3
            $run = Get-Outcome $Submit
            $run.Errors + $run.Failure | Should -BeNullOrEmpty
            $server.SubmittedUrls | Should -Be $urls
        }

        It 'sends <Url> byte for byte' -ForEach @(
            @{ Url = 'https://cdn.example.com/a.mp4?auth_key=1700000000-0-0-0f1e2d3c4b5a69788796a5b4c3d2e1f0&x=1' }
            @{ Url = "https://cdn.example.com/`u{5F71}`u{7247}/`u{7B2C}`u{4E00}`u{96C6}.mp4" }
            @{ Url = 'https://cdn.example.com/%E5%BD%B1%e7%89%87/100%25.mp4' }
            @{ Url = 'https://cdn.example.com/a+b c.mp4?q=a+b%20c&amp;d=''"<\' }
            @{ Url = 'HTTP://CDN.example.com:80/./a/../b//c.mp4#t=1' }
            @{ Url = "https://cdn.example.com/`u{1F600}/`u{E9}/e`u{301}.mp4" }
        ) {
            (Start-VodPreheat $Url).Url | Should -BeExactly $Url
            [Text.Encoding]::UTF8.GetBytes($server.SubmittedUrls[0]) | Should -Be ([Text.Encoding]::UTF8.GetBytes($Url))
        }

        It 'trims outer blanks, as the API page has them in its example' {
            (Start-VodPreheat "  https://cdn.example.com/a.mp4 `t").Url | Should -BeExactly 'https://cdn.example.com/a.mp4'
            $server.SubmittedUrls | Should -BeExactly 'https://cdn.example.com/a.mp4'
        }

        It 'sends the same URL as often as it is given' {
            $null = 'https://cdn.example.com/a.mp4', 'https://cdn.example.com/a.mp4' | Start-VodPreheat
            $server.SubmittedUrls.Count | Should -Be 2
        }

        It 'sends nothing for an empty list' {
            @() | Start-VodPreheat | Should -BeNullOrEmpty
            Start-VodPreheat -Url @() | Should -BeNullOrEmpty
            $server.RequestCount | Should -Be 0
        }

        It 'uses the given connection' {
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
        It 'sends each asset in a request of its own' {
            $tasks = Start-VodPreheat -AssetId a1, ' a2 '
            $server.Requests.Body | Should -Be '{"asset_id":"a1"}', '{"asset_id":"a2"}'
            $tasks.AssetId | Should -Be 'a1', 'a2'
            $tasks[0].Url.Count | Should -Be 0
        }

        It 'takes assets by the property AssetId' {
            $run = Get-Outcome { [pscustomobject]@{ AssetId = 'a1' }, [pscustomobject]@{ AssetId = 'a2' } | Start-VodPreheat }
            $run.Errors | Should -BeNullOrEmpty
            $server.SubmittedAssets | Should -Be 'a1', 'a2'
        }

        It 'submits the asset of a PreheatTask again' {
            $run = Get-Outcome { [VodPreheat.PreheatTask]::new('t', @(), 'a1', [DateTimeOffset]::Now) | Start-VodPreheat }
            $run.Errors | Should -BeNullOrEmpty
            $server.SubmittedAssets | Should -Be 'a1'
            $server.SubmittedUrls | Should -BeNullOrEmpty
        }

        It 'refuses a blank asset id, and the others go on' {
            $run = Get-Outcome { Start-VodPreheat -AssetId 'a1', ' ', 'a2' }
            Assert-Failure $run.Errors[0] 'VodInvalidAssetId' 'InvalidArgument'
            $server.SubmittedAssets | Should -Be 'a1', 'a2'
        }

        It 'does not take URLs and assets in one call' {
            { Start-VodPreheat -Url 'https://cdn.example.com/a.mp4' -AssetId a1 } | Should -Throw
            $server.RequestCount | Should -Be 0
        }
    }

    Context 'what is not a URL' {
        It 'refuses <Text> before anything is sent, and the others go on' -ForEach @(
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
        It 'says what would go out and how many requests it takes, and sends nothing' {
            $transcript = Join-Path $TestDrive whatif.txt
            $null = Start-Transcript $transcript
            try {
                $written = @(Get-SampleUrl 11 | Start-VodPreheat -WhatIf)
            } finally {
                $null = Stop-Transcript
            }

            $written | Should -BeNullOrEmpty
            $server.RequestCount | Should -Be 0
            $told = @(Get-Content $transcript | Where-Object { $_ -like 'What if:*' })
            $told.Count | Should -Be 2
            $told[0] | Should -BeLike '*request 1: 10 URLs, https://cdn.example.com/1.mp4 to https://cdn.example.com/10.mp4*'
            $told[1] | Should -BeLike '*request 2: https://cdn.example.com/11.mp4*'
        }

        It 'asks nothing under -Confirm:$false' {
            $run = Invoke-Aside { $ConfirmPreference = 'Low'; Start-VodPreheat https://cdn.example.com/a.mp4 -Confirm:$false }
            (Complete-Aside $run).Url | Should -Be 'https://cdn.example.com/a.mp4'
        }

        It 'sends nothing under -Confirm before the answer' {
            # Nobody can answer in a runspace without a host.
            $run = Invoke-Aside { Start-VodPreheat https://cdn.example.com/a.mp4 -Confirm }
            Wait-Until { $run.Result.IsCompleted }
            $run.Shell.HadErrors | Should -BeTrue
            $run.Shell.Dispose()
            $server.RequestCount | Should -Be 0
        }
    }

    Context 'when things go wrong' {
        BeforeAll {
            # Does not return before the server has answered well once: a reused connection, accepted credentials.
            function Connect-Warm([hashtable] $With = @{}) {
                Connect-Server $server $With
                $null = Start-VodPreheat 'https://cdn.example.com/warm.mp4'
            }
        }

        It 'writes a task the moment its request is accepted' {
            Connect-Server $server @{ TimeoutSec = 60 }
            $server.AddFault('Gzip')
            $server.AddFault('Stall')
            $run = Invoke-Aside { 1..20 | ForEach-Object { "https://cdn.example.com/$_.mp4" } | Start-VodPreheat }
            Wait-Until { $server.RequestCount -eq 2 }
            $run.Output.Count | Should -Be 1
            $run.Output[0].Url | Should -Be (Get-SampleUrl 10)
            Stop-Aside $run
        }

        It 'ends at once on Ctrl+C' {
            Connect-Server $server @{ TimeoutSec = 60 }
            $server.AddFault('Stall', -1)
            $idle = $server.OpenConnections
            $run = Invoke-Aside { Start-VodPreheat https://cdn.example.com/a.mp4 }
            Wait-Until { $server.RequestCount -eq 1 }
            Stop-Aside $run
            Wait-Until { $server.OpenConnections -le $idle }
            $run.Output | Should -BeNullOrEmpty
        }

        It 'ends at once on Ctrl+C while a 429 holds it back' {
            $server.AddAnswer(429, '{"error_code":"APIGW.0308","error_msg":"limit"}', 'application/json', 'Retry-After', '250')
            $run = Invoke-Aside { Start-VodPreheat https://cdn.example.com/a.mp4 }
            Wait-Until { $server.RequestCount -eq 1 -and $server.Requests[0].StatusSent -eq 429 }
            Stop-Aside $run
            $server.SubmittedUrls | Should -BeNullOrEmpty
        }

        It 'stops sending when the quota is used up, and one error at the end has all that was not sent' {
            $server.Quota = 12
            $read = [Collections.Generic.List[string]]::new()
            $run = Get-Outcome { Get-SampleUrl 35 | ForEach-Object { $read.Add($_); $_ } | Start-VodPreheat }
            $read.Count | Should -Be 35
            $server.RequestCount | Should -Be 2
            $run.Output.Url | Should -Be (Get-SampleUrl 10)
            $run.Errors | Should -BeNullOrEmpty
            Assert-Failure $run.Failure 'VOD.10086' 'QuotaExceeded'
            $run.Failure.TargetObject | Should -Be (Get-SampleUrl 25 -From 11)
        }

        It 'names the tasks that were accepted before, as its end is the end of a waiting pipeline, too' {
            $server.Quota = 10
            $run = Get-Outcome { Get-SampleUrl 11 | Start-VodPreheat -OutVariable tasks | Wait-VodPreheat }
            $run.Failure.Exception.Message | Should -BeLike "*$($tasks.TaskId)*"
            $run.Failure.TargetObject | Should -Be (Get-SampleUrl 1 -From 11)
        }

        It 'still refuses what is not a URL after the quota is used up' {
            $server.Quota = 0
            $run = Get-Outcome { @(Get-SampleUrl 10) + 'nonsense' + @(Get-SampleUrl 2 -From 11) | Start-VodPreheat }
            $run.Errors.TargetObject | Should -Be 'nonsense'
            $run.Failure.TargetObject | Should -Be (Get-SampleUrl 12)
        }

        It 'stops sending when <What> in the middle' -ForEach @(
            @{ What = 'the access key is deleted'; Id = 'APIGW.0301'; Connect = @{}; Break = { $server.RemoveAccessKey($TestServer::DefaultAccessKey) } }
            @{ What = 'the token is revoked'; Id = 'APIGW.0301'; Connect = @{ Token = 'a-token' }; Break = { $server.RevokeToken('a-token') } }
            @{ What = 'the token ends'; Id = 'APIGW.0307'; Connect = @{ Token = 'a-token' }; Break = { $server.ExpireToken('a-token') } }
        ) {
            if ($Connect.Token) {
                $server.AddToken($Connect.Token, $TestServer::DefaultProjectId)
                Connect-Server $server @{ Token = ConvertTo-Secret $Connect.Token }
            }

            $run = Get-Outcome {
                Get-SampleUrl 35 | Start-VodPreheat | ForEach-Object { & $Break; $_ }
            }
            $run.Output.Url | Should -Be (Get-SampleUrl 10)
            Assert-Failure $run.Failure $Id 'AuthenticationError'
            $run.Failure.TargetObject | Should -Be (Get-SampleUrl 25 -From 11)
            $server.RequestCount | Should -Be 2
        }

        It 'sends a POST of unknown outcome once: <Fault>' -ForEach @(
            @{ Fault = 'ResetBeforeHeaders'; Id = 'VodConnectionFailed' }
            @{ Fault = 'ResetInHeaders'; Id = 'VodConnectionFailed' }
            @{ Fault = 'ResetInBody'; Id = 'VodConnectionFailed' }
            @{ Fault = 'CloseBeforeHeaders'; Id = 'VodConnectionFailed' }
            @{ Fault = 'TruncatedBody'; Id = 'VodConnectionFailed' }
            @{ Fault = 'Stall'; Id = 'VodTimeout' }
            @{ Fault = 'StallInBody'; Id = 'VodTimeout' }
            @{ Fault = 'TruncatedJson'; Id = 'VodUnexpectedResponse' }
            @{ Fault = 'EmptyBody'; Id = 'VodUnexpectedResponse' }
            @{ Fault = 'BrokenGzip'; Id = 'VodUnexpectedResponse' }
            @{ Fault = 'NoContent204'; Id = 'VodUnexpectedResponse' }
            @{ Fault = 'HtmlPage'; Id = 'VodUnexpectedResponse' }
            @{ Fault = 'OtherObject'; Id = 'VodUnexpectedResponse' }
            @{ Fault = 'Redirect302'; Id = 'VodUnexpectedResponse' }
            @{ Fault = 'Error500'; Id = 'VOD.10051' }
            @{ Fault = 'Error502'; Id = 'APIGW.0201' }
            @{ Fault = 'Html502'; Id = 'VodHttpError' }
            @{ Fault = 'Error503'; Id = 'APIGW.0613' }
            @{ Fault = 'Error504'; Id = 'APIGW.0201' }
        ) {
            Connect-Warm @{ TimeoutSec = 1 }
            $server.AddFault($Fault)
            $run = Get-Outcome { Get-SampleUrl 11 | Start-VodPreheat }
            $server.RequestCount | Should -Be 3
            $run.Failure | Should -BeNullOrEmpty
            $run.Errors.Count | Should -Be 1
            Get-ErrorId $run.Errors[0] | Should -Be $Id
            $run.Errors[0].Exception.Message | Should -BeLike '*not known whether the service accepted*'
            $run.Errors[0].TargetObject | Should -Be (Get-SampleUrl 10)
            $run.Output.Url | Should -Be 'https://cdn.example.com/11.mp4'
        }

        It 'sends a throttled POST again' {
            $server.AddFault('Throttled429RetryNow', 2)
            $run = Get-Outcome { Get-SampleUrl 3 | Start-VodPreheat }
            $run.Errors | Should -BeNullOrEmpty
            $server.Requests.StatusSent | Should -Be 429, 429, 202
            $server.SubmittedUrls | Should -Be (Get-SampleUrl 3)
        }

        It 'tries again while nothing could be sent' {
            Connect-Server $server @{ Endpoint = [VodPreheat.TestServer.ClosedPort]::Refused(); MaximumRetryCount = 1 }
            $run = Get-Outcome { Get-SampleUrl 2 | Start-VodPreheat -Verbose 4>&1 }
            @($run.Output -like 'POST *').Count | Should -Be 2
            Assert-Failure $run.Errors[0] 'VodConnectionFailed' 'ConnectionError'
            $run.Errors[0].Exception.Message | Should -Not -BeLike '*not known whether*'
            $run.Errors[0].TargetObject | Should -Be (Get-SampleUrl 2)
        }

        It 'tells <Id> (HTTP <Status>) as <Category>' -ForEach @(
            @{ Id = 'APIGW.0301'; Status = 401; Category = 'AuthenticationError'; Ends = $true }
            @{ Id = 'VOD.10054'; Status = 403; Category = 'AuthenticationError'; Ends = $true }
            @{ Id = 'VOD.10086'; Status = 403; Category = 'QuotaExceeded'; Ends = $true }
            @{ Id = 'VOD.10074'; Status = 403; Category = 'PermissionDenied'; Ends = $false }
            @{ Id = 'VOD.10053'; Status = 400; Category = 'InvalidArgument'; Ends = $false }
            @{ Id = 'VOD.10081'; Status = 400; Category = 'InvalidArgument'; Ends = $false }
            @{ Id = 'VOD.10109'; Status = 403; Category = 'InvalidArgument'; Ends = $false }
            @{ Id = 'VOD.10062'; Status = 403; Category = 'ObjectNotFound'; Ends = $false }
            @{ Id = 'VOD.10060'; Status = 403; Category = 'InvalidOperation'; Ends = $false }
            @{ Id = 'VOD.10088'; Status = 403; Category = 'InvalidOperation'; Ends = $false }
            @{ Id = 'VOD.10110'; Status = 403; Category = 'InvalidOperation'; Ends = $false }
            @{ Id = 'VOD.10051'; Status = 403; Category = 'ResourceUnavailable'; Ends = $false }
        ) {
            $server.AddAnswer($Status, "{`"error_code`":`"$Id`",`"error_msg`":`"told`"}")
            $run = Get-Outcome { Get-SampleUrl 11 | Start-VodPreheat }
            $told = $Ends ? $run.Failure : $run.Errors[0]
            Assert-Failure $told $Id $Category
            $told.Exception.StatusCode | Should -Be $Status
            $told.Exception.RequestId | Should -Be $server.Requests[0].RequestId
            $told.TargetObject.Count | Should -Be ($Ends ? 11 : 10)
            $server.RequestCount | Should -Be ($Ends ? 1 : 2)
        }

        It 'reports a 429 that is not repeated, and goes on' {
            Connect-Server $server @{ MaximumRetryCount = 0 }
            $server.AddFault('Throttled429RetryNow')
            $run = Get-Outcome { Get-SampleUrl 11 | Start-VodPreheat }
            Assert-Failure $run.Errors[0] 'APIGW.0308' 'LimitsExceeded'
            $run.Errors[0].TargetObject | Should -Be (Get-SampleUrl 10)
            $run.Output.Url | Should -Be 'https://cdn.example.com/11.mp4'
        }

        It 'names the permission that is missing' {
            $server.AddFault('PermissionVod')
            $run = Get-Outcome { Start-VodPreheat 'https://cdn.example.com/a.mp4' }
            $run.Errors[0].Exception.Message | Should -BeLike '*vod:asset:preheat*'
        }

        It 'ends without a connection' {
            Disconnect-VodAccount
            $run = Get-Outcome { Get-SampleUrl 2 | Start-VodPreheat }
            Assert-Failure $run.Failure 'VodNotConnected' 'ConnectionError'
        }

        It 'refuses a connection that is a copy' {
            $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize((Get-VodConnection)))
            $run = Get-Outcome { Get-SampleUrl 2 | Start-VodPreheat -Connection $copy }
            Get-ErrorId $run.Failure | Should -Be 'VodConnectionNotLive'
            $server.RequestCount | Should -Be 0
        }

        It 'loses no URL and tells none twice, whatever goes wrong: <Name>' -ForEach @(
            @{ Name = 'and the credentials at last'; Last = 'Unauthorized401' }
            @{ Name = 'and the quota at last'; Last = '' }
        ) {
            Connect-Server $server @{ TimeoutSec = 1; MaximumRetryCount = 1 }
            $kinds = 'Accepted202', 'ResetBeforeHeaders', 'Throttled429RetryNow', 'Gzip', 'Error500', 'ResetInBody', 'StallInBody',
            'TruncatedJson', 'PermissionVod', 'Throttled429RetryNow', 'Throttled429RetryNow', $Last
            foreach ($kind in $kinds -ne '') { $server.AddFault($kind) }
            if (-not $Last) { $server.Quota = 50 }
            $given = @(Get-SampleUrl 40) + @('not a URL') + @(Get-SampleUrl 55 -From 41)
            $run = Get-Outcome { $given | Start-VodPreheat }

            $run.Failure | Should -Not -BeNullOrEmpty
            $run.Errors.Count | Should -Be 7
            $told = @($run.Output.Url) + @($run.Errors.TargetObject) + @($run.Failure.TargetObject)
            $told | Sort-Object | Should -Be ($given | Sort-Object)
        }

        It 'loses no URL under random faults (seed <_>)' -ForEach 1, 2, 3 {
            $server.SeedRandomFaults($_)
            $server.RandomFaultRate = 0.5
            $given = Get-SampleUrl 195
            $run = Get-Outcome { $given | Start-VodPreheat }
            $run.Failure | Should -BeNullOrEmpty
            $run.Errors.Count | Should -BeGreaterThan 0
            @($run.Output.Url) + @($run.Errors.TargetObject) | Sort-Object | Should -Be ($given | Sort-Object)
            $server.SubmittedUrls | Group-Object | Where-Object Count -gt 1 | Should -BeNullOrEmpty
        }
    }
}

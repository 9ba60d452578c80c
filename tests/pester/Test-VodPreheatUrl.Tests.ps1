# What Test-VodPreheatUrl returns: findings, cache, hints, and views.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/edge.common.ps1"
}

AfterAll { $edge.Dispose() }

Describe 'Test-VodPreheatUrl' {
    BeforeEach {
        Clear-Session
        $edge.Reset()
    }

    Context 'findings' {
        It '<Status> is <Finding>' -ForEach @(
            @{ Status = 200; Finding = 'Ok'; Hint = 'does not say whether' }
            @{ Status = 206; Finding = 'Ok'; Hint = 'Other nodes may differ' }
            @{ Status = 301; Finding = 'Redirected'; Hint = 'https://cdn\.example\.com/b\.mp4' }
            @{ Status = 302; Finding = 'Redirected'; Hint = 'not followed' }
            @{ Status = 308; Finding = 'Redirected'; Hint = 'end of the redirects' }
            @{ Status = 401; Finding = 'AccessDenied'; Hint = 'signed URL' }
            @{ Status = 403; Finding = 'AccessDenied'; Hint = 'empty referer' }
            @{ Status = 404; Finding = 'NotFound'; Hint = 'published' }
            @{ Status = 410; Finding = 'NotFound'; Hint = 'origin' }
            @{ Status = 400; Finding = 'Unexpected'; Hint = 'HTTP 400' }
            @{ Status = 429; Finding = 'Unexpected'; Hint = 'too many requests' }
            @{ Status = 500; Finding = 'ServerError'; Hint = 'origin is running' }
            @{ Status = 503; Finding = 'ServerError'; Hint = 'overloaded' }
            @{ Status = 504; Finding = 'ServerError'; Hint = 'bandwidth' }
        ) {
            $test = Test-File $Status 'Location: https://cdn.example.com/b.mp4'
            $test | Should -BeOfType ([VodPreheat.PreheatUrlTest])
            $test.Url | Should -BeExactly "$site/a.mp4"
            $test.StatusCode | Should -Be $Status
            $test.Finding | Should -BeExactly $Finding
            $test.Hint | Should -Match $Hint
            $edge.Requests.Target | Select-Object -Unique | Should -Be '/a.mp4'
        }

        It 'Cache-Control: <Header> is <Finding>' -ForEach @(
            @{ Header = 'private'; Finding = 'NotCacheable' }
            @{ Header = 'No-Cache'; Finding = 'NotCacheable' }
            @{ Header = 'max-age=60, no-store'; Finding = 'NotCacheable' }
            @{ Header = 'public, max-age=0'; Finding = 'NotCacheable' }
            @{ Header = 's-maxage=0, max-age=60'; Finding = 'NotCacheable' }
            @{ Header = 'private="Set-Cookie, X-User", max-age=60'; Finding = 'NotCacheable' }
            @{ Header = 'max-age=0, s-maxage=60'; Finding = 'Ok' }
            @{ Header = 'max-age=60'; Finding = 'Ok' }
            @{ Header = 'x="private, max-age=0"'; Finding = 'Ok' }
        ) {
            $test = Test-File 200 "Cache-Control: $Header"
            $test.Finding | Should -BeExactly $Finding
            $test.CacheControl | Should -BeExactly $Header
            if ($Finding -ne 'Ok') { $test.Hint | Should -Match '(private|no-cache|no-store|=0) forbids caching' }
        }

        It '<Header> is NotCacheable, and the hint says so' -ForEach @(
            @{ Header = 'Expires: 0' }
            @{ Header = 'Vary: *' }
            @{ Header = 'CDN-Cache-Control: no-store' }
            @{ Header = 'Surrogate-Control: no-store' }
            @{ Header = 'X-CCDN-CacheTTL: 0' }
        ) {
            $test = Test-File 200 $Header
            $test.Finding | Should -BeExactly 'NotCacheable'
            $test.Hint | Should -Match ([regex]::Escape("$Header forbids caching"))
            $test.CacheTtl | Should -Be ($Header -match 'TTL' ? 0 : $null)
        }

        It 'a cached file is reported although caching is forbidden' {
            $test = Test-File 200 'Cache-Control: no-store', 'x-hcs-proxy-type: 1'
            $test.Finding, $test.Cache | Should -Be 'NotCacheable', 'Hit'
            $test.Hint | Should -Match 'nevertheless has the file in its cache'
        }

        It 'a refused connection is ConnectionFailed' {
            $test = Test-VodPreheatUrl "$closed/a.mp4"
            $test.Finding | Should -BeExactly 'ConnectionFailed'
            $test.StatusCode, $test.Age, $test.CacheControl | Should -Be $null, $null, $null
            $test.Cache | Should -BeExactly 'Unknown'
            $test.Hint | Should -Match 'port'
        }

        It '<_> is ConnectionFailed' -ForEach ResetBeforeHeaders, ResetInHeaders, CloseBeforeHeaders {
            $edge.SetFault('/a.mp4', $_)
            (Test-VodPreheatUrl "$site/a.mp4").Finding | Should -BeExactly 'ConnectionFailed'
        }

        It 'an unknown host name is NameNotResolved' {
            $test = Test-VodPreheatUrl 'https://host.invalid/a.mp4'
            $test.Finding, $test.StatusCode | Should -Be 'NameNotResolved', $null
            $test.Hint | Should -Match 'host\.invalid.*CNAME'
        }

        It 'a certificate with <_> is TlsFailed, and nothing is sent' -ForEach UntrustedRoot, Expired, WrongName {
            $tls = $EdgeServer::StartTls($_)
            try {
                $test = Test-VodPreheatUrl "$($tls.Endpoint)a.mp4"
                $test.Finding, $test.StatusCode | Should -Be 'TlsFailed', $null
                $test.Hint | Should -Match 'certificate'
                $tls.RequestCount | Should -Be 0
            } finally {
                $tls.Dispose()
            }
        }

        It 'no answer within the timeout, of HEAD and GET together, is TimedOut' {
            $edge.SetFile('/a.mp4')
            $edge.SetHeadStatus('/a.mp4', 405)
            $edge.SetFault('/a.mp4', 'Stall')
            $edge.SetFault('/b.mp4', 'Stall')
            $tests = Test-VodPreheatUrl "$site/a.mp4", "$site/b.mp4" -TimeoutSec 1
            $tests.Finding | Should -Be 'TimedOut', 'TimedOut'
            $tests[0].Hint | Should -Match 'within 1 s'
            ($edge.Requests.Method | Sort-Object) | Should -Be 'GET', 'GET', 'HEAD', 'HEAD'
        }

        It 'an answer that is not HTTP is Unexpected' {
            $listener = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
            $listener.Start()
            try {
                $run = Invoke-Aside { Test-VodPreheatUrl $args[0] } "http://$($listener.LocalEndpoint)/a.mp4"
                # HEAD, and GET to confirm it.
                $clients = 1..2 | ForEach-Object {
                    $client = $listener.AcceptTcpClient()
                    $client.GetStream().Write([Text.Encoding]::ASCII.GetBytes("220 mail.example.com ESMTP`r`n`r`n"))
                    $client
                }
                (Complete-Aside $run).Finding | Should -BeExactly 'Unexpected'
                $clients.Dispose()
            } finally {
                $listener.Stop()
            }
        }
    }

    Context 'the cache' {
        It '<Cache> and age <Age>: <Header>' -ForEach @(
            @{ Cache = 'Hit'; Age = $null; Header = 'x-hcs-proxy-type: 1' }
            @{ Cache = 'Miss'; Age = $null; Header = 'x-hcs-proxy-type: 0' }
            @{ Cache = 'Hit'; Age = $null; Header = 'X-Cache-Lookup: Hit From MemCache' }
            @{ Cache = 'Hit'; Age = $null; Header = 'X-Cache-Lookup: Hit From Disktank' }
            @{ Cache = 'Hit'; Age = $null; Header = 'X-Cache-Lookup: Hit From Upstream' }
            @{ Cache = 'Miss'; Age = $null; Header = 'X-Cache-Lookup: Cache Miss' }
            @{ Cache = 'Hit'; Age = 60; Header = 'Age: 60' }
            @{ Cache = 'Unknown'; Age = 0; Header = 'Age: 0' }
            @{ Cache = 'Hit'; Age = 120; Header = 'X-Cache-Lookup: HIT from edge:3128', 'Age: 120' }
            @{ Cache = 'Hit'; Age = $null; Header = 'x-hcs-proxy-type: 0', 'x-hcs-proxy-type: 1' }
            @{ Cache = 'Unknown'; Age = $null; Header = 'Age: soon' }
            @{ Cache = 'Unknown'; Age = $null; Header = 'X-Other: 1' }
            @{ Cache = 'Miss'; Age = 60; Header = 'Age: 60', 'X-Cache-Lookup: Hit From MemCache', 'x-hcs-proxy-type: 0' }
            @{ Cache = 'Hit'; Age = 0; Header = 'Age: 0', 'X-Cache-Lookup: Hit From MemCache' }
        ) {
            $test = Test-File 200 $Header
            $test.Cache | Should -BeExactly $Cache
            $test.Age | Should -Be $Age
            $test.Finding | Should -Be 'Ok'
        }

        It 'has a hint about what one request cannot show: <Name>' -ForEach @(
            @{ Name = 'hit'; Header = 'x-hcs-proxy-type: 1'; Hint = 'one near this machine.* has the file.*Other nodes may not' }
            @{ Name = 'hit by its age'; Header = 'Age: 1'; Hint = 'has the file.*which an origin can also send' }
            @{ Name = 'miss'; Header = 'x-hcs-proxy-type: 0'; Hint = 'this request may have loaded it' }
            @{ Name = 'unknown'; Header = 'X-Other: 1'; Hint = 'does not say whether' }
        ) {
            (Test-File 200 $Header).Hint | Should -Match $Hint
        }
    }

    Context 'URLs' {
        BeforeEach { $edge.AnyFile = $true }

        It 'can be specified by <Name>' -ForEach @(
            @{ Name = 'an argument'; Script = { Test-VodPreheatUrl "$site/1" }; Targets = @('/1') }
            @{ Name = 'an array'; Script = { Test-VodPreheatUrl -Url "$site/1", "$site/2" }; Targets = '/1', '/2' }
            @{ Name = 'pipeline input'; Script = { "$site/1", "$site/2" | Test-VodPreheatUrl }; Targets = '/1', '/2' }
            @{ Name = 'a URI'; Script = { [uri] "$site/1" | Test-VodPreheatUrl }; Targets = @('/1') }
            @{ Name = 'a property'; Script = { [pscustomobject]@{ Url = "$site/1" } | Test-VodPreheatUrl }; Targets = @('/1') }
            @{
                Name    = 'results that failed'
                Script  = {
                    [VodPreheat.PreheatingResult]@{ TaskId = 't'; Url = "$site/1"; Status = 'succeed' }, [VodPreheat.PreheatingResult]@{ TaskId = 't'; Url = "$site/2"; Status = 'failed' } |
                        Where-Object Status -EQ failed | Test-VodPreheatUrl
                }
                Targets = @('/2')
            }
            @{
                Name    = 'a task'
                Script  = { [VodPreheat.PreheatTask]@{ TaskId = 't'; Url = "$site/1", "$site/2" } | Test-VodPreheatUrl }
                Targets = '/1', '/2'
            }
            @{
                Name    = 'outcomes'
                Script  = { [VodPreheat.PreheatOutcome]@{ Url = "$site/1"; Status = 'failed' } | Test-VodPreheatUrl }
                Targets = @('/1')
            }
            @{ Name = 'tests'; Script = { Test-VodPreheatUrl "$site/1" | Test-VodPreheatUrl }; Targets = '/1', '/1' }
            @{
                Name    = 'lines of a file'
                Script  = {
                    Set-Content "$TestDrive/urls.txt" "$site/1", " $site/2`t"
                    Get-Content "$TestDrive/urls.txt" | Test-VodPreheatUrl
                }
                Targets = '/1', '/2'
            }
        ) {
            $tests = & $Script
            $tests.Finding | Select-Object -Unique | Should -Be 'Ok'
            $tests[-1].Url | Should -BeExactly "$site$($Targets[-1])"
            $edge.Requests.Target | Sort-Object | Should -Be $Targets
        }

        It 'that failed in the service have a finding' {
            $vod = $TestServer::Start()
            try {
                Connect-Once $vod
                $edge.SetFile('/denied.mp4', 403)
                $vod.SetTask('X', "succeed $site/good.mp4", "failed $site/denied.mp4", "failed $closed/gone.mp4")
                $tests = Get-VodPreheatResult X | Where-Object Status -EQ failed | Test-VodPreheatUrl
                $tests.Url | Should -Be "$site/denied.mp4", "$closed/gone.mp4"
                $tests.Finding | Should -Be 'AccessDenied', 'ConnectionFailed'
            } finally {
                $vod.Dispose()
            }
        }

        It 'that are <Name> cause an error each, and the others are tested' -ForEach @(
            @{ Name = 'null'; Bad = $null }
            @{ Name = 'empty'; Bad = '' }
            @{ Name = 'blank'; Bad = " `t" }
            @{ Name = 'no URLs'; Bad = 'cdn.example.com/a.mp4' }
            @{ Name = 'of another scheme'; Bad = 'ftp://cdn.example.com/a.mp4' }
            @{ Name = 'of an impossible host'; Bad = "https://cdn`u{ffff}.example.com/a.mp4" }
        ) {
            foreach ($script in { Test-VodPreheatUrl "$site/1", $Bad, "$site/2" }, { "$site/1", $Bad, "$site/2" | Test-VodPreheatUrl }) {
                $outcome = Get-Outcome $script
                $outcome.Output.Url | Should -Be "$site/1", "$site/2"
                $outcome.Errors.Count | Should -Be 1
                Assert-Failure $outcome.Errors[0] VodInvalidUrl InvalidArgument
                [string] $outcome.Errors[0].TargetObject | Should -BeExactly ([string] $Bad)
            }
        }

        It 'can be an empty list, but not an empty property' {
            $outcome = Get-Outcome { Test-VodPreheatUrl @() }
            $outcome.Output.Count + $outcome.Errors.Count | Should -Be 0
            $outcome.Failure | Should -BeNullOrEmpty
            $asset = [VodPreheat.PreheatTask]@{ TaskId = 't'; AssetId = 'asset' }
            Assert-Failure (Get-Outcome { $asset | Test-VodPreheatUrl }).Errors[0] VodInvalidUrl InvalidArgument
        }

        It 'require no connection' {
            (Test-VodPreheatUrl "$site/1").Finding | Should -Be 'Ok'
            Get-VodConnection | Should -BeNullOrEmpty
        }

        It 'are not requested if the connection is the sandbox, which denies those that fail there' {
            Connect-VodAccount -Sandbox
            $tests = Get-VodPreheatResult example | Test-VodPreheatUrl
            $tests.Finding | Should -Be 'Ok', 'Ok', 'AccessDenied'
            $tests = Test-VodPreheatUrl "$site/a.mp4", "$site/fail.mp4"
            $tests.Finding | Should -Be 'Ok', 'AccessDenied'
            $tests.Cache | Should -Be 'Hit', 'Miss'
            $tests.Hint | Should -Match '^The sandbox simulates the CDN'
            $edge.RequestCount | Should -Be 0
        }
    }

    Context 'progress' {
        It 'says after two seconds how many URLs were tested, and ends with the command' {
            $edge.SetFile('/a.mp4')
            $edge.SetFault('/b.mp4', 'Stall')
            $run = Invoke-Aside { Test-VodPreheatUrl "$($args[0])/a.mp4", "$($args[0])/b.mp4" -TimeoutSec 3 } $site
            Wait-Until { $run.Result.IsCompleted }
            $bar = $run.Shell.Streams.Progress
            "$($bar[0].Activity): $($bar[0].StatusDescription)" | Should -Be 'Testing URLs: 1 URL tested'
            $bar[-1].RecordType | Should -Be 'Completed'
            $run.Shell.Dispose()
        }
    }

    Context 'views' {
        BeforeAll {
            $escape = [char] 27
            $live = [VodPreheat.PreheatUrlTest]@{
                Url = 'https://cdn.example.com/a.mp4'; StatusCode = 200; Cache = 'Hit'; CacheControl = "private$escape[2J"; Age = 5
                Finding = 'NotCacheable'; Hint = 'What to look at.'
            }
            $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($live))
            $script:cases = @{ live = $live; deserialized = $copy }
        }

        It 'display all properties in a list, without control characters: <_>' -ForEach live, deserialized {
            $text = $cases[$_] | Format-List | Out-String -Width 200
            foreach ($part in 'Url +: https://cdn\.example\.com/a\.mp4', 'Finding +: NotCacheable', 'StatusCode +: 200', 'Cache +: Hit', 'Age +: 5',
                'CacheControl +: private \[2J', 'Hint +: What to look at\.') {
                $text | Should -Match $part
            }
            $text.Contains($escape) | Should -BeFalse
        }

        It 'display a URL without characters that reorder text: <_>' -ForEach 'Format-List', 'Format-Table' {
            $test = [VodPreheat.PreheatUrlTest]@{ Url = "https://cdn.example.com/a`u{202e}4pm.mp4"; StatusCode = 200; Finding = 'Ok'; Hint = 'Nothing.' }
            $test | & $_ | Out-String -Width 200 | Should -Match 'https://cdn\.example\.com/a 4pm\.mp4'
        }

        It 'display the finding, the hint, and a row by default: <_>' -ForEach live, deserialized {
            $lines = ($cases[$_] | Out-String -Width 200).Trim() -split '\s*\r?\n\s*'
            $lines | Should -Be 'NotCacheable', 'What to look at.', '200 Hit     https://cdn.example.com/a.mp4'
        }

        It 'do not change the text in objects and JSON' {
            $cases.live.CacheControl | Should -BeExactly "private$escape[2J"
            ($cases.live | ConvertTo-Json | ConvertFrom-Json).PSObject.Properties.Name |
                Should -Be 'Url', 'StatusCode', 'Cache', 'CacheControl', 'Age', 'CacheTtl', 'Finding', 'Hint'
            "$($cases.live)" | Should -Be 'NotCacheable https://cdn.example.com/a.mp4'
        }

        It 'can be filtered by finding, live and deserialized' {
            $cases.Values | Where-Object Finding -NE Ok | Measure-Object | ForEach-Object Count | Should -Be 2
            $cases.Values | Where-Object Finding -EQ NotCacheable | Measure-Object | ForEach-Object Count | Should -Be 2
        }
    }
}

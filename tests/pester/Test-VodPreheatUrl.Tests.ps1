BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:ProxyServer = [VodPreheat.TestServer.ProxyServer]
    $script:EdgeServer = [VodPreheat.TestServer.EdgeServer]
    $script:edge = $EdgeServer::Start()
    $script:site = $edge.Endpoint.GetLeftPart('Authority')
    $script:closed = [VodPreheat.TestServer.ClosedPort]::Refused().GetLeftPart('Authority')

    # One file of the edge node, given its answer and tested.
    function Test-File([int] $Status = 200, [string[]] $Header = @()) {
        $edge.SetFile('/a.mp4', $Status, $Header)
        Test-VodPreheatUrl "$site/a.mp4"
    }

    # Paths that the edge node never answers for.
    function Add-StalledFile([string[]] $Path) {
        foreach ($one in $Path) { $edge.SetFault($one, 'Stall') }
    }
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

        It 'says that a node has the file although caching is forbidden' {
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

        It 'a name that does not exist is NameNotResolved' {
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

        It 'no answer in time is TimedOut, of HEAD and GET together' {
            $edge.SetFile('/a.mp4')
            $edge.SetHeadStatus('/a.mp4', 405)
            Add-StalledFile '/a.mp4', '/b.mp4'
            $tests = Test-VodPreheatUrl "$site/a.mp4", "$site/b.mp4" -TimeoutSec 1
            $tests.Finding | Should -Be 'TimedOut', 'TimedOut'
            $tests[0].Hint | Should -Match 'within 1 s'
            ($edge.Requests.Method | Sort-Object) | Should -Be 'GET', 'HEAD', 'HEAD'
        }

        It 'what is not HTTP is Unexpected' {
            $listener = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
            $listener.Start()
            try {
                $run = Invoke-Aside { Test-VodPreheatUrl $args[0] } "http://$($listener.LocalEndpoint)/a.mp4"
                $client = $listener.AcceptTcpClient()
                $client.GetStream().Write([Text.Encoding]::ASCII.GetBytes("220 mail.example.com ESMTP`r`n`r`n"))
                (Complete-Aside $run).Finding | Should -BeExactly 'Unexpected'
                $client.Dispose()
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
            @{ Cache = 'Miss'; Age = 0; Header = 'Age: 0' }
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

        It 'says what one request cannot know: <Name>' -ForEach @(
            @{ Name = 'hit'; Header = 'Age: 1'; Hint = 'one near this machine.* has the file.*Other nodes may not' }
            @{ Name = 'miss'; Header = 'Age: 0'; Hint = 'this request may have brought it there' }
            @{ Name = 'unknown'; Header = 'X-Other: 1'; Hint = 'does not say whether' }
        ) {
            (Test-File 200 $Header).Hint | Should -Match $Hint
        }
    }

    Context 'requests' {
        It 'are one HEAD' {
            $null = Test-File
            "$($edge.Requests)" | Should -Be 'HEAD /a.mp4 -> 200'
        }

        It 'are also a GET of one byte where HEAD alone is refused with <_>' -ForEach 405, 501, 403 {
            $edge.SetFile('/a.mp4')
            $edge.SetHeadStatus('/a.mp4', $_)
            $test = Test-VodPreheatUrl "$site/a.mp4"
            $test.Finding, $test.StatusCode | Should -Be 'Ok', 206
            "$($edge.Requests)" | Should -Be "HEAD /a.mp4 -> $_ GET /a.mp4 -> 206"
            $edge.Requests[1].Headers['Range'] | Should -BeExactly 'bytes=0-0'
        }

        It 'have no credential, cookie, referer or trace, though there is a connection' {
            $vod = $TestServer::Start()
            try {
                Connect-Once $vod
                $edge.SetFile('/a.mp4', 403, 'Set-Cookie: a=b; path=/', 'WWW-Authenticate: Basic realm="x"')
                $activity = [Diagnostics.Activity]::new('ambient').Start()
                $null = Test-VodPreheatUrl "$site/a.mp4", "$site/a.mp4" -ThrottleLimit 1
                $edge.RequestCount | Should -Be 4
                $edge.Requests.Headers.Keys | Sort-Object -Unique | Should -Be 'Accept', 'Host', 'Range', 'User-Agent'
                $edge.Requests[0].Headers['User-Agent'] | Should -Match '^VodPreheat/\d+\.\d+\.\d+ PowerShell/\d'
                $vod.RequestCount | Should -Be 0
            } finally {
                $activity.Dispose()
                $vod.Dispose()
            }
        }

        It "carry the URL byte for byte: '<_>'" -ForEach @(
            '/a%2Fb%41%zz/../c//d?auth_key=1-0-0-%2B+&x=', "/a|b^c``{}'?q=*()!~", '/a;b@c,d'
        ) {
            $edge.AnyFile = $true
            (Test-VodPreheatUrl "$site$_").Url | Should -BeExactly "$site$_"
            $edge.Requests.Target | Should -BeExactly $_
        }

        It 'are over at the headers of an answer: <_>' -ForEach EndlessBody, DripBody, StallInBody, TruncatedBody {
            $edge.SetFile('/a.mp4')
            $edge.SetHeadStatus('/a.mp4', 405)
            $edge.SetFault('/a.mp4', $_)
            (Test-VodPreheatUrl "$site/a.mp4" -TimeoutSec 60).Finding | Should -Be 'Ok'
            Wait-Until { $edge.OpenConnections -eq 0 }
        }

        It 'leave a verbose line each' {
            $edge.SetFile('/a.mp4')
            $edge.SetHeadStatus('/a.mp4', 405)
            $lines = Test-VodPreheatUrl "$site/a.mp4" -Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }
            "$($lines[0])" | Should -Match "^HEAD $site/a.mp4 -> 405 \(\d+ ms\)$"
            "$($lines[1])" | Should -Match "^GET $site/a.mp4 -> 206 \(\d+ ms\)$"
        }
    }

    Context 'URLs' {
        BeforeEach { $edge.AnyFile = $true }

        It 'come as <Name>' -ForEach @(
            @{ Name = 'an argument'; Script = { Test-VodPreheatUrl "$site/1" }; Targets = @('/1') }
            @{ Name = 'an array'; Script = { Test-VodPreheatUrl -Url "$site/1", "$site/2" }; Targets = '/1', '/2' }
            @{ Name = 'pipeline input'; Script = { "$site/1", "$site/2" | Test-VodPreheatUrl }; Targets = '/1', '/2' }
            @{ Name = 'a URI'; Script = { [uri] "$site/1" | Test-VodPreheatUrl }; Targets = @('/1') }
            @{ Name = 'a property'; Script = { [pscustomobject]@{ Url = "$site/1" } | Test-VodPreheatUrl }; Targets = @('/1') }
            @{
                Name    = 'results that failed'
                Script  = {
                    [VodPreheat.PreheatingResult]::new('t', "$site/1", 'succeed'), [VodPreheat.PreheatingResult]::new('t', "$site/2", 'failed') |
                        Where-Object Status -EQ failed | Test-VodPreheatUrl
                }
                Targets = @('/2')
            }
            @{
                Name    = 'a task'
                Script  = { [VodPreheat.PreheatTask]::new('t', @("$site/1", "$site/2"), $null, [datetimeoffset]::Now) | Test-VodPreheatUrl }
                Targets = '/1', '/2'
            }
            @{
                Name    = 'outcomes'
                Script  = { [VodPreheat.PreheatOutcome]::new("$site/1", 'failed', 't', 1, $null, $null, $null, $null) | Test-VodPreheatUrl }
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

        It 'that fail at the service are tested, and it says why' {
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

        It 'that are <Name> are an error each, and the others go on' -ForEach @(
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

        It 'may be none at all, but not in an object' {
            $outcome = Get-Outcome { Test-VodPreheatUrl @() }
            $outcome.Output.Count + $outcome.Errors.Count | Should -Be 0
            $outcome.Failure | Should -BeNullOrEmpty
            $asset = [VodPreheat.PreheatTask]::new('t', @(), 'asset', [datetimeoffset]::Now)
            Assert-Failure (Get-Outcome { $asset | Test-VodPreheatUrl }).Errors[0] VodInvalidUrl InvalidArgument
        }

        It 'need no connection and make none' {
            (Test-VodPreheatUrl "$site/1").Finding | Should -Be 'Ok'
            Get-VodConnection | Should -BeNullOrEmpty
        }
    }

    Context 'order and throttle' {
        It 'keeps the order of the input when the first answer comes last' {
            $edge.AnyFile = $true
            Add-StalledFile '/first'
            $tests = "$site/first", "$site/2", "$closed/3", "$site/4" | Test-VodPreheatUrl -TimeoutSec 1
            $tests.Url | Should -Be "$site/first", "$site/2", "$closed/3", "$site/4"
            $tests.Finding | Should -Be 'TimedOut', 'Ok', 'ConnectionFailed', 'Ok'
        }

        It 'gives an object as soon as its turn is answered' {
            $edge.AnyFile = $true
            Add-StalledFile '/stalled'
            $run = Invoke-Aside { Test-VodPreheatUrl $args -TimeoutSec 600 } "$site/1", "$site/stalled", "$site/3"
            try {
                Wait-Until { $run.Output.Count -eq 1 -and $edge.RequestCount -eq 3 }
                $run.Output[0].Url | Should -Be "$site/1"
                $run.Result.IsCompleted | Should -BeFalse
            } finally {
                Stop-Aside $run
            }
        }

        It 'reaches and keeps <Limit> in flight' -ForEach @(
            @{ Limit = 1; With = @{ ThrottleLimit = 1 }; Count = 5 }
            @{ Limit = 8; With = @{}; Count = 60 }
            @{ Limit = 64; With = @{ ThrottleLimit = 64 }; Count = 200 }
        ) {
            $edge.AnyFile = $true
            $edge.LatencyMs = 60
            $urls = 1..$Count | ForEach-Object { "$site/$_" }
            ($urls | Test-VodPreheatUrl @With).Url | Should -Be $urls
            $edge.MaxInFlight | Should -Be $Limit
        }

        It 'takes no -<Name> of <Value>' -ForEach @(
            @{ Name = 'ThrottleLimit'; Value = 0 }
            @{ Name = 'ThrottleLimit'; Value = 65 }
            @{ Name = 'TimeoutSec'; Value = 0 }
            @{ Name = 'TimeoutSec'; Value = 3601 }
        ) {
            $with = @{ $Name = $Value }
            { Test-VodPreheatUrl "$site/1" @with } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        }
    }

    Context 'ends all requests at once' {
        BeforeEach {
            $edge.AnyFile = $true
            $paths = 1..7 | ForEach-Object { "/stalled-$_" }
            Add-StalledFile $paths

            # The first answer comes when all requests of the window have been sent.
            $edge.LatencyMs = 300
            $urls = @("$site/first") + $paths.ForEach({ "$site$_" })
        }

        It 'by Ctrl+C' {
            $run = Invoke-Aside { Test-VodPreheatUrl $args -TimeoutSec 600 } $urls
            Wait-Until { $edge.RequestCount -eq 8 }
            $watch = [Diagnostics.Stopwatch]::StartNew()
            Stop-Aside $run
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
            Wait-Until { $edge.OpenConnections -eq 0 }
        }

        It 'by Select-Object -First 1' {
            $test = Test-VodPreheatUrl $urls -TimeoutSec 600 | ForEach-Object { Wait-Until { $edge.RequestCount -eq 8 }; $_ } | Select-Object -First 1
            $test.Url | Should -Be "$site/first"
            Wait-Until { $edge.OpenConnections -eq 0 }
        }

        It 'by -ErrorAction Stop' {
            { Test-VodPreheatUrl (@($urls) + 'no URL') -TimeoutSec 600 -ThrottleLimit 9 -ErrorAction Stop } | Should -Throw -ErrorId 'VodInvalidUrl,*'
            Wait-Until { $edge.OpenConnections -eq 0 }
        }
    }

    Context 'a proxy' {
        BeforeEach {
            $edge.AnyFile = $true
            $script:proxy = $ProxyServer::Start('user', 'pro:xy@secret')
            $script:login = ConvertTo-Credential 'user' 'pro:xy@secret'
            $script:host1 = "cdn.example.com:$($edge.Endpoint.Port)"
        }

        AfterEach { $proxy.Dispose() }

        It 'takes http, with its login and the URL as it is' {
            $test = Test-VodPreheatUrl "http://$host1/a%2B.mp4?auth_key=1" -Proxy $proxy.Endpoint -ProxyCredential $login
            $test.Finding | Should -Be 'Ok'
            $proxy.Seen | Select-Object -Unique | Should -BeExactly "HEAD http://$host1/a%2B.mp4?auth_key=1"
            $edge.Requests.Headers.Keys | Should -Not -Contain 'Proxy-Authorization'
        }

        It 'makes a tunnel for https, and the certificate is checked behind it' {
            $tls = $EdgeServer::StartTls('UntrustedRoot')
            try {
                $name = "cdn.example.com:$($tls.Endpoint.Port)"
                (Test-VodPreheatUrl "https://$name/a.mp4" -Proxy $proxy.Endpoint -ProxyCredential $login).Finding | Should -Be 'TlsFailed'
                $proxy.Seen | Select-Object -Unique | Should -BeExactly "CONNECT $name"
            } finally {
                $tls.Dispose()
            }
        }

        It 'that refuses the login is ConnectionFailed, and its password shows nowhere: <_>' -ForEach 'http', 'https' {
            $wrong = ConvertTo-Credential 'user' 'wrong:secret'
            $all = Test-VodPreheatUrl "$($_)://$host1/a.mp4" -Proxy $proxy.Endpoint -ProxyCredential $wrong -Verbose -Debug *>&1
            $test = $all.Where({ $_ -is [VodPreheat.PreheatUrlTest] })
            $test.Finding | Should -Be 'ConnectionFailed'
            $test.Hint | Should -Match 'proxy.*login'
            $shown = ($all | Format-List * -Force | Out-String -Width 4096) + ($all | ConvertTo-Json -Depth 3 -WarningAction Ignore)
            foreach ($form in @(Get-Form 'wrong:secret') + @(Get-Form 'user:wrong:secret')) { $shown.Contains($form) | Should -BeFalse }
        }

        It 'that is not there is ConnectionFailed, and not blamed on the URL' {
            $test = Test-VodPreheatUrl "https://$host1/a.mp4" -Proxy "$closed"
            $test.Finding | Should -Be 'ConnectionFailed'
            $test.Hint | Should -Match 'address of the proxy'
        }

        It 'needs an address: <Name>' -ForEach @(
            @{ Name = 'a login alone'; With = { @{ ProxyCredential = $login } }; Match = '-Proxy' }
            @{ Name = 'a login in it'; With = { @{ Proxy = 'http://user:hidden@proxy.example.com' } }; Match = 'login' }
            @{ Name = 'not http'; With = { @{ Proxy = 'socks5://proxy.example.com' } }; Match = 'https' }
        ) {
            $parameters = & $With
            $failure = Get-Failure { Test-VodPreheatUrl "$site/a.mp4" @parameters }
            Assert-Failure $failure VodInvalidEndpoint InvalidArgument $Match
            "$failure" | Should -Not -Match 'hidden|secret'
            $edge.RequestCount | Should -Be 0
        }
    }

    It 'works over TLS with a certificate that is trusted' -Skip:$IsWindows {
        $tls = $EdgeServer::StartTls('UntrustedRoot')
        try {
            $tls.AnyFile = $true
            $client = [Net.Sockets.TcpClient]::new('127.0.0.1', $tls.Endpoint.Port)
            $stream = [Net.Security.SslStream]::new($client.GetStream(), $false, { $true })
            $stream.AuthenticateAsClient('localhost')
            $env:SSL_CERT_FILE = Join-Path $TestDrive tls.pem
            Set-Content $env:SSL_CERT_FILE $stream.RemoteCertificate.ExportCertificatePem()
            $client.Dispose()
            $text = Invoke-Child { Import-Module $args[0]; (Test-VodPreheatUrl $args[1]).Finding } $Manifest, "$($tls.Endpoint)a.mp4"
            $text.Trim() | Should -Be 'Ok'
            $tls.Requests.Method | Should -Be 'HEAD'
        } finally {
            Remove-Item Env:SSL_CERT_FILE -ErrorAction Ignore
            $tls.Dispose()
        }
    }

    Context 'views' {
        BeforeAll {
            $escape = [char] 27
            $live = [VodPreheat.PreheatUrlTest]::new(
                'https://cdn.example.com/a.mp4', 200, 'Hit', "private$escape[2J", 5, 'NotCacheable', 'What to look at.')
            $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($live))
            $script:cases = @{ live = $live; deserialized = $copy }
        }

        It 'show everything in a list, the default, without control characters: <_>' -ForEach live, deserialized {
            $text = $cases[$_] | Out-String -Width 200
            foreach ($part in 'Url +: https://cdn\.example\.com/a\.mp4', 'Finding +: NotCacheable', 'StatusCode +: 200', 'Cache +: Hit', 'Age +: 5',
                'CacheControl +: private \[2J', 'Hint +: What to look at\.') {
                $text | Should -Match $part
            }
            $text.Contains($escape) | Should -BeFalse
        }

        It 'show a URL without characters that reorder text: <_>' -ForEach 'Format-List', 'Format-Table' {
            $test = [VodPreheat.PreheatUrlTest]::new("https://cdn.example.com/a`u{202e}4pm.mp4", 200, 'Hit', $null, 5, 'Ok', 'Nothing.')
            $test | & $_ | Out-String -Width 200 | Should -Match 'https://cdn\.example\.com/a 4pm\.mp4'
        }

        It 'have columns named as the properties: <_>' -ForEach live, deserialized {
            $lines = ($cases[$_] | Format-Table | Out-String -Width 200).Trim() -split '\r?\n'
            $columns = -split $lines[0]
            $columns | Should -Be 'Finding', 'StatusCode', 'Cache', 'Url'
            $columns | Should -BeIn ([VodPreheat.PreheatUrlTest].GetProperties().Name)
            -split $lines[-1] | Should -Be 'NotCacheable', '200', 'Hit', 'https://cdn.example.com/a.mp4'
        }

        It 'keep what was sent in objects and JSON' {
            $cases.live.CacheControl | Should -BeExactly "private$escape[2J"
            ($cases.live | ConvertTo-Json | ConvertFrom-Json).PSObject.Properties.Name |
                Should -Be 'Url', 'StatusCode', 'Cache', 'CacheControl', 'Age', 'Finding', 'Hint'
            "$($cases.live)" | Should -Be 'NotCacheable https://cdn.example.com/a.mp4'
        }

        It 'filter by finding, live and deserialized' {
            $cases.Values | Where-Object Finding -NE Ok | Measure-Object | ForEach-Object Count | Should -Be 2
            $cases.Values | Where-Object Finding -EQ NotCacheable | Measure-Object | ForEach-Object Count | Should -Be 2
        }
    }
}

# The requests of Test-VodPreheatUrl: their number, order, and end, proxies, and TLS.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/edge.common.ps1"
    $script:ProxyServer = [VodPreheat.TestServer.ProxyServer]

    # Adds paths that the edge node never answers.
    function Add-StalledFile([string[]] $Path) {
        foreach ($one in $Path) { $edge.SetFault($one, 'Stall') }
    }
}

AfterAll { $edge.Dispose() }

Describe 'Test-VodPreheatUrl, requests' {
    BeforeEach {
        Clear-Session
        $edge.Reset()
    }

    Context 'requests' {
        It 'are one HEAD request' {
            $null = Test-File
            "$($edge.Requests)" | Should -Be 'HEAD /a.mp4 -> 200'
        }

        It 'include a GET of one byte if HEAD is refused with <_>' -ForEach 403, 404, 405, 500 {
            $edge.SetFile('/a.mp4')
            $edge.SetHeadStatus('/a.mp4', $_)
            $test = Test-VodPreheatUrl "$site/a.mp4"
            $test.Finding, $test.StatusCode | Should -Be 'Ok', 206
            "$($edge.Requests)" | Should -Be "HEAD /a.mp4 -> $_ GET /a.mp4 -> 206"
            $edge.Requests[1].Headers['Range'] | Should -BeExactly 'bytes=0-0'
        }

        It 'have no credentials, cookies, referer, or trace context, even if there is a connection' {
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

        It "have the URL byte for byte: '<_>'" -ForEach @(
            '/a%2Fb%41%zz/../c//d?auth_key=1-0-0-%2B+&x=', "/a'b[c]$&,;=:@!?q=*()~", '/a;b@c,d'
        ) {
            $edge.AnyFile = $true
            (Test-VodPreheatUrl "$site$_").Url | Should -BeExactly "$site$_"
            $edge.Requests.Target | Should -BeExactly $_
        }

        It 'end after the headers of the answer: <_>' -ForEach EndlessBody, DripBody, StallInBody, TruncatedBody {
            $edge.SetFile('/a.mp4')
            $edge.SetHeadStatus('/a.mp4', 405)
            $edge.SetFault('/a.mp4', $_)
            (Test-VodPreheatUrl "$site/a.mp4" -TimeoutSec 60).Finding | Should -Be 'Ok'
            Wait-Until { $edge.OpenConnections -eq 0 }
        }

        It 'include a GET of one byte on a connection of its own if HEAD is not answered: <_>' -ForEach ResetBeforeHeaders, Stall {
            $edge.SetHeadFault('/a.mp4', $_)
            $test = Test-VodPreheatUrl "$site/a.mp4" -TimeoutSec 2
            $test.Finding, $test.StatusCode | Should -Be 'Ok', 206
        }

        It 'succeed although the server resets each connection that is used again' {
            $edge.AnyFile = $true
            $edge.ResetsReusedConnections = $true
            (1..40 | ForEach-Object { "$site/$_" } | Test-VodPreheatUrl).Finding | Select-Object -Unique | Should -Be 'Ok'
        }

        It 'have a verbose line each' {
            $edge.SetFile('/a.mp4')
            $edge.SetHeadStatus('/a.mp4', 405)
            $lines = Test-VodPreheatUrl "$site/a.mp4" -Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }
            "$($lines[0])" | Should -Match "^HEAD $site/a.mp4 -> 405 \(\d+ ms\)$"
            "$($lines[1])" | Should -Match "^GET $site/a.mp4 -> 206 \(\d+ ms\)$"
        }
    }

    Context 'order and -ThrottleLimit' {
        It 'the order is that of the input if the first answer is received last' {
            $edge.AnyFile = $true
            Add-StalledFile '/first'
            $edge.SetFile('/3', 404)
            $tests = "$site/first", "$site/2", "$site/3", "$site/4" | Test-VodPreheatUrl -TimeoutSec 1
            $tests.Url | Should -Be "$site/first", "$site/2", "$site/3", "$site/4"
            $tests.Finding | Should -Be 'TimedOut', 'Ok', 'NotFound', 'Ok'
        }

        It 'an object is returned as soon as its turn has come' {
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

        It '<Limit> concurrent tests are reached and not exceeded' -ForEach @(
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

        It '-<Name> cannot be <Value>' -ForEach @(
            @{ Name = 'ThrottleLimit'; Value = 0 }
            @{ Name = 'ThrottleLimit'; Value = 65 }
            @{ Name = 'TimeoutSec'; Value = 0 }
            @{ Name = 'TimeoutSec'; Value = 3601 }
        ) {
            $with = @{ $Name = $Value }
            { Test-VodPreheatUrl "$site/1" @with } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        }
    }

    Context 'all requests end immediately' {
        BeforeEach {
            $edge.AnyFile = $true
            $paths = 1..7 | ForEach-Object { "/stalled-$_" }
            Add-StalledFile $paths

            # The first answer is sent when all concurrent requests have been received.
            $edge.LatencyMs = 300
            $urls = @("$site/first") + $paths.ForEach({ "$site$_" })
        }

        It 'after Ctrl+C' {
            $run = Invoke-Aside { Test-VodPreheatUrl $args -TimeoutSec 600 } $urls
            Wait-Until { $edge.RequestCount -eq 8 }
            $watch = [Diagnostics.Stopwatch]::StartNew()
            Stop-Aside $run
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
            Wait-Until { $edge.OpenConnections -eq 0 }
        }

        It 'after Select-Object -First 1' {
            $test = Test-VodPreheatUrl $urls -TimeoutSec 600 | ForEach-Object { Wait-Until { $edge.RequestCount -eq 8 }; $_ } | Select-Object -First 1
            $test.Url | Should -Be "$site/first"
            Wait-Until { $edge.OpenConnections -eq 0 }
        }

        It 'after an error with -ErrorAction Stop' {
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

        It 'receives HTTP requests, with its password and the unchanged URL' {
            $test = Test-VodPreheatUrl "http://$host1/a%2B.mp4?auth_key=1" -Proxy $proxy.Endpoint -ProxyCredential $login
            $test.Finding | Should -Be 'Ok'
            $proxy.Seen | Select-Object -Unique | Should -BeExactly "HEAD http://$host1/a%2B.mp4?auth_key=1"
            $edge.Requests.Headers.Keys | Should -Not -Contain 'Proxy-Authorization'
        }

        It 'opens a tunnel for HTTPS, in which the certificate is checked' {
            $tls = $EdgeServer::StartTls('UntrustedRoot')
            try {
                $name = "cdn.example.com:$($tls.Endpoint.Port)"
                (Test-VodPreheatUrl "https://$name/a.mp4" -Proxy $proxy.Endpoint -ProxyCredential $login).Finding | Should -Be 'TlsFailed'
                $proxy.Seen | Select-Object -Unique | Should -BeExactly "CONNECT $name"
            } finally {
                $tls.Dispose()
            }
        }

        It 'that refuses the password is ConnectionFailed, and the password is not displayed: <_>' -ForEach 'http', 'https' {
            $wrong = ConvertTo-Credential 'user' 'wrong:secret'
            $all = Test-VodPreheatUrl "$($_)://$host1/a.mp4" -Proxy $proxy.Endpoint -ProxyCredential $wrong -Verbose -Debug *>&1
            $test = $all.Where({ $_ -is [VodPreheat.PreheatUrlTest] })
            $test.Finding | Should -Be 'ConnectionFailed'
            $test.Hint | Should -Match 'proxy.*login'
            $shown = ($all | Format-List * -Force | Out-String -Width 4096) + ($all | ConvertTo-Json -Depth 3 -WarningAction Ignore)
            foreach ($form in @(Get-Form 'wrong:secret') + @(Get-Form 'user:wrong:secret')) { $shown.Contains($form) | Should -BeFalse }
        }

        It 'that cannot be reached is ConnectionFailed, and the hint names the proxy' {
            $test = Test-VodPreheatUrl "https://$host1/a.mp4" -Proxy "$closed"
            $test.Finding | Should -Be 'ConnectionFailed'
            $test.Hint | Should -Match 'address of the proxy'
        }

        It 'requires an address: <Name>' -ForEach @(
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

    It 'tests a URL over TLS with a trusted certificate' -Skip:$IsWindows {
        $tls = $EdgeServer::StartTls('UntrustedRoot')
        try {
            $tls.AnyFile = $true
            $client = [Net.Sockets.TcpClient]::new('127.0.0.1', $tls.Endpoint.Port)
            $stream = [Net.Security.SslStream]::new($client.GetStream(), $false, { $true })
            $stream.AuthenticateAsClient('localhost')
            $env:SSL_CERT_FILE = Join-Path $TestDrive tls.pem
            Set-Content $env:SSL_CERT_FILE $stream.RemoteCertificate.ExportCertificatePem()
            $client.Dispose()
            $text = Invoke-Child { Import-Module $args[0]; (Test-VodPreheatUrl $args[1] -TimeoutSec 120).Finding } $Manifest, "$($tls.Endpoint)a.mp4"
            $LASTEXITCODE | Should -Be 0 -Because $text
            $text.Trim() | Should -Be 'Ok'
            $tls.Requests.Method | Should -Be 'HEAD'
        } finally {
            Remove-Item Env:SSL_CERT_FILE -ErrorAction Ignore
            $tls.Dispose()
        }
    }
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()
    $script:ProxyServer = [VodPreheat.TestServer.ProxyServer]
}

AfterAll { $server.Dispose() }

Describe 'A proxy' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
        $script:proxy = $ProxyServer::Start()
    }

    AfterEach {
        Clear-Session
        $proxy.Dispose()
    }

    It 'receives queries to HTTP on loopback' {
        Connect-Once $server @{ Proxy = $proxy.Endpoint }
        (Get-VodPreheatResult 'a b+c').TaskId | Should -Be 'a b+c'
        $proxy.Seen | Should -BeExactly "GET $($server.Endpoint)v1.0/$($TestServer::DefaultProjectId)/asset/preheating?task_id=a%20b%2Bc"
        $server.Requests[0].StatusSent | Should -Be 200
    }

    It 'receives requests to IAM' {
        $server.AddUser('ops', 'password', 'acme')
        Connect-Once $server @{ Credential = ConvertTo-Credential 'ops' 'password'; DomainName = 'acme'; Proxy = $proxy.Endpoint }
        $proxy.Seen | Should -BeExactly "POST $($server.Endpoint)v3/auth/tokens?nocatalog=true"
    }

    It 'never receives requests to the metadata service' {
        $env:VODPREHEAT_METADATA_ENDPOINT = $server.Endpoint
        Connect-Once $server @{ Identity = $true; Proxy = $proxy.Endpoint }
        $proxy.Seen | Should -BeNullOrEmpty
        $server.MetadataKeysIssued | Should -Be 1
    }

    It 'on another machine never receives plain HTTP requests' {
        Connect-Once $server @{ Proxy = 'http://proxy.invalid:3128' }
        (Get-VodPreheatResult t).TaskId | Should -Be 't'
    }

    Context 'with CONNECT' {
        BeforeAll { $script:tls = $TestServer::StartTls('UntrustedRoot') }

        AfterAll { $tls.Dispose() }

        It 'opens a tunnel for HTTPS, in which the certificate is checked' {
            $name = "vod.example.com:$($tls.Endpoint.Port)"
            Connect-Once $server @{ Endpoint = "https://$name"; Proxy = $proxy.Endpoint }
            Assert-Failure (Get-Outcome { Get-VodPreheatResult t }).Errors[0] VodConnectionFailed ConnectionError 'TLS'
            $proxy.Seen | Should -BeExactly "CONNECT $name"
        }

        It 'transfers a query through the tunnel' -Skip:$IsWindows {
            # The certificate of the test server is trusted in a child process only, where it is known before the first TLS connection.
            $client = [Net.Sockets.TcpClient]::new('127.0.0.1', $tls.Endpoint.Port)
            try {
                $stream = [Net.Security.SslStream]::new($client.GetStream(), $false, { $true })
                $stream.AuthenticateAsClient('localhost')
                $pem = Join-Path $TestDrive tls.pem
                Set-Content $pem $stream.RemoteCertificate.ExportCertificatePem()
            } finally {
                $client.Dispose()
            }
            $tls.AnyTask = $true
            $env:SSL_CERT_FILE = $pem
            try {
                $text = Invoke-Child {
                    param($common, $endpoint, $proxy, $project)
                    . $common
                    Connect-VodAccount -AccessKey (ConvertTo-Credential $TestServer::DefaultAccessKey $TestServer::DefaultSecretKey) -ProjectId $project -Endpoint $endpoint -Proxy $proxy -MaximumRetryCount 0
                    (Get-VodPreheatResult tunnelled).TaskId
                } "$PSScriptRoot/common.ps1", $tls.Endpoint, $proxy.Endpoint, $TestServer::DefaultProjectId
            } finally {
                Remove-Item Env:SSL_CERT_FILE
            }
            $text.Trim() | Should -Be 'tunnelled'
            $proxy.Seen | Should -BeExactly "CONNECT 127.0.0.1:$($tls.Endpoint.Port)"
        }

        It 'causes an error if it opens no tunnel: <Status>' -ForEach @(
            @{ Status = 407; Match = '-ProxyCredential' }
            @{ Status = 403; Match = 'proxy did not open a tunnel', 'administrator of the proxy' }
            @{ Status = 502; Match = 'proxy did not open a tunnel', 'could not reach the host' }
        ) {
            $proxy.FailWith = $Status
            Connect-Once $server @{ Endpoint = 'https://vod.example.com'; Proxy = $proxy.Endpoint }
            $run = Get-Outcome { Get-VodPreheatResult t }
            Assert-Failure ($Status -eq 407 ? $run.Failure : $run.Errors[0]) VodConnectionFailed ConnectionError $Match
        }
    }

    Context 'that requires a password' {
        BeforeEach {
            $proxy.Dispose()
            $script:proxy = $ProxyServer::Start('user', 'pro:xy@secret')
        }

        It 'receives -ProxyCredential' {
            Connect-Once $server @{ Proxy = $proxy.Endpoint; ProxyCredential = ConvertTo-Credential 'user' 'pro:xy@secret' }
            (Get-VodPreheatResult t).TaskId | Should -Be 't'
            $server.Requests.Headers.Keys | Should -Not -Contain 'Proxy-Authorization'
        }

        It 'causes an error without it: <Name>' -ForEach @(
            @{ Name = 'none'; With = { @{} } }
            @{ Name = 'wrong'; With = { @{ ProxyCredential = ConvertTo-Credential 'user' 'wrong-secret' } } }
        ) {
            $parameters = & $With
            Connect-Once $server ($parameters + @{ Proxy = $proxy.Endpoint })
            $failure = Get-Failure { Get-VodPreheatResult t }
            Assert-Failure $failure VodConnectionFailed ConnectionError '-ProxyCredential'
            $failure.Exception.StatusCode | Should -Be 407
            "$failure" | Should -Not -Match 'wrong-secret'
            $server.RequestCount | Should -Be 0
        }
    }

    Context 'that fails' {
        It 'with HTTP 502 causes an error of the service' {
            $proxy.FailWith = 502
            Connect-Once $server @{ Proxy = $proxy.Endpoint }
            Assert-Failure (Get-Outcome { Get-VodPreheatResult t }).Errors[0] VodHttpError ResourceUnavailable 'HTTP 502', 'text/plain'
            $server.RequestCount | Should -Be 0
        }

        It 'to listen causes a connection error' {
            Connect-Once $server @{ Proxy = [VodPreheat.TestServer.ClosedPort]::Refused() }
            Assert-Failure (Get-Outcome { Get-VodPreheatResult t }).Errors[0] VodConnectionFailed ConnectionError 'proxy'
        }
    }

    It 'with an invalid address causes an error: <Name>' -ForEach @(
        @{ Name = 'with a login in it'; Address = 'http://user:hidden@proxy.example.com:3128'; Match = '-ProxyCredential' }
        @{ Name = 'not http'; Address = 'socks5://proxy.example.com:1080'; Match = 'such as http://proxy.example.com:1080' }
        @{ Name = 'without a scheme'; Address = 'proxy.example.com:3128'; Match = 'such as http://proxy.example.com:3128' }
    ) {
        $failure = Get-Failure { Connect-Once $server @{ Proxy = $Address } }
        Assert-Failure $failure VodInvalidEndpoint InvalidArgument '-Proxy', $Match
        "$failure" | Should -Not -Match 'hidden'
    }
}

# The service locks an access key or a user after a few refusals in a row. The rule applies across calls and runspaces, as these tests do.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()
    $script:way = @{
        AccessKey     = { @{ AccessKey = ConvertTo-Credential $TestServer::DefaultAccessKey 'wrong' } }
        SecurityToken = { @{ SecurityToken = ConvertTo-Secret 'wrong' } }
        Token         = { @{ Token = ConvertTo-Secret 'nonsense' } }
    }

    # Calls all cmdlets one after the other, and returns their errors.
    function Get-CallFailure([int] $Count) {
        foreach ($number in 1..$Count) {
            Get-Failure {
                switch ($number % 4) {
                    0 { Wait-VodPreheat "t$number" }
                    1 { Get-VodPreheatResult "t$number" }
                    2 { Start-VodPreheat "https://cdn.example.com/$number.mp4" }
                    3 { Start-VodPreheat -AssetId "a$number" }
                }
            }
        }
    }

    # The same in 16 runspaces. Returns the IDs of the errors.
    function Get-ParallelFailureId([int] $Count) {
        1..$Count | ForEach-Object -ThrottleLimit 16 -Parallel {
            Import-Module $using:Manifest
            foreach ($number in 1..10) {
                try {
                    switch (($_ + $number) % 3) {
                        0 { Wait-VodPreheat "t$_-$number" }
                        1 { 1..20 -replace '^', "t$_-$number-" | Get-VodPreheatResult }
                        2 { Start-VodPreheat "https://cdn.example.com/$_/$number.mp4" }
                    }
                    'nothing failed'
                } catch {
                    $_.FullyQualifiedErrorId.Split(',')[0]
                }
            }
        }
    }

    function Get-RefusedCount([string] $Area) { $server.Requests.Where({ $_.Area -eq $Area -and $_.StatusSent -eq 401 }).Count }
}

AfterAll { $server.Dispose() }

Describe 'Refused credentials' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
        $server.AddUser('ops', 's3cret', 'acme')
    }

    AfterEach { Clear-Session }

    It 'cause one request in a loop of 1,000 calls: a wrong secret key' {
        Connect-Once $server @{ AccessKey = ConvertTo-Credential $TestServer::DefaultAccessKey 'wrong'; MaximumRetryCount = 3 }
        $failures = foreach ($id in 1..1000) { try { Get-VodPreheatResult $id } catch { $_ } }
        $failures.Count | Should -Be 1000
        $failures.Exception.ErrorCode | Select-Object -Unique | Should -BeExactly 'APIGW.0301'
        $server.RequestCount | Should -Be 1
        $server.FailuresInARow($TestServer::DefaultAccessKey) | Should -Be 1

        # Each has its own task, the request ID of the refusal, and what to do.
        foreach ($number in 0, 1, 999) {
            Assert-Failure $failures[$number] 'APIGW.0301' AuthenticationError 'verify aksk signature fail', 'Connect-VodAccount'
            $failures[$number].TargetObject | Should -Be ($number + 1)
            $failures[$number].Exception.RequestId | Should -Be $server.Requests[0].RequestId
        }
        "$($failures[0])" | Should -Not -Match 'until you connect again'
        "$($failures[1])" | Should -Match 'until you connect again'
    }

    It 'cause one request in a loop of all cmdlets: <_>' -ForEach AccessKey, SecurityToken, Token {
        Connect-Once $server (& $way[$_])
        $failures = Get-CallFailure 100
        $failures.Exception.ErrorCode | Select-Object -Unique | Should -BeExactly 'APIGW.0301'
        $failures.Exception.OutcomeUnknown | Select-Object -Unique | Should -BeFalse
        $server.RequestCount | Should -Be 1
    }

    It 'cause one request in 16 runspaces: <_>' -ForEach AccessKey, Token {
        $server.LatencyMs = 100
        Connect-Once $server (& $way[$_])
        $ids = Get-ParallelFailureId 16
        $ids.Count | Should -Be 160
        $ids | Select-Object -Unique | Should -BeExactly 'APIGW.0301'
        $server.RequestCount | Should -Be 1
    }

    It 'of a server cause two requests, the second with renewed access keys' {
        $env:VODPREHEAT_METADATA_ENDPOINT = $server.Endpoint
        Connect-Once $server @{ Identity = $true }
        $server.AddFault('Unauthorized401', -1)
        (Get-CallFailure 40).Exception.ErrorCode | Select-Object -Unique | Should -BeExactly 'APIGW.0301'
        Get-ParallelFailureId 16 | Select-Object -Unique | Should -BeExactly 'APIGW.0301'
        Get-RefusedCount Vod | Should -Be 2
        $server.MetadataKeysIssued | Should -Be 2
    }

    It 'during a session end the requests in progress, and nothing more is sent' {
        Connect-Once $server
        $null = Get-VodPreheatResult warm
        $server.LatencyMs = 200
        $run = Invoke-Aside { 1..40 | Get-VodPreheatResult }
        Wait-Until { $server.RequestCount -ge 9 }
        $server.RemoveAccessKey($TestServer::DefaultAccessKey)
        (Complete-Aside $run).Where({ $_ -is [Management.Automation.ErrorRecord] }).Exception.ErrorCode | Should -BeExactly 'APIGW.0301'
        $server.LatencyMs = 0
        $sent = $server.RequestCount
        Get-RefusedCount Vod | Should -BeLessOrEqual 8
        (Get-CallFailure 20).Exception.ErrorCode | Select-Object -Unique | Should -BeExactly 'APIGW.0301'
        $server.RequestCount | Should -Be $sent
    }

    It 'are remembered by their connection only: another and a new connection work' {
        Connect-Once $server @{ AccessKey = ConvertTo-Credential $TestServer::DefaultAccessKey 'wrong' }
        $null = Get-Failure { Get-VodPreheatResult t }
        $other = Connect-Once $server @{ NoDefault = $true }
        (Get-VodPreheatResult t -Connection $other).TaskId | Should -Be 't'
        $null = Get-Failure { Get-VodPreheatResult t }
        Connect-Once $server
        (Get-VodPreheatResult t).TaskId | Should -Be 't'
        $server.RequestCount | Should -Be 3
    }

    It 'are remembered after the key is valid again, and the error says to connect again' {
        $server.RemoveAccessKey($TestServer::DefaultAccessKey)
        Connect-Once $server
        $null = Get-Failure { Get-VodPreheatResult t }
        $server.AddAccessKey($TestServer::DefaultAccessKey, $TestServer::DefaultSecretKey, $TestServer::DefaultProjectId)
        Assert-Failure (Get-Failure { Get-VodPreheatResult t }) 'APIGW.0301' AuthenticationError 'until you connect again'
        $server.RequestCount | Should -Be 1
    }

    It 'of IAM are sent again by each call of Connect-VodAccount' {
        foreach ($number in 1..3) {
            $null = Get-Failure { Connect-Once $server @{ Credential = ConvertTo-Credential 'ops' 'wrong'; DomainName = 'acme' } }
            $server.RequestCount | Should -Be $number
        }
    }
}

Describe 'A password that is changed during a session' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
        $server.AddUser('ops', 's3cret', 'acme')
        $script:with = @{ Credential = ConvertTo-Credential 'ops' 's3cret'; DomainName = 'acme' }
    }

    AfterEach { Clear-Session }

    It 'causes one refused request to IAM and one to VOD, in a loop' {
        Connect-Once $server $with
        $null = Get-VodPreheatResult warm
        $server.AddUser('ops', 'another', 'acme')
        $server.RevokeToken($server.LastToken)
        $failures = Get-CallFailure 200
        foreach ($failure in $failures) { Assert-Failure $failure VodHttpError AuthenticationError 'username or password is wrong', 'DomainName' }
        Get-RefusedCount Iam | Should -Be 1
        Get-RefusedCount Vod | Should -Be 1
        $server.RequestCount | Should -Be 4
    }

    It 'causes one refused request to IAM in 16 runspaces' {
        Connect-Once $server $with
        $null = Get-VodPreheatResult warm
        $server.AddUser('ops', 'another', 'acme')
        $server.RevokeToken($server.LastToken)
        $server.LatencyMs = 50
        Get-ParallelFailureId 16 | Select-Object -Unique | Should -BeExactly 'VodHttpError'
        Get-RefusedCount Iam | Should -Be 1

        # Only the concurrent requests are refused, and nothing is sent after them.
        Get-RefusedCount Vod | Should -BeLessOrEqual (16 * 8)
        $sent = $server.RequestCount
        $null = Get-CallFailure 20
        $server.RequestCount | Should -Be $sent
    }

    It 'is sent once, and the token remains in use until it expires' {
        $clock = Use-Clock 1 $server
        $server.AnyTask = $true
        $server.AddUser('ops', 's3cret', 'acme')
        $connection = Connect-Once $server ($with + @{ PassThru = $true })
        $server.AddUser('ops', 'another', 'acme')
        $clock.Advance($connection.ExpiresAt.AddMinutes(-1) - $clock.GetUtcNow())
        (1..20 | ForEach-Object { Get-VodPreheatResult $_ }).Count | Should -Be 20
        Wait-Until { (Get-RefusedCount Iam) -eq 1 }

        $clock.Advance([timespan]::FromMinutes(2))
        Assert-Failure (Get-Failure { Get-VodPreheatResult t }) VodHttpError AuthenticationError 'username or password is wrong'
        $null = Get-CallFailure 20
        Get-RefusedCount Iam | Should -Be 1
        Get-RefusedCount Vod | Should -Be 0
    }
}

# Answers of services that must not become a header, or that do not end.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()
}

AfterAll { $server.Dispose() }

Describe 'A value that becomes a header' {
    BeforeEach { $server.Reset() }

    AfterEach { Clear-Session }

    It 'is validated if it is from the metadata service: <Name>' -ForEach @(
        @{ Name = 'access'; Answers = '', '{"credential":{"access":"AKX\r\nX-Evil: 1","secret":"s","securitytoken":"t","expires_at":"2099-01-01T00:00:00Z"}}' }
        @{ Name = 'securitytoken'; Answers = '', '{"credential":{"access":"AKX","secret":"s","securitytoken":"t\r\nX-Evil: 1","expires_at":"2099-01-01T00:00:00Z"}}' }
        @{ Name = 'secret'; Answers = '', '{"credential":{"access":"AKX","secret":"s\u0000","securitytoken":"t","expires_at":"2099-01-01T00:00:00Z"}}' }
        @{ Name = 'session token'; Answers = "t`r`nX-Evil: 1", '' }
    ) {
        $env:VODPREHEAT_METADATA_ENDPOINT = $server.Endpoint
        $server.AddMetadataAnswer($Answers[0] ? 200 : 404, $Answers[0])
        $server.AddMetadataAnswer(200, $Answers[1])
        $failure = Get-Failure { Connect-Once $server @{ Identity = $true } }
        Assert-Failure $failure VodUnexpectedResponse InvalidData 'cannot be sent in a header'
        $server.Requests.Headers.Keys | Should -Not -Contain 'X-Evil'
        $server.Requests.Area | Should -Not -Contain 'Vod'
    }

    It 'is validated if it is from IAM: <_>' -ForEach 'a token', "t`tX-Evil: 1", "t`u{e4}", '' {
        $server.AddIamAnswer(201, '{"token":{"expires_at":"2099-01-01T00:00:00Z"}}', 'application/json', 'X-Subject-Token', $_)
        $failure = Get-Failure { Connect-Once $server @{ Credential = ConvertTo-Credential 'ops' 'password'; DomainName = 'acme' } }
        Assert-Failure $failure VodUnexpectedResponse InvalidData 'X-Subject-Token'
        $server.Requests.Area | Should -Be 'Iam'
    }
}

Describe 'An endless answer' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
    }

    AfterEach { Clear-Session }

    It 'is refused after 16 MiB: <_>' -ForEach 'Get-VodPreheatResult', 'Start-VodPreheat', 'Connect-VodAccount' {
        $failure = switch ($_) {
            'Connect-VodAccount' {
                $server.AddIamFault('EndlessBody')
                Get-Failure { Connect-Once $server @{ Credential = ConvertTo-Credential 'ops' 'password'; DomainName = 'acme' } }
            }
            default {
                Connect-Once $server
                $server.AddFault('EndlessBody')
                (Get-Outcome { & $_ 'https://cdn.example.com/a.mp4' }).Errors[0]
            }
        }
        Assert-Failure $failure VodUnexpectedResponse InvalidData '16 MiB'
    }
}

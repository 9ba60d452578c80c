BeforeDiscovery { $script:cultures = 'th-TH', 'ar-SA', 'fa-IR', 'tr-TR' }

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()

    # Runs a script in this runspace with another culture.
    function Invoke-Under([string] $Culture, [scriptblock] $Script) {
        $before = [cultureinfo]::CurrentCulture, [cultureinfo]::CurrentUICulture
        try {
            [cultureinfo]::CurrentCulture = [cultureinfo]::CurrentUICulture = $Culture
            & $Script
        } finally {
            [cultureinfo]::CurrentCulture, [cultureinfo]::CurrentUICulture = $before
        }
    }
}

AfterAll { $server.Dispose() }

Describe 'Under <_>' -ForEach $cultures {
    BeforeAll { $script:culture = $_ }

    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
    }

    AfterEach { Clear-Session }

    It 'the culture differs from the invariant culture, so these tests can fail' {
        $text = Invoke-Under $culture { [datetime]::new(2026, 1, 2).ToString('yyyy'); 'file'.ToUpper() }
        $text -join ' ' | Should -Not -Be '2026 FILE'
    }

    It 'signatures are correct' {
        Invoke-Under $culture {
            Connect-Once $server
            Get-VodPreheatResult 'I i 1', t | ForEach-Object TaskId
        } | Should -Be 'I i 1', 't'
        foreach ($request in $server.Requests) { $request.Headers['X-Sdk-Date'] | Should -Match "^20[2-9]\d{5}T\d{6}Z$" }
    }

    It 'the expiry of a token is parsed, and the token is renewed' {
        $server.AddUser('ops', 'password', 'acme')
        Invoke-Under $culture {
            $connection = Connect-Once $server @{ Credential = ConvertTo-Credential 'ops' 'password'; DomainName = 'acme'; PassThru = $true }
            [math]::Round(($connection.ExpiresAt - [datetimeoffset]::UtcNow).TotalHours)
            $server.ExpireToken($server.LastToken)
            (Get-VodPreheatResult t).TaskId
        } | Should -Be 24, 't'
    }

    It 'access keys of the metadata service are parsed' {
        $env:VODPREHEAT_METADATA_ENDPOINT = $server.Endpoint
        Invoke-Under $culture {
            Connect-Once $server @{ Identity = $true }
            (Get-VodPreheatResult t).TaskId
        } | Should -Be 't'
        $server.MetadataKeysIssued | Should -Be 1
    }

    It 'a credentials file and a region variable in uppercase letters are read' {
        $server.AddTemporaryKey('FILEAK', 'filesk', 'filetoken', $TestServer::DefaultProjectId)
        $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = Join-Path $TestDrive credentials
        Set-Content $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE "[BASIC]`nAK = FILEAK`nSK = filesk`nSECURITY_TOKEN = filetoken`nPROJECT_ID = $($TestServer::DefaultProjectId)"
        $env:HUAWEICLOUD_SDK_REGION_VOD_AI_TEST_1 = $server.Endpoint
        Invoke-Under $culture {
            Connect-Once $server @{ Default = $true; ProjectId = $null; Endpoint = $null; Region = 'ai-test-1' }
            (Get-VodPreheatResult t).TaskId
        } | Should -Be 't'
    }

    It 'errors have the same category and text' {
        $server.ClockOffset = [timespan]::FromMinutes(20)
        $failure = Invoke-Under $culture {
            Connect-Once $server
            Get-Failure { Get-VodPreheatResult t }
        }
        Assert-Failure $failure 'APIGW.0301' AuthenticationError 'clock is 20 minutes behind', 'HTTP 401'
    }

    It 'a URL has the same finding' {
        $edge = [VodPreheat.TestServer.EdgeServer]::Start()
        try {
            $edge.SetFile('/a.mp4', 200, 'X-CACHE-LOOKUP: HIT FROM DISKTANK', 'CACHE-CONTROL: PRIVATE, MAX-AGE=0', 'AGE: 60')
            $test = Invoke-Under $culture { Test-VodPreheatUrl "$($edge.Endpoint)a.mp4" }
            $test.Finding, $test.Cache, $test.Age | Should -Be 'NotCacheable', 'Hit', 60
        } finally {
            $edge.Dispose()
        }
    }

    It 'a timeout has the same text' {
        $server.AddFault('Stall')
        $outcome = Invoke-Under $culture {
            Connect-Once $server @{ TimeoutSec = 1 }
            Get-Outcome { Get-VodPreheatResult t -Verbose 4>$null }
        }
        Assert-Failure $outcome.Errors[0] VodTimeout OperationTimeout 'within 1 s'
    }
}

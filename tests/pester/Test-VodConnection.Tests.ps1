BeforeAll {
    . $PSScriptRoot/common.ps1
    $script:server = $TestServer::Start()

    # What a script displayed as progress, after its end.
    function Get-Progress($Run) {
        Wait-Until { $Run.Result.IsCompleted }
        $Run.Shell.Streams.Progress
        Close-Aside $Run
    }
}

AfterAll { $server.Dispose() }

Describe 'Test-VodConnection' {
    BeforeEach { $server.Reset() }
    AfterEach { Clear-Session }

    It 'is right in the sandbox' {
        Connect-VodAccount -Sandbox
        $test = Test-VodConnection
        $test | Should -BeOfType ([VodPreheat.VodConnectionTest])
        $test.CanQuery, $test.ClockSkew.TotalSeconds, $test.Journal, $test.SubmittedToday | Should -Be $true, 0, 'in memory', 0
        $test.ErrorCode, $test.Detail | Should -Be $null, $null
        Test-VodConnection -Quiet | Should -BeExactly $true
    }

    It 'sends one query, and returns the connection, the clocks, the journal, and what was submitted today' {
        $connection = Connect-Server $server @{ PassThru = $true; NoDefault = $true }
        $null = Start-VodPreheat 'https://cdn.example.com/1.mp4', 'https://cdn.example.com/2.mp4' -Connection $connection
        $server.ClockOffset = '00:05:00'
        $test = Test-VodConnection -Connection $connection
        $test.CanQuery | Should -BeTrue -Because $test.Detail
        $test.Region, $test.ProjectId, $test.Endpoint, $test.AuthenticationType | Should -Be 'cn-north-4', $TestServer::DefaultProjectId, $server.Endpoint, 'AccessKey'
        $test.ClockSkew.TotalSeconds | Should -BeIn -299, -300, -301
        $test.Latency | Should -BeGreaterThan ([timespan]::Zero)
        $env:VODPREHEAT_JOURNAL.StartsWith($test.Journal) | Should -BeTrue
        $test.SubmittedToday | Should -Be 2
        $server.Requests.Method | Should -Be POST, GET
    }

    It 'returns what is wrong, and what to do, without an error' {
        $server.RemoveAccessKey($TestServer::DefaultAccessKey)
        Connect-Server $server
        $run = Get-Outcome { Test-VodConnection; Test-VodConnection -Quiet }
        $run.Errors.Count, $run.Failure | Should -Be 0, $null
        $run.Output[0].CanQuery, $run.Output[0].ErrorCode | Should -Be $false, 'APIGW.0301'
        $run.Output[0].Detail | Should -BeLike '*APIGW.0301*Connect-VodAccount*'
        $run.Output[1] | Should -BeExactly $false
        $server.RequestCount | Should -Be 1 -Because 'the refusal is remembered'
    }

    It 'is an error without a connection' {
        Assert-Failure (Get-Failure { Test-VodConnection -Quiet }) 'VodNotConnected' ConnectionError
    }

    It 'shows only what there is' {
        Connect-VodAccount -Sandbox
        $ready = Test-VodConnection | Out-String
        $ready | Should -Match 'CanQuery +: True'
        $ready | Should -Match 'ClockSkew +: 0 s'
        $ready | Should -Not -Match 'ErrorCode|Detail'
        $mock = [VodPreheat.VodConnectionTest]@{ ProjectId = "a`e[31mb"; ErrorCode = 'VOD.10057'; Detail = 'Check it.' }
        foreach ($test in $mock, [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($mock))) {
            $text = $test | Out-String
            $text | Should -Match 'CanQuery +: False'
            $text | Should -Match 'ErrorCode +: VOD\.10057'
            $text | Should -Match 'ClockSkew +: *\r?\n'
            $text | Should -Not -Match '\e\[31mb'
        }
    }

    It 'displays for how long there has been no answer, as Connect-VodAccount does' {
        $null = Use-Clock 10 $server
        $server.AddUser('ops', 'pass', 'acme')
        $server.AddIamFault('Stall')
        $server.AddFault('Stall')
        $account = @{
            Credential = ConvertTo-Credential 'ops' 'pass'; DomainName = 'acme'; Region = 'cn-north-4'; ProjectId = $TestServer::DefaultProjectId
            Endpoint = $server.Endpoint; IamEndpoint = $server.Endpoint; MaximumRetryCount = 0; TimeoutSec = 10
        }
        $run = Invoke-Aside { param($account) Connect-VodAccount @account } $account
        $bar = @(Get-Progress $run)
        $bar[0].Activity | Should -Be 'Signing in'

        $connection = Connect-Once $server @{ TimeoutSec = 10; NoDefault = $true }
        $run = Invoke-Aside { param($connection) Test-VodConnection -Connection $connection } $connection
        $bar += Get-Progress $run
        $bar[-1].Activity | Should -Be 'Testing the connection'
        $bar[0].StatusDescription, $bar[-2].StatusDescription | Should -Match '^no answer for \d+ seconds$'
        $bar.RecordType -eq 'Completed' | Should -HaveCount 2
    }
}

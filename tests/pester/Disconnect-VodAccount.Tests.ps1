BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()
}

AfterAll { $server.Dispose() }

Describe 'Disconnect-VodAccount' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
        $server.AddUser('ops', 'password', 'acme')
    }

    AfterEach { Clear-Session }

    It 'removes the default connection and returns nothing' {
        Connect-Once $server
        Disconnect-VodAccount | Should -BeNullOrEmpty
        Get-VodConnection | Should -BeNullOrEmpty
        Assert-Failure (Get-Failure { Get-VodPreheatResult t }) VodNotConnected ConnectionError 'Connect-VodAccount'
        $server.RequestCount | Should -Be 0
    }

    It 'invalidates a connection in a variable' {
        $connection = Connect-Once $server @{ PassThru = $true }
        Disconnect-VodAccount
        Assert-Failure (Get-Failure { Get-VodPreheatResult t, u -Connection $connection }) VodNotConnected ConnectionError 'disconnected'
        $server.RequestCount | Should -Be 0
    }

    It 'ends a specified connection and does not change the default' {
        $default = Connect-Once $server @{ PassThru = $true }
        $other = Connect-Once $server @{ NoDefault = $true }
        Disconnect-VodAccount -Connection $other
        [object]::ReferenceEquals((Get-VodConnection), $default) | Should -BeTrue
        (Get-VodPreheatResult t).TaskId | Should -Be 't'
        Assert-Failure (Get-Failure { Get-VodPreheatResult t -Connection $other }) VodNotConnected ConnectionError
    }

    It 'removes the default connection if that is specified' {
        Disconnect-VodAccount -Connection (Connect-Once $server @{ PassThru = $true })
        Get-VodConnection | Should -BeNullOrEmpty
    }

    It 'does nothing if it is called twice, or without a connection' {
        $connection = Connect-Once $server @{ PassThru = $true }
        $outcome = Get-Outcome {
            Disconnect-VodAccount
            Disconnect-VodAccount
            Disconnect-VodAccount -Connection $connection
        }
        $outcome.Failure ?? $outcome.Errors | Should -BeNullOrEmpty
    }

    It 'refuses $null' {
        { Disconnect-VodAccount -Connection $null } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'closes the sockets' {
        Connect-Once $server
        $null = Get-VodPreheatResult t
        $server.OpenConnections | Should -Be 1
        Disconnect-VodAccount
        Wait-Until { $server.OpenConnections -eq 0 }
    }

    It 'cancels the queries in progress with one error' {
        Connect-Once $server
        $null = Get-VodPreheatResult warm
        $server.AddFault('Stall', -1)
        $run = Invoke-Aside { Get-VodPreheatResult (1..20) }
        Wait-Until { $server.RequestCount -eq 9 }
        Disconnect-VodAccount
        Assert-Failure (Complete-Aside $run) VodNotConnected ConnectionError 'disconnected'
        Wait-Until { $server.OpenConnections -eq 0 }
        $server.RequestCount | Should -Be 9
    }

    It 'overwrites the secrets of <Name>' -ForEach @(
        @{ Name = 'an access key'; With = { @{} } }
        @{ Name = 'a temporary key'; With = { @{ SecurityToken = ConvertTo-Secret 'token' } } }
        @{ Name = 'a token'; With = { @{ Token = ConvertTo-Secret 'token' } } }
        @{ Name = 'a password'; With = { @{ Credential = ConvertTo-Credential 'ops' 'password'; DomainName = 'acme' } } }
        @{ Name = 'an identity'; With = { @{ Identity = $true } } }
    ) {
        $env:VODPREHEAT_METADATA_ENDPOINT = $server.Endpoint
        $parameters = & $With
        $connection = Connect-Once $server ($parameters + @{ PassThru = $true })
        Get-HeldSecret $connection | ForEach-Object { $_ } | Measure-Object -Sum | ForEach-Object Sum | Should -BeGreaterThan 0
        Disconnect-VodAccount
        Get-HeldSecret $connection | ForEach-Object { $_ } | Measure-Object -Sum | ForEach-Object Sum | Should -Be 0
    }

    It 'does not change the properties of the connection' {
        $connection = Connect-Once $server @{ PassThru = $true }
        $before = $connection | Format-List * | Out-String
        Disconnect-VodAccount
        $connection | Format-List * | Out-String | Should -BeExactly $before
    }
}

# Secrets that a service or a proxy echoes, in every cmdlet.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()
    $script:ProxyServer = [VodPreheat.TestServer.ProxyServer]
    $script:password = 'p@ss "w0rd"\/1'

    # Everything that can be displayed of an error, including its inner exceptions.
    function Get-Sight([Management.Automation.ErrorRecord] $Record) {
        $Record | Format-List * -Force | Out-String -Width 4000
        $Record | Get-Error | Out-String -Width 4000
        [Management.Automation.PSSerializer]::Serialize($Record, 2)
        for ($exception = $Record.Exception; $exception; $exception = $exception.InnerException) {
            "$($exception.GetType().Assembly.GetName().Name) $exception $($exception.Data.Values)"
        }
    }

    # Neither a text nor an error contains the secret, in any notation.
    function Assert-Hidden([string] $Secret, [string[]] $Text) {
        foreach ($form in (Get-Form $Secret) + ($Secret | ConvertTo-Json).Trim('"') + $Secret.Replace('"', '\u0022')) {
            ($Text -join "`n").Contains($form, [StringComparison]::OrdinalIgnoreCase) | Should -BeFalse -Because "'$form' is secret"
        }
    }

    # Runs a script with -Verbose. Returns its errors, and all texts that were displayed.
    function Get-Shown([scriptblock] $Shown) {
        $VerbosePreference = 'Continue'
        $run = Get-Outcome { & $Shown 4>&1 }
        $records = @($run.Errors) + @($run.Failure).Where({ $_ })
        [pscustomobject]@{ Records = $records; Text = @($run.Output | Out-String -Width 4000) + $records.ForEach({ Get-Sight $_ }) }
    }
}

AfterAll { $server.Dispose() }

Describe 'An echoed secret' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
        $server.AddToken('given+Token/0000000001==', $TestServer::DefaultProjectId)
    }

    AfterEach { Clear-Session }

    It 'is not displayed by <Cmdlet>: <Fault>' -ForEach @(
        foreach ($fault in 'EchoInStatusLine', 'EchoInHeaderLine', 'EchoSecretsIn400', 'EchoCanonicalRequest') {
            foreach ($cmdlet in 'Get-VodPreheatResult', 'Wait-VodPreheat', 'Start-VodPreheat', 'Invoke-VodPreheat') { @{ Fault = $fault; Cmdlet = $cmdlet } }
        }
    ) {
        Connect-Once $server @{ Token = ConvertTo-Secret 'given+Token/0000000001==' }
        $server.AddFault($Fault, 1)
        $run = Get-Shown {
            switch ($Cmdlet) {
                'Get-VodPreheatResult' { Get-VodPreheatResult t }
                'Wait-VodPreheat' { Wait-VodPreheat t -PollIntervalSec 1 }
                'Start-VodPreheat' { Start-VodPreheat 'https://cdn.example.com/a.mp4' }
                'Invoke-VodPreheat' { Invoke-VodPreheat 'https://cdn.example.com/a.mp4' -PollIntervalSec 1 -TimeoutSec 3 | Format-List * }
            }
        }
        Assert-Hidden 'given+Token/0000000001==' $run.Text
        $run.Text -join '' | Should -Match '\*\*\*'
    }

    It 'is in no exception of .NET' {
        Connect-Once $server @{ Token = ConvertTo-Secret 'given+Token/0000000001==' }
        $server.AddFault('EchoInHeaderLine')
        $exception = (Get-Outcome { Get-VodPreheatResult t }).Errors[0].Exception.InnerException
        $exception | Should -Not -BeNullOrEmpty
        for (; $exception; $exception = $exception.InnerException) { $exception.GetType().FullName | Should -BeExactly 'VodPreheat.Client.Errors.CauseException' }
    }

    It 'is not displayed by Connect-VodAccount: <_>' -ForEach 'EchoBodyIn400', 'EchoInStatusLine', 'EchoInHeaderLine' {
        $server.AddUser('ops', $password, 'acme')
        $server.AddIamFault($_)
        $run = Get-Shown { Connect-Once $server @{ Credential = ConvertTo-Credential 'ops' $password; DomainName = 'acme' } }
        $run.Records.Count | Should -Be 1
        Assert-Hidden $password $run.Text
    }

    It 'is not displayed, completely or in part, after its connection was disconnected' {
        $server.LatencyMs = 1
        $server.AddFault('EchoSecretsIn400', -1)
        foreach ($round in 1..20) {
            $connection = Connect-Once $server @{ Token = ConvertTo-Secret 'given+Token/0000000001=='; NoDefault = $true }
            $aside = Invoke-Aside { param($connection) 1..8 | Get-VodPreheatResult -Connection $connection } $connection
            Wait-Until { $server.RequestCount -ge $round }
            Disconnect-VodAccount -Connection $connection
            Assert-Hidden 'given+Token/0000000001==' (Complete-Aside $aside).Where({ $_ }).ForEach({ "$_ $($_ | Get-Error | Out-String)" })
        }
    }
}

Describe 'The password of a proxy' {
    BeforeEach { $server.Reset() }

    AfterEach { Clear-Session }

    It 'is not displayed by <_> if the proxy echoes it' -ForEach 'Get-VodPreheatResult', 'Start-VodPreheat', 'Wait-VodPreheat', 'Connect-VodAccount', 'Test-VodPreheatUrl' {
        $proxy = $ProxyServer::Start('user', 'another')
        try {
            $proxy.EchoesLogin = $true
            $with = @{ Proxy = $proxy.Endpoint; ProxyCredential = ConvertTo-Credential 'user' $password }
            $run = Get-Shown {
                Connect-Once $server $with
                switch ($_) {
                    'Get-VodPreheatResult' { Get-VodPreheatResult t }
                    'Start-VodPreheat' { Start-VodPreheat 'https://cdn.example.com/a.mp4' }
                    'Wait-VodPreheat' { Wait-VodPreheat t -TimeoutSec 1 -PollIntervalSec 1 }
                    'Connect-VodAccount' { Connect-Once $server ($with + @{ Credential = ConvertTo-Credential 'ops' 'password'; DomainName = 'acme' }) }
                    'Test-VodPreheatUrl' { Test-VodPreheatUrl "$($server.Endpoint)a.mp4" @with | Format-List * }
                }
            }
            Assert-Hidden $password $run.Text
            Assert-Hidden "user:$password" $run.Text
            $run.Text -join '' | Should -Match '407|requires a login'
            $server.RequestCount | Should -Be 0
        } finally {
            $proxy.Dispose()
        }
    }

    It 'is not displayed if it is from the environment' {
        $proxy = $ProxyServer::Start('user', 'another')
        try {
            $proxy.EchoesLogin = $true
            $text = Invoke-Child {
                param($common, $authority, $encoded)
                $env:HTTPS_PROXY = $env:HTTP_PROXY = "http://us%65r:$encoded@$authority"
                . $common
                $null = Start-Transcript (Join-Path (Get-PSDrive TestDrive).Root transcript.txt)
                $VerbosePreference = 'Continue'
                $server = [pscustomobject]@{ Endpoint = [uri] 'https://vod.example.invalid' }
                Connect-Once $server
                Get-VodPreheatResult t
                Start-VodPreheat 'https://cdn.example.com/a.mp4'
                Wait-VodPreheat t -TimeoutSec 1 -PollIntervalSec 1
                Test-VodPreheatUrl 'https://cdn.example.com/a.mp4', 'http://cdn.example.com/a.mp4' | Format-List
                try { Connect-Once $server @{ Credential = ConvertTo-Credential 'ops' 'password'; DomainName = 'acme' } } catch { $_ }
                foreach ($record in $Error) {
                    $record | Format-List * -Force
                    $record | Get-Error
                    [Management.Automation.PSSerializer]::Serialize($record, 2)
                }
                $null = Stop-Transcript
                Get-Content (Join-Path (Get-PSDrive TestDrive).Root transcript.txt)
            } "$PSScriptRoot/common.ps1", $proxy.Endpoint.Authority, ([uri]::EscapeDataString($password))
            Assert-Hidden $password $text
            Assert-Hidden "user:$password" $text
            $text | Should -Match 'VodConnectionFailed, HTTP 407'
            $proxy.Seen.Count | Should -BeGreaterThan 4
        } finally {
            $proxy.Dispose()
        }
    }

    It 'is sent only to a specified proxy: <_>' -ForEach 'Connect-VodAccount', 'Test-VodPreheatUrl' {
        $login = ConvertTo-Credential 'user' $password
        $failure = Get-Failure {
            if ($_ -eq 'Connect-VodAccount') { Connect-Once $server @{ ProxyCredential = $login } }
            else { Test-VodPreheatUrl 'https://cdn.example.com/a.mp4' -ProxyCredential $login }
        }
        Assert-Failure $failure VodInvalidEndpoint InvalidArgument '-Proxy'
        Get-VodConnection | Should -BeNullOrEmpty
    }
}

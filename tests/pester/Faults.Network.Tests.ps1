# Faults on the way to the service, before a request is sent, in all cmdlets: refused connections, certificates, and proxies.

BeforeDiscovery {
    . "$PSScriptRoot/faults.cases.ps1"
    $script:connections = @(
        Get-Case (Get-Fault network) (Get-SignInFrom 0) @{ Cmdlet = 'Get-VodPreheatResult'; Retries = 0 }
        Get-Case (Get-Fault network) (Get-SignInFrom 1) @{ Cmdlet = 'Start-VodPreheat -Url'; Retries = 1 }
        Get-Case (Get-Fault network) (Get-SignInFrom 2) @{ Cmdlet = 'Start-VodPreheat -AssetId'; Retries = 0 }
        Get-Case (Get-Fault network) (Get-SignInFrom 3) @{ Cmdlet = 'Wait-VodPreheat'; Retries = 0 }
    )
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/submit.common.ps1"
    $script:ClockRate = 4
    . "$PSScriptRoot/faults.common.ps1"
}

AfterAll { Close-FaultServer }

Describe 'Faults of the network' {
    BeforeAll {
        $script:proxy = [VodPreheat.TestServer.ProxyServer]::Start('proxyuser', $proxySecret)
        $script:tls = @{}
        foreach ($name in 'UntrustedRoot', 'Expired', 'WrongName', 'Reset') { $tls[$name] = $TestServer::StartTls($name) }
    }

    AfterAll {
        $proxy.Dispose()
        foreach ($one in $tls.Values) { $one.Dispose() }
    }

    It '<Cmdlet>: <Fault>, <SignIn>' -ForEach $connections {
        $case = $_
        $with = @{ MaximumRetryCount = $Retries }
        switch -Regex ($Fault) {
            'Refused' { $with.Endpoint = [VodPreheat.TestServer.ClosedPort]::Refused() }
            'NoSuchHost' { $with.Endpoint = 'https://vod.nowhere.invalid' }
            'UntrustedRoot|Expired|WrongName|Reset' { $with.Endpoint = $tls[$Fault].Endpoint }
            'Tunnel' { $with.Endpoint = 'https://vod.example.com' }
            '\d' {
                $with += @{ Proxy = $proxy.Endpoint; ProxyCredential = ConvertTo-Credential 'proxyuser' $proxySecret }
                $proxy.FailWith = 0
            }
        }
        $connection = Connect-SignIn $SignIn $with
        try {
            if ($Fault -match '\d+') { $proxy.FailWith = [int] $Matches[0] }
            $items = "https://cdn.example.com/$Fault.mp4", "https://cdn.example.com/$Fault-2.mp4"
            $run = Invoke-Watched {
                switch ($Cmdlet) {
                    'Get-VodPreheatResult' { Get-VodPreheatResult bad -Connection $connection -Verbose }
                    'Start-VodPreheat -Url' { $items | Start-VodPreheat -Connection $connection -Verbose }
                    'Start-VodPreheat -AssetId' { Start-VodPreheat -AssetId $Fault -Connection $connection -Verbose }
                    'Wait-VodPreheat' { Wait-VodPreheat bad -TimeoutSec 4 -PollIntervalSec 30 -Connection $connection -Verbose }
                }
            }

            # Nothing of it gets to the server.
            $run.Requests.Where({ $_.Area -eq 'Vod' }) | Should -BeNullOrEmpty
            @($tls.Values.RequestCount) | Should -Be 0, 0, 0, 0
            $rounds = $Cmdlet -eq 'Wait-VodPreheat' -and $WaitContinues ? 2 : 1
            $sent = Get-SendCount $case ($Cmdlet -like 'Start*' ? $SubmissionIsRetried : $QueryIsRetried)
            @($run.VerboseLines -match '^(GET|POST) http').Count | Should -Be ($rounds * $sent)
            if ($Cmdlet -eq 'Wait-VodPreheat' -and $WaitContinues) {
                # A first query and, when the time is up, a last one.
                Assert-Failure $run.Errors[0] 'VodWaitTimeout' 'OperationTimeout'
                @($run.VerboseLines -like 'The query of task bad failed*').Count | Should -Be 2
            } elseif ($Cmdlet -in 'Get-VodPreheatResult', 'Wait-VodPreheat') {
                Assert-Failure $run.Errors[0] $Id $Category
                $run.Errors[0].TargetObject | Should -Be 'bad'
            } else {
                $given = $Cmdlet -like '*Url' ? $items : @($Fault)
                Assert-Submission $case $run $given $given
            }
            $run.Errors.Count | Should -Be 1
            Assert-NoSecret $run $connection

            if ($Fault -like 'Proxy*') {
                $proxy.FailWith = 0
                Assert-Next $connection
            } else {
                # What cannot be repaired from here gives the same failure again.
                $next = Invoke-Watched { Get-VodPreheatResult next -Connection $connection -Verbose }
                Assert-Failure $next.Errors[0] $Id $Category
                @($next.VerboseLines -match '^GET http').Count | Should -Be (Get-SendCount $case $QueryIsRetried)
            }
        } finally {
            Disconnect-VodAccount -Connection $connection
        }
    }
}

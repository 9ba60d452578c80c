BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()

    # Each key is valid for one project only: a query with the key or for the project of the other account is refused.
    function Connect-Account([string] $Name) {
        $server.AddAccessKey("KEY$Name", "secret-$Name", "project-$Name")
        Connect-Once $server @{
            AccessKey = ConvertTo-Credential "KEY$Name" "secret-$Name"; ProjectId = "project-$Name"; NoDefault = $true
        }
    }
}

AfterAll { $server.Dispose() }

Describe 'Connections to two accounts' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
    }

    AfterEach { Clear-Session }

    It 'do not mix their results in parallel runspaces' {
        $runs = foreach ($name in 'A', 'B', 'A', 'B') {
            Invoke-Aside {
                param($connection, $name)
                1..200 | ForEach-Object { "$name-$_" } | Get-VodPreheatResult -Connection $connection
            } (Connect-Account $name), $name
        }
        foreach ($run in $runs) {
            $rows = Complete-Aside $run
            $rows.Count | Should -Be 200
            @($rows.TaskId -replace '-\d+$' | Select-Object -Unique).Count | Should -Be 1
        }
        $server.RequestCount | Should -Be 800
        $server.Requests.Where({
                $name = $_.TaskId.Split('-')[0]
                "$($_.Path) $($_.Headers['X-Project-Id']) $($_.Headers['Authorization'])" -notlike
                "/v1.0/project-$name/asset/preheating project-$name * Access=KEY$name, *"
            }) | Should -BeNullOrEmpty
    }

    It 'are distinguished by the test server: a key is valid only for its own project' {
        $mixed = Connect-Account A
        $server.RemoveAccessKey('KEYA')
        $server.AddAccessKey('KEYA', 'secret-A', 'project-B')
        Assert-Failure (Get-Failure { Get-VodPreheatResult t -Connection $mixed }) 'VOD.10057' InvalidArgument
    }

    It 'keep a pipeline on the connection with which it began' {
        $server.AddAccessKey('KEYB', 'secret-B', 'project-B')
        Connect-Once $server
        1..20 | ForEach-Object {
            if ($_ -eq 10) {
                Connect-Once $server @{ AccessKey = ConvertTo-Credential 'KEYB' 'secret-B'; ProjectId = 'project-B' }
            }
            $_
        } | Get-VodPreheatResult | ForEach-Object TaskId | Should -Be (1..20)
        $server.Requests.Headers.ForEach({ $_['X-Project-Id'] }) | Select-Object -Unique | Should -Be $TestServer::DefaultProjectId
        $null = Get-VodPreheatResult after
        $server.Requests[-1].Headers['X-Project-Id'] | Should -Be 'project-B'
    }

    It 'share the default connection with ForEach-Object -Parallel' {
        Connect-Once $server
        $rows = 1..8 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:Manifest
            Get-VodPreheatResult $_
        }
        $rows.TaskId | Sort-Object | Should -Be (1..8)
    }

    It 'share a specified connection with ForEach-Object -Parallel' {
        $connection = Connect-Account A
        $rows = 1..8 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:Manifest
            Get-VodPreheatResult $_ -Connection $using:connection
        }
        $rows.TaskId | Sort-Object | Should -Be (1..8)
    }

    It 'work in Start-ThreadJob' {
        Connect-Once $server
        $connection = Connect-Account A
        $job = Start-ThreadJob {
            Import-Module $using:Manifest
            (Get-VodPreheatResult default).TaskId
            (Get-VodPreheatResult given -Connection $using:connection).TaskId
        }
        try {
            $job | Receive-Job -Wait | Should -Be 'default', 'given'
        } finally {
            $job | Remove-Job -Force
        }
        $server.Requests.Headers.ForEach({ $_['X-Project-Id'] }) | Should -Be $TestServer::DefaultProjectId, 'project-A'
    }

    It 'are refused in Start-Job with an error that says what to do' {
        $connection = Connect-Once $server @{ PassThru = $true }
        $job = Start-Job {
            Import-Module $using:Manifest
            try { Get-VodPreheatResult t -Connection $using:connection } catch { $_.FullyQualifiedErrorId; "$_" }
            try { Get-VodPreheatResult t } catch { $_.FullyQualifiedErrorId }
        }
        try {
            $text = $job | Receive-Job -Wait
        } finally {
            $job | Remove-Job -Force
        }
        $text[0] | Should -Be 'VodConnectionNotLive,VodPreheat.Commands.GetVodPreheatResultCommand'
        $text[1] | Should -Match 'Run Connect-VodAccount inside the job'
        $text[2] | Should -Be 'VodNotConnected,VodPreheat.Commands.GetVodPreheatResultCommand'
        $server.RequestCount | Should -Be 0
    }

    It 'cancel only their own queries when they are disconnected' {
        $a = Connect-Account A
        $b = Connect-Account B
        $null = Get-VodPreheatResult warm -Connection $a
        $null = Get-VodPreheatResult warm -Connection $b
        $server.LatencyMs = 100
        $runs = foreach ($connection in $a, $b) {
            Invoke-Aside { param($connection) Get-VodPreheatResult (1..40) -Connection $connection } $connection
        }
        Wait-Until { $server.RequestCount -ge 12 }
        Disconnect-VodAccount -Connection $a
        $ended = Complete-Aside $runs[0]
        Assert-Failure $ended[0] VodNotConnected ConnectionError 'disconnected'
        (Complete-Aside $runs[1]).TaskId | Should -Be (1..40)
    }
}

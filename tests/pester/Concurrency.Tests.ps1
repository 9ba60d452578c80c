# In addition to Accounts.Tests.ps1: 16 runspaces, and connections that are created and ended during the queries.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/submit.common.ps1"

    # No request had the key, token, or project of the other account, or a key that was already overwritten.
    function Assert-NeverMixed {
        $server.Requests.Where({ $_.Area -eq 'Vod' -and $_.StatusSent -notin 0, 200, 201, 202 }) | Should -BeNullOrEmpty
        $server.Requests.Where({
                $isB = $_.Path -like '/v1.0/project-B/*'
                $_.Area -eq 'Vod' -and ($_.Headers['X-Project-Id'] -ne $_.Path.Split('/')[2] -or $_.Headers.ContainsKey('X-Auth-Token') -ne $isB)
            }) | Should -BeNullOrEmpty
    }
}

Describe 'Two accounts that connect and disconnect at the same time' {
    BeforeEach {
        # One server per test, because the sockets of a replaced default connection are closed later.
        $script:server = $TestServer::Start()
        $server.AnyTask = $true
        $server.Quota = 1e6
        $server.AddAccessKey('KEYA', 'secret-A', 'project-A')
        $server.AddUser('ops', 'password', 'acme')
        $server.AddProject('project-B', 'cn-north-4')
        $server.TokenLife = [timespan]::FromSeconds(5)

        # Account A uses an access key, account B a password whose token is renewed every four seconds. Each has its own project.
        $shared = @{ Region = 'cn-north-4'; Endpoint = $server.Endpoint; IamEndpoint = $server.Endpoint; RequestsPerMinute = 0; SubmissionsPerMinute = 0; MaximumRetryCount = 0 }
        $script:accounts = @{
            A = $shared + @{ AccessKey = ConvertTo-Credential 'KEYA' 'secret-A'; ProjectId = 'project-A' }
            B = $shared + @{ Credential = ConvertTo-Credential 'ops' 'password'; DomainName = 'acme'; ProjectId = 'project-B' }
        }
    }

    AfterEach {
        Clear-Session
        $server.Dispose()
    }

    It 'do not mix their results in 14 other runspaces, and end pipelines only with VodNotConnected' {
        $over = [Threading.CancellationTokenSource]::new()
        $switcher = Invoke-Aside {
            param($accounts, $over)
            while (-not $over.IsCancellationRequested) {
                # Some pipelines are shorter than the life of a connection, others are longer, on a busy machine as well.
                foreach ($milliseconds in 15, 15, 15, 500) {
                    foreach ($name in 'A', 'B') {
                        $account = $accounts[$name]
                        Connect-VodAccount @account
                        Start-Sleep -Milliseconds $milliseconds
                        Disconnect-VodAccount
                        Start-Sleep -Milliseconds 1
                    }
                }
            }
        } $accounts, $over.Token
        $server.LatencyMs = 1
        $workers = foreach ($number in 1..14) {
            Invoke-Aside {
                param($number)
                foreach ($pipeline in 1..20) {
                    $tag = "w$number-$pipeline-"
                    $ids = 1..20 -replace '^', $tag
                    $rows = [Collections.Generic.List[object]]::new()
                    $failure = $late = $null
                    try {
                        switch ($number % 3) {
                            0 { Wait-VodPreheat $ids | ForEach-Object { $rows.Add($_) } }
                            1 { $ids -replace '^', 'https://cdn.example.com/' | Start-VodPreheat -ErrorVariable late | ForEach-Object { $rows.Add($_) } }
                            2 { Get-VodPreheatResult $ids | ForEach-Object { $rows.Add($_) } }
                        }
                    } catch {
                        $failure = $_
                    }

                    # The error of a last request that was in progress does not terminate the pipeline, because nothing is left to send.
                    [pscustomobject]@{ Kind = $number % 3; Tag = $tag; Ids = $ids; Rows = $rows; Failure = $failure ?? ($late | Select-Object -First 1) }
                }
            } $number
        }
        try {
            # In addition to the output of the pipelines, Complete-Aside returns the errors of submissions in progress.
            $runs = @(foreach ($worker in $workers) { Complete-Aside $worker }).Where({ $_ -isnot [Management.Automation.ErrorRecord] })
        } finally {
            $over.Cancel()
        }
        Complete-Aside $switcher | Should -BeNullOrEmpty

        $runs.Count | Should -Be 280
        $ended, $whole = $runs.Where({ $_.Failure }, 'Split')
        $ended.ForEach({ $_.Failure.FullyQualifiedErrorId.Split(',')[0] }) | Select-Object -Unique | Should -Be 'VodNotConnected'
        Assert-Failure $ended[0].Failure VodNotConnected ConnectionError
        $whole.Where({ $_.Rows.Count -ne ($_.Kind -eq 1 ? 2 : 20) }) | Should -BeNullOrEmpty
        # The output before the end belongs to the pipeline and is in order. Tasks finish in any order.
        $runs.Where({
                $run = $_
                $got = $run.Kind -eq 1 ? $run.Rows.Url -replace '.*/' : @($run.Rows.TaskId)
                $got = $run.Kind -eq 0 ? ($run.Ids | Where-Object { $_ -in $got }) : $got
                $run.Rows.Count -and "$got" -ne "$($run.Ids | Select-Object -First ($run.Kind -eq 1 ? 10 * $run.Rows.Count : $run.Rows.Count))" -and
                ($run.Kind -ne 0 -or @($got).Count -ne $run.Rows.Count)
            }) | Should -BeNullOrEmpty
        Assert-NeverMixed
        $pipelines = $server.Requests.Where({ $_.Area -eq 'Vod' }) |
            Group-Object { [regex]::Match("$($_.TaskId) $($_.Body)", 'w\d+-\d+-').Value }
        $projects = foreach ($pipeline in $pipelines) { "$($pipeline.Group.ForEach({ $_.Headers['X-Project-Id'] }) | Select-Object -Unique)" }

        # Both accounts were used, and pipelines ended in all three ways.
        $projects | Sort-Object -Unique | Should -Be 'project-A', 'project-B'
        $whole | Should -Not -BeNullOrEmpty
        $ended.Where({ "$($_.Failure)" -match 'There is no connection' }) | Should -Not -BeNullOrEmpty
        $ended.Where({ "$($_.Failure)" -match 'was disconnected' }) | Should -Not -BeNullOrEmpty
    }

    It 'leave no socket open after 16 runspaces with a connection each' {
        $workers = foreach ($number in 1..16) {
            Invoke-Aside {
                param($account)
                foreach ($round in 1..5) {
                    $connection = Connect-VodAccount @account -NoDefault
                    $rows = Get-VodPreheatResult (1..10) -Connection $connection
                    Disconnect-VodAccount -Connection $connection
                    $failure = try { Get-VodPreheatResult late -Connection $connection } catch { $_.FullyQualifiedErrorId.Split(',')[0] }
                    "$($connection.ProjectId): $($rows.TaskId) $failure"
                }
            } $accounts['A', 'B'][$number % 2]
        }
        $written = foreach ($worker in $workers) { Complete-Aside $worker }
        $written.Count | Should -Be 80
        $written | Sort-Object -Unique | Should -Be "project-A: $(1..10) VodNotConnected", "project-B: $(1..10) VodNotConnected"
        Assert-NeverMixed
        Wait-Until { $server.OpenConnections -eq 0 }
    }

    It 'return results while 8 of 16 runspaces import the module repeatedly' {
        $connections = foreach ($name in 'A', 'B') { $account = $accounts[$name]; Connect-VodAccount @account -NoDefault }
        $over = [Threading.CancellationTokenSource]::new()
        $importers = foreach ($number in 1..8) {
            Invoke-Aside {
                param($manifest, $connection, $over)
                $rounds = 0
                while ($rounds -eq 0 -or -not $over.IsCancellationRequested) {
                    Import-Module $manifest -Force
                    if ((Get-VodPreheatResult import -Connection $connection).TaskId -ne 'import') { 'lost' }
                    Remove-Module VodPreheat
                    $rounds++
                }
                $rounds
            } $Manifest, $connections[$number % 2], $over.Token
        }
        $workers = foreach ($number in 1..8) {
            Invoke-Aside {
                param($connection, $tag)
                1..300 -replace '^', $tag | Get-VodPreheatResult -Connection $connection
            } $connections[$number % 2], "w$number-"
        }
        try {
            $rows = foreach ($worker in $workers) { , (Complete-Aside $worker) }
        } finally {
            $over.Cancel()
        }
        foreach ($number in 1..8) { $rows[$number - 1].TaskId | Should -Be (1..300 -replace '^', "w$number-") }
        foreach ($importer in $importers) { Complete-Aside $importer | Should -BeGreaterThan 0 }
        Assert-NeverMixed
        [AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.GetName().Name -eq 'VodPreheat.Client' }).Count | Should -Be 1
        $connections.ForEach({ Disconnect-VodAccount -Connection $_ })
    }

    It 'report that a submission in progress may have been accepted' {
        # The answer has ten seconds more, on this clock.
        $null = Use-Clock 10
        $connection = Connect-Once $server @{ NoDefault = $true; TimeoutSec = 600 }
        $server.LatencyMs = 60000
        $run = Invoke-Aside { param($connection, $urls) Start-VodPreheat $urls -Connection $connection } $connection, (Get-SampleUrl 20)
        Wait-Until { $server.SubmittedUrls.Count -eq 10 }
        Disconnect-VodAccount -Connection $connection
        $failures = @(Complete-Aside $run)
        Assert-Failure $failures[-1] VodNotConnected ConnectionError
        $failures.TargetObject | Sort-Object -Unique | Should -Be (Get-SampleUrl 20 | Sort-Object)
        $failures.Where({ $_.Exception.OutcomeUnknown }).TargetObject | Should -Be (Get-SampleUrl 10) -Because 'the service took these ten'
    }
}

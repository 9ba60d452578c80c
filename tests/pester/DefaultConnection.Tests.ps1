# Whose default connection a runspace uses.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()

    # The parameters of Connect-VodAccount for an account. Its key is valid only for its own project.
    function Get-Account([string] $Name) {
        $server.AddAccessKey("KEY$Name", "secret-$Name", "project-$Name")
        @{
            AccessKey = ConvertTo-Credential "KEY$Name" "secret-$Name"; ProjectId = "project-$Name"
            Region = 'cn-north-4'; Endpoint = $server.Endpoint; RequestsPerMinute = 0; SubmissionsPerMinute = 0
        }
    }

    # Starts a script in a runspace that stays open after it, as that of a host does. The script has $connect, which connects.
    function Start-Host([string] $Name, [scriptblock] $Script) {
        $run = Invoke-Aside {
            param($account, $script, $over)
            Connect-VodAccount @account
            . ([scriptblock]::Create($script))
            'ready'
            $null = $over.Wait(60000)
        } (Get-Account $Name), "$Script", ($over = [Threading.ManualResetEventSlim]::new())
        Wait-Until { $run.Output.Count -gt 0 }
        $run | Add-Member Over $over -PassThru
    }

    function Stop-Host($Run) {
        $Run.Over.Set()
        Complete-Aside $Run
    }

    function Get-ProjectOf([string] $TaskId) { $server.Requests.Where({ $_.TaskId -eq $TaskId }).ForEach({ $_.Headers['X-Project-Id'] }) }
}

AfterAll { $server.Dispose() }

Describe 'The default connection of two jobs in one process' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
        $server.Quota = 1e6
    }

    AfterEach { Clear-Session }

    It 'is that of the job, although the other has connected after it, and a Disconnect in one does not end the other' {
        $steps = 1..2 | ForEach-Object { [Threading.Barrier]::new(2) }
        $jobs = foreach ($name in 'A', 'B') {
            Start-ThreadJob {
                param($account, $name, $steps)
                Import-Module $using:Manifest
                Connect-VodAccount @account
                $null = $steps[0].SignalAndWait(60000)
                1..25 -replace '^', "https://cdn.example.com/$name-" | Start-VodPreheat
                if ($name -eq 'A') { Disconnect-VodAccount }
                $null = $steps[1].SignalAndWait(60000)
                try { Get-VodPreheatResult "late-$name" } catch { $_ }
                (Get-VodConnection).ProjectId
            } -ArgumentList (Get-Account $name), $name, $steps
        }
        try {
            $a, $b = foreach ($job in $jobs) { , @($job | Receive-Job -Wait) }
        } finally {
            $jobs | Remove-Job -Force
        }
        $a.Count + $b.Count | Should -Be 9
        $a[0..2].ProjectId + $b[0..2].ProjectId | Should -Be (@('project-A') * 3 + @('project-B') * 3)
        Assert-Failure $a[3] VodNotConnected ConnectionError 'Connect-VodAccount'
        $b[3].TaskId, $b[4] | Should -Be 'late-B', 'project-B'
        foreach ($request in $server.Requests.Where({ $_.Body })) {
            $request.Headers['X-Project-Id'] | Should -Be "project-$([regex]::Match($request.Body, 'com/(\w)-').Groups[1].Value)"
        }
    }

    It 'is the same in every pipeline of 16 runspaces that connect again and again' {
        $accounts = foreach ($number in 1..16) { Get-Account $number }
        $runs = foreach ($number in 1..16) {
            Invoke-Aside {
                param($account, $number)
                foreach ($round in 1..10) {
                    Connect-VodAccount @account
                    1..10 -replace '^', "$number-$round-" | Get-VodPreheatResult
                    if ($round % 3 -eq 0) { Disconnect-VodAccount }
                }
            } $accounts[$number - 1], $number
        }
        foreach ($run in $runs) { (Complete-Aside $run).Count | Should -Be 100 }
        $server.Requests.Count | Should -Be 1600
        $server.Requests.Where({ $_.Headers['X-Project-Id'] -ne "project-$($_.TaskId.Split('-')[0])" }) | Should -BeNullOrEmpty
    }

    It 'must be specified in a runspace that has none: <Name>' -ForEach @(
        @{ Name = 'Get-VodPreheatResult'; Script = { Get-VodPreheatResult t } }
        @{ Name = 'Wait-VodPreheat'; Script = { Wait-VodPreheat t } }
        @{ Name = 'Start-VodPreheat'; Script = { Start-VodPreheat https://cdn.example.com/a.mp4 } }
        @{ Name = 'Invoke-VodPreheat'; Script = { Invoke-VodPreheat https://cdn.example.com/a.mp4 } }
        @{ Name = 'Get-VodPreheatTask'; Script = { Get-VodPreheatTask } }
        @{ Name = 'Get-VodConnection'; Script = { Get-VodConnection } }
    ) {
        $hosts = 'A', 'B' | ForEach-Object { Start-Host $_ }
        try {
            $failure = Complete-Aside (Invoke-Aside { param($script) try { . ([scriptblock]::Create($script)); 'nothing' } catch { $_ } } $Script)
            Assert-Failure $failure VodConnectionAmbiguous InvalidOperation '-Connection \$using:connection'
            $server.Requests.Count | Should -Be 0
        } finally {
            $hosts.ForEach({ $null = Stop-Host $_ })
        }
    }

    It 'does not matter for a connection that is specified' {
        $hosts = 'A', 'B' | ForEach-Object { Start-Host $_ }
        try {
            $account = Get-Account C
            $connection = Connect-VodAccount @account -NoDefault
            $rows = 1..4 | ForEach-Object -Parallel {
                Import-Module $using:Manifest
                Get-VodPreheatResult "c$_" -Connection $using:connection
            }
            $rows.TaskId | Sort-Object | Should -Be 'c1', 'c2', 'c3', 'c4'
            $server.Requests.ForEach({ $_.Headers['X-Project-Id'] }) | Select-Object -Unique | Should -Be 'project-C'
        } finally {
            $hosts.ForEach({ $null = Stop-Host $_ })
        }
    }
}

Describe 'The default connection of a runspace that has not connected' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
    }

    AfterEach { Clear-Session }

    It 'is that of the process if there is only one, and is not ended by a Disconnect there' {
        $account = Get-Account A
        Connect-VodAccount @account
        $text = Complete-Aside (Invoke-Aside {
                (Get-VodConnection).ProjectId
                Disconnect-VodAccount
                (Get-VodPreheatResult t).TaskId
            })
        $text | Should -Be 'project-A', 't'
        (Get-VodPreheatResult u).TaskId | Should -Be 'u'
    }

    It 'is not counted any more when it was disconnected, or its runspace was closed' {
        $a = Start-Host A
        $b = Start-Host B { $mine = Get-VodConnection }
        $probe = { try { (Get-VodConnection).ProjectId ?? 'none' } catch { $_.FullyQualifiedErrorId.Split(',')[0] } }
        Complete-Aside (Invoke-Aside $probe) | Should -Be 'VodConnectionAmbiguous'
        $null = Stop-Host $a
        Complete-Aside (Invoke-Aside $probe) | Should -Be 'project-B'
        $null = Stop-Host $b
        Complete-Aside (Invoke-Aside $probe) | Should -Be 'none'
    }

    It 'is none after its own was disconnected, although another runspace has one' {
        $account = Get-Account A
        Connect-VodAccount @account
        $other = Start-Host B
        try {
            Disconnect-VodAccount
            Assert-Failure (Get-Failure { Get-VodPreheatResult t }) VodNotConnected ConnectionError 'Connect-VodAccount'
            Get-VodConnection | Should -BeNullOrEmpty
        } finally {
            $null = Stop-Host $other
        }
    }

    It 'is its own again in each item of ForEach-Object -Parallel, whose runspaces are reused' {
        $account = Get-Account A
        Connect-VodAccount @account
        $b = Get-Account B
        $seen = 1..4 | ForEach-Object -ThrottleLimit 1 -Parallel {
            Import-Module $using:Manifest
            if ($_ % 2) {
                $other = $using:b
                Connect-VodAccount @other
            }
            "$_ $((Get-VodConnection).ProjectId)"
        }
        $seen | Should -Be '1 project-B', '2 project-A', '3 project-B', '4 project-A'
    }

    It 'keeps nothing of a runspace that was closed: <Name>' -ForEach @(
        @{ Name = 'a connection'; Connect = { param($account) Connect-VodAccount @account } }
        @{ Name = 'one that replaced another'; Connect = { param($account) Connect-VodAccount -Sandbox; Connect-VodAccount @account } }
    ) {
        $type = [VodPreheat.VodConnection].Assembly.GetType('VodPreheat.Connections.DefaultConnection')
        $run = Invoke-Aside {
            param($connect, $account, $type, $common)
            . $common
            . ([scriptblock]::Create($connect)) $account
            , (Get-HeldSecret $type.GetProperty('Current').GetValue($null))
        } "$Connect", (Get-Account A), $type, "$PSScriptRoot/common.ps1"
        $runspace = $run.Shell.Runspace
        $secrets = Complete-Aside $run
        $runspace.RunspaceStateInfo.State | Should -Be 'Closed'
        $run = $null
        $secrets.Count | Should -BeGreaterThan 0
        Wait-Until {
            [GC]::Collect()
            [GC]::WaitForPendingFinalizers()
            -not ($secrets | ForEach-Object { $_ } | Measure-Object -Sum).Sum
        }
    }
}

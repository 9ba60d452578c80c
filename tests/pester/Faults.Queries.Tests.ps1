# Each fault of the service in Get-VodPreheatResult and in Wait-VodPreheat. The faults use the ways to sign in in turn; in the client, each
# meets all of them (tests/unit/Connections/SignInFaultTests.cs).

BeforeDiscovery {
    . "$PSScriptRoot/faults.cases.ps1"

    # An error that ends the command, and an incorrect clock, require a call for each case. All other faults share one call.
    $script:queries = foreach ($group in Get-Case (Get-Fault service) (Get-SignInFrom 3) @{} | Group-Object { $_.SignIn }) {
        $retries = $group.Name -in 'AccessKey', 'Password' ? 1 : 0
        $cases = $group.Group | ForEach-Object { $_ + @{ Retries = $retries } }
        $alone, $together = $cases.Where({ $_.EndsCommand -or $_.Fault -like 'Skew*' }, 'Split')
        @{ SignIn = $group.Name; Together = $together; Alone = $alone }
    }
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/submit.common.ps1"
    $script:ClockRate = 4
    . "$PSScriptRoot/faults.common.ps1"
}

AfterAll { Close-FaultServer }

Describe 'Faults of the service in queries, <SignIn>' -ForEach $queries {
    BeforeAll {
        # Runs one command for all faults, with a query without a fault after each; one command for each connection that they need.
        function Invoke-Together([hashtable[]] $Cases, [scriptblock] $Times, [scriptblock] $Query) {
            $parts = foreach ($group in $Cases | Group-Object { Get-Connection $_ | ForEach-Object GetHashCode }) {
                foreach ($case in $group.Group) { Add-Fault $case.Fault (& $Times $case) $case.Fault }
                $connection = Get-Connection $group.Group[0]
                $ids = $group.Group | ForEach-Object { $_.Fault; "after $($_.Fault)" }
                Invoke-Watched { & $Query $ids $connection }
                Assert-Next $connection
            }
            $run = [pscustomobject]@{
                Connections  = @($Cases | ForEach-Object { Get-Connection $_ } | Select-Object -Unique)
                Stopped      = $parts.Stopped -contains $true
                Errors       = @($parts.Errors)
                VerboseLines = @($parts.VerboseLines)
                Rows         = @{}
                Failures     = @{}
                Sends        = @{}
            }
            foreach ($row in $parts.Output) { $run.Rows[$row.TaskId] += @($row) }
            foreach ($record in $parts.Errors) { $run.Failures[$record.TargetObject] += @($record) }
            foreach ($request in $parts.Requests.Where({ $_.TaskId })) { $run.Sends[$request.TaskId]++ }
            $run
        }

        $script:queried = Invoke-Together $Together { -1 } {
            param($ids, $connection)
            $ids | Get-VodPreheatResult -Connection $connection -ThrottleLimit 64 -Verbose
        }

        # Without retries: a transient fault affects one query of its task, and the next query is answered.
        $script:waited = Invoke-Together ($Together | ForEach-Object { $case = $_.Clone(); $case.Retries = 0; $case }) { $args[0].WaitContinues ? $args[0].SendsPerAttempt : -1 } {
            param($ids, $connection)
            $ids | Wait-VodPreheat -Connection $connection -PollIntervalSec 1 -Verbose
        }
    }

    It 'Get-VodPreheatResult: <Fault>' -ForEach $Together {
        $queried.Sends[$Fault] | Should -Be ($SendsPerAttempt * (Get-SendCount $_ $QueryIsRetried))
        $queried.Rows["after $Fault"].Count | Should -Be 1
        if ($Id) {
            $queried.Failures[$Fault].Count | Should -Be 1
            Assert-Failure $queried.Failures[$Fault][0] $Id $Category
            $queried.Failures[$Fault][0].Exception.OutcomeUnknown | Should -BeFalse
            $queried.Rows.Keys | Should -Not -Contain $Fault
        } else {
            $queried.Failures.Keys | Should -Not -Contain $Fault
            $queried.Rows[$Fault].Count | Should -BeGreaterThan 0
        }
    }

    It 'Wait-VodPreheat: <Fault>' -ForEach $Together {
        $waited.Sends[$Fault] | Should -Be ($WaitContinues ? $SendsPerAttempt + 1 : 1)
        $waited.Rows["after $Fault"].Count | Should -Be 1
        @($waited.VerboseLines -like "The query of task $Fault failed*").Count | Should -Be ($WaitContinues ? 1 : 0)
        if ($Id -and -not $WaitContinues) {
            $waited.Failures[$Fault].Count | Should -Be 1
            Assert-Failure $waited.Failures[$Fault][0] $Id $Category
            $waited.Rows.Keys | Should -Not -Contain $Fault
        } else {
            $waited.Failures.Keys | Should -Not -Contain $Fault
            $waited.Rows[$Fault].Count | Should -BeGreaterThan 0
        }
    }

    It 'do not end the command, and nothing else fails' {
        $queried.Stopped, $waited.Stopped | Should -Be $false, $false
        $queried.Errors.Count | Should -Be $Together.Where({ $_.Id }).Count
        $waited.Errors.Count | Should -Be $Together.Where({ $_.Id -and -not $_.WaitContinues }).Count
    }

    It 'display no secret' {
        Assert-NoSecret $queried $queried.Connections
        Assert-NoSecret $waited $waited.Connections

        # The secrets were in the answer.
        if ($Together.Fault -contains 'EchoSecretsIn400') { "$($queried.Failures.EchoSecretsIn400)" | Should -Match 'The service answered: \*\*\* \(VOD\.10053' }
    }

    It '<Cmdlet>: <Case.Fault>' -ForEach @(
        foreach ($case in $Alone) { foreach ($cmdlet in 'Get-VodPreheatResult', 'Wait-VodPreheat') { @{ Cmdlet = $cmdlet; Case = $case } } }
    ) {
        $connection = Get-Connection $Case
        Add-Fault $Case.Fault -1 'bad'
        $run = Invoke-Watched {
            if ($Cmdlet -eq 'Wait-VodPreheat') { 'bad', 'good' | Wait-VodPreheat -Connection $connection -Verbose }
            else { 'bad', 'good' | Get-VodPreheatResult -Connection $connection -ThrottleLimit 1 -Verbose }
        }
        $run.Stopped | Should -Be ([bool] $Case.Id)
        $sends = Get-SendCount $Case $false
        if ($Cmdlet -eq 'Wait-VodPreheat' -and $Case.Fault -like 'Skew*') {
            # Both tasks are refused, in any order: in progress at the same time, the other one has one request more at most.
            $run.Requests.Where({ $_.TaskId -in 'bad', 'good' }).Count | Should -BeIn $sends, ($sends + 1)
        } else {
            $run.Requests.Where({ $_.TaskId -eq 'bad' }).Count | Should -Be $sends
        }
        if ($Case.Id) {
            $run.Errors.Count | Should -Be 1
            Assert-Failure $run.Errors[0] $Case.Id $Case.Category @($Case.Fault -like 'Skew*' ? 'Set the clock' : $null).Where({ $_ })
            if ($Cmdlet -eq 'Wait-VodPreheat') {
                @($run.Output.TaskId) + @($run.Errors[0].TargetObject) | Where-Object { $_ } | Sort-Object | Should -Be 'bad', 'good'
            } else {
                $run.Errors[0].TargetObject | Should -Be 'bad'
                $run.Output | Should -BeNullOrEmpty
                $run.Requests.TaskId | Should -Not -Contain 'good'
            }
        } else {
            $run.Errors | Should -BeNullOrEmpty
            $run.Output.TaskId | Sort-Object | Should -Be 'bad', 'good'
        }
        Assert-NoSecret $run $connection
        Assert-After $Case $connection
    }
}

Describe 'The search for secrets' {
    It 'finds each notation, in an inner exception and in a verbose line' {
        foreach ($form in Get-Form $known[1]) {
            $record = [Management.Automation.ErrorRecord]::new([Exception]::new('outer', [Exception]::new("x${form}x")), 'Id', 'NotSpecified', $null)
            $inner = [pscustomobject]@{ VerboseLines = @(); Errors = @($record) }
            $verbose = [pscustomobject]@{ VerboseLines = @("x${form}x"); Errors = @() }
            { Assert-NoSecret $inner } | Should -Throw
            { Assert-NoSecret $verbose } | Should -Throw
        }
    }
}

# Connections that are not used any more: their secrets are overwritten when they are collected.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()

    # The default connection, without the variables of a cmdlet, which could keep it.
    function Get-DefaultUnseen {
        [VodPreheat.VodConnection].Assembly.GetType('VodPreheat.Connections.DefaultConnection').GetProperty('Current').GetValue($null)
    }

    # Whether all secrets that Get-HeldSecret returned are overwritten.
    function Test-Wiped([byte[][]] $Secret) { -not $Secret.Where({ ($_ | Measure-Object -Sum).Sum }) }

    # Waits until a collection has overwritten these secrets. Not of type byte[][], which would be a copy of a single one.
    function Wait-Collected($Secret) { Wait-UntilCollected { Test-Wiped $Secret } }

    # Collections take more of the processor than all else.
    function Wait-UntilCollected([scriptblock] $Until) {
        Wait-Until {
            Invoke-Collector
            (& $Until) -or (Start-Sleep -Milliseconds 200)
        }
    }

    function Invoke-Collector {
        foreach ($generation in 1..2) {
            [GC]::Collect()
            [GC]::WaitForPendingFinalizers()
        }
    }

    # Runs a script that creates connections without keeping them, and returns the bytes of their secrets. In a separate runspace, so
    # that no variable and no output of it remains here.
    function Invoke-LettingGo([scriptblock] $Script) {
        $run = Invoke-Aside {
            param($common, $server, $script)
            . $common
            $bytes = . ([scriptblock]::Create($script))
            Clear-Session
            , $bytes
        } "$PSScriptRoot/common.ps1", $server, $Script.ToString()
        $errors, $bytes = (Complete-Aside $run).Where({ $_ -is [Management.Automation.ErrorRecord] }, 'Split')
        $errors | Should -BeNullOrEmpty
        , $bytes
    }
}

AfterAll { $server.Dispose() }

Describe 'A default connection that is replaced' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
        $server.AddUser('ops', 's3cret', 'acme')
        $server.AddToken('token', $TestServer::DefaultProjectId)
        $env:VODPREHEAT_METADATA_ENDPOINT = $server.Endpoint
    }

    AfterEach {
        Clear-Session
        Wait-UntilCollected { $server.OpenConnections -eq 0 }
    }

    It 'is overwritten and closed when it is collected: <Name>' -ForEach @(
        @{ Name = 'AccessKey'; With = { @{} } }
        @{ Name = 'Token'; With = { @{ Token = ConvertTo-Secret 'token' } } }
        @{ Name = 'Password'; With = { @{ Credential = ConvertTo-Credential 'ops' 's3cret'; DomainName = 'acme' } } }
        @{ Name = 'Identity'; With = { @{ Identity = $true } } }
    ) {
        Connect-Once $server (& $With)
        $null = Get-VodPreheatResult t
        $secrets = Get-HeldSecret (Get-DefaultUnseen)
        Invoke-Collector
        Test-Wiped $secrets | Should -BeFalse
        $server.OpenConnections | Should -BeGreaterThan 0
        Connect-VodAccount -Sandbox
        Wait-Collected $secrets
        Wait-Until { $server.OpenConnections -eq 0 }
    }

    It 'is kept by the pipeline that began with it, until its end: <Name>' -ForEach @(
        @{ Name = 'at its end'; Count = 20; Script = { & $feed | Get-VodPreheatResult } }
        @{ Name = 'stopped by Select-Object'; Count = 12; Script = { & $feed | Get-VodPreheatResult -ThrottleLimit 1 | Select-Object -First 12 } }
        @{ Name = 'with the last of two'; Count = 20; Script = { & $feed | Get-VodPreheatResult | Get-VodPreheatResult } }
        @{ Name = 'of submissions and their wait'; Count = 20; Script = { & $feed | ForEach-Object { "https://cdn.example.com/$_.mp4" } | Start-VodPreheat | Wait-VodPreheat -PollIntervalSec 1 } }
    ) {
        Connect-Once $server
        $secrets = Get-HeldSecret (Get-DefaultUnseen)
        $wiped = [Collections.Generic.List[bool]]::new()
        $feed = {
            foreach ($id in 1..20) {
                if ($id -eq 10) { Connect-VodAccount -Sandbox }
                if ($id -gt 10) { Invoke-Collector }
                $wiped.Add((Test-Wiped $secrets))
                $id
            }
        }
        (. $Script).Count | Should -Be $Count
        $wiped.Count | Should -BeGreaterThan 10
        $wiped | Should -Not -Contain $true
        Wait-Collected $secrets
        # At once, or after a minute: what was idle for a while, .NET waits for with a pending read, which keeps it from being collected.
        Wait-Until { $server.OpenConnections -eq 0 }
    }

    It 'is collected after an error or Ctrl+C has ended its pipeline' {
        Connect-Once $server
        $secrets = Get-HeldSecret (Get-DefaultUnseen)
        $server.AddFaultFor('stalled', 'Stall', -1)
        $run = Invoke-Aside { Get-VodPreheatResult stalled }
        Wait-Until { $server.RequestCount -eq 1 }
        Connect-VodAccount -Sandbox
        Invoke-Collector
        Test-Wiped $secrets | Should -BeFalse
        Stop-Aside $run
        $run = $null
        Wait-Collected $secrets

        Connect-Once $server
        $secrets = Get-HeldSecret (Get-DefaultUnseen)
        { 'a', 'b' | ForEach-Object { Connect-VodAccount -Sandbox; if ($_ -eq 'b') { throw 'over' }; $_ } | Get-VodPreheatResult } | Should -Throw 'over'
        Wait-Collected $secrets
    }

    It 'is kept until a submission that Ctrl+C interrupted has its answer, which is in the journal' {
        Connect-Once $server
        $null = Get-VodPreheatResult warm
        $secrets = Get-HeldSecret (Get-DefaultUnseen)
        $server.LatencyMs = 2000
        $run = Invoke-Aside { Start-VodPreheat https://cdn.example.com/left.mp4 }
        Wait-Until { $server.SubmittedUrls.Count -eq 1 }
        Connect-VodAccount -Sandbox
        Stop-Aside $run
        $run = $null
        Invoke-Collector
        Test-Wiped $secrets | Should -BeFalse
        Wait-Collected $secrets
        (Get-VodPreheatTask -Url *left.mp4 -AllProjects).TaskId | Should -Not -BeNullOrEmpty
    }

    It 'can be used by the owner of an object from <Name> until it is disconnected' -ForEach @(
        @{ Name = '-PassThru'; Get = { Connect-Once $server @{ PassThru = $true } } }
        @{ Name = 'Get-VodConnection'; Get = { Connect-Once $server; Get-VodConnection } }
    ) {
        $mine = & $Get
        $secrets = Get-HeldSecret $mine
        Connect-VodAccount -Sandbox
        (Get-VodPreheatResult t -Connection $mine).TaskId | Should -Be 't'
        Connect-VodAccount -Sandbox
        (Get-VodPreheatResult t -Connection $mine).TaskId | Should -Be 't'
        Test-Wiped $secrets | Should -BeFalse
        Disconnect-VodAccount -Connection $mine
        Test-Wiped $secrets | Should -BeTrue
        Assert-Failure (Get-Failure { Get-VodPreheatResult t -Connection $mine }) VodNotConnected ConnectionError
    }

    It 'ends no pipeline of 12 other runspaces, no matter how often it is replaced' {
        $over = [Threading.CancellationTokenSource]::new()
        $switcher = Invoke-Aside {
            param($account, $over)
            while (-not $over.IsCancellationRequested) {
                Connect-VodAccount @account
                'connected'
                Start-Sleep -Milliseconds 5
            }
        } @{
            AccessKey = ConvertTo-Credential $TestServer::DefaultAccessKey $TestServer::DefaultSecretKey
            ProjectId = $TestServer::DefaultProjectId; Endpoint = $server.Endpoint; RequestsPerMinute = 0
        }, $over.Token
        Wait-Until { $switcher.Output.Count -gt 0 }
        $server.LatencyMs = 1
        $workers = foreach ($number in 1..12) {
            Invoke-Aside {
                foreach ($pipeline in 1..20) {
                    try { (Get-VodPreheatResult (1..20)).Count } catch { "$_" }
                }
            }
        }
        try {
            $written = foreach ($worker in $workers) { Complete-Aside $worker }
        } finally {
            $over.Cancel()
        }
        Complete-Aside $switcher | Select-Object -Unique | Should -Be 'connected'
        $written.Count | Should -Be 240
        $written | Select-Object -Unique | Should -Be 20
        $server.ConnectionCount | Should -BeGreaterThan 100
    }
}

Describe 'A connection without references' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
        $server.AddUser('ops', 's3cret', 'acme')
    }

    AfterEach { Clear-Session }

    It 'is overwritten and closed when it is collected: <Name>' -ForEach @(
        @{ Name = '-NoDefault'; Script = {
                foreach ($i in 1..20) {
                    $connection = Connect-Server $server @{ NoDefault = $true }
                    $null = Get-VodPreheatResult t -Connection $connection
                    Get-HeldSecret $connection
                }
                $connection = $null
            }
        }
        @{ Name = '-PassThru, then replaced'; Script = {
                foreach ($i in 1..20) {
                    $connection = Connect-Server $server @{ PassThru = $true; Credential = ConvertTo-Credential 'ops' 's3cret'; DomainName = 'acme' }
                    $null = Get-VodPreheatResult t
                    Get-HeldSecret $connection
                }
                $connection = $null
                Connect-VodAccount -Sandbox
            }
        }
    ) {
        $secrets = Invoke-LettingGo $Script
        $secrets.Count | Should -BeGreaterOrEqual 20
        Wait-UntilCollected { $server.OpenConnections -eq 0 -and (Test-Wiped $secrets) }
    }
}

Describe 'Connect-VodAccount, called ten thousand times in one process' {
    BeforeAll {
        $server.Reset()
        $server.AnyTask = $true
        $server.AddUser('ops', 's3cret', 'acme')
        $server.KeepRequests = $false
        $script:text = Invoke-Child {
            param($common, $endpoint)
            . $common
            $here = [pscustomobject]@{ Endpoint = [uri] $endpoint }
            $ways = @(
                { Connect-Server $here @{ RequestsPerMinute = 100 } }
                { Connect-Server $here @{ Token = ConvertTo-Secret 'token' } }
                { Connect-VodAccount -Sandbox }
                { Connect-Server $here @{ PassThru = $true; RequestsPerMinute = 100; SubmissionsPerMinute = 10; ProxyCredential = ConvertTo-Credential 'proxy' 'pr0xy'; Proxy = 'http://127.0.0.1:9' } }
                { Connect-Server $here @{ NoDefault = $true } }
            )
            function Measure-Process {
                foreach ($generation in 1..3) { [GC]::Collect(); [GC]::WaitForPendingFinalizers() }
                [pscustomobject]@{
                    Timers  = [Threading.Timer]::ActiveCount
                    Files   = $IsLinux ? @([IO.Directory]::GetFileSystemEntries('/proc/self/fd')).Count : 0
                    Threads = [Diagnostics.Process]::GetCurrentProcess().Threads.Count
                    Bytes   = [GC]::GetTotalMemory($true)
                }
            }

            $type = [VodPreheat.VodConnection].Assembly.GetType('VodPreheat.Connections.DefaultConnection').GetProperty('Current')
            $left = [Collections.Generic.List[WeakReference]]::new()
            $secrets = [Collections.Generic.List[byte[]]]::new()
            function Invoke-Round([int] $Count) {
                foreach ($number in 1..$Count) {
                    $connection = (& $ways[$number % $ways.Count]) ?? $type.GetValue($null)
                    if ($number % 7 -lt 2) {
                        $left.Add([WeakReference]::new($connection))
                        foreach ($secret in Get-HeldSecret $connection) { $secrets.Add($secret) }
                    }
                    $connection = $null
                    if ($number % 100 -eq 0) {
                        Connect-Server $here @{ Credential = ConvertTo-Credential 'ops' 's3cret'; DomainName = 'acme' }
                        $null = Get-VodPreheatResult t
                    }
                }
                Connect-VodAccount -Sandbox
            }

            Invoke-Round 500
            $before = Measure-Process
            Invoke-Round 10000
            $after = Measure-Process
            foreach ($name in 'Timers', 'Files', 'Threads', 'Bytes') { "$($name): $($before.$name) -> $($after.$name)" }
            "more timers: $($after.Timers - $before.Timers)"
            "more files: $($after.Files - $before.Files)"
            "connections seen: $($left.Count), alive: $($left.Where({ $_.IsAlive }).Count)"
            "secrets seen: $($secrets.Count), not wiped: $($secrets.Where({ ($_ | Measure-Object -Sum).Sum }).Count)"
        } "$PSScriptRoot/common.ps1", $server.Endpoint
    }

    It 'runs to the end' { $text | Should -Match 'connections seen: 3000' -Because $text }

    It 'leaves no timer behind' { [int] [regex]::Match($text, 'more timers: (-?\d+)').Groups[1].Value | Should -BeLessOrEqual 2 -Because $text }

    It 'leaves no file or socket behind' { [int] [regex]::Match($text, 'more files: (-?\d+)').Groups[1].Value | Should -BeLessOrEqual 20 -Because $text }

    It 'leaves no connection behind except the last' { [int] [regex]::Match($text, 'alive: (\d+)').Groups[1].Value | Should -BeLessOrEqual 1 -Because $text }

    It 'leaves no secret behind' { $text | Should -Match 'secrets seen: 3\d\d\d, not wiped: 0\s' -Because $text }

    It 'leaves no socket open at the server' { Wait-Until { $server.OpenConnections -eq 0 } }
}

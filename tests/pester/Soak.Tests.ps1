# Long runs with random faults: by default shortened, and complete with VODPREHEAT_SOAK=long.

BeforeDiscovery { $script:stops = $env:VODPREHEAT_SOAK -eq 'long' ? 200 : 60 }

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()
    # The queries of one round, and the minimum time of all rounds. A renewal fails once per interval; what is throttled has to wait
    # for a minute, or shortly.
    $script:isLong = $env:VODPREHEAT_SOAK -eq 'long'
    $script:queries = $isLong ? 20000 : 2000
    $script:minutes = $isLong ? 10 : 0
    $script:renewalInterval = [timespan]::FromSeconds($isLong ? 60 : 5)
    $script:retryAfter = $isLong ? '' : '1'

    # Collects unobserved exceptions. The event handler must not need a runspace.
    $script:watcher = Join-Path $TestDrive Unobserved.cs
    Set-Content $watcher @'
using System;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

public static class Unobserved
{
    private static readonly ConcurrentQueue<string> s_seen = new();

    static Unobserved() => TaskScheduler.UnobservedTaskException += (_, e) => s_seen.Enqueue(e.Exception.ToString());

    public static string[] Collect()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return s_seen.ToArray();
    }

    // Proves that the watch works: one such task.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Leave() =>
        ((IAsyncResult)Task.Run(() => throw new InvalidOperationException("left alone"))).AsyncWaitHandle.WaitOne();
}
'@

    # Signs in with a password. The token expires every few seconds.
    function Reset-Server([double] $FaultRate) {
        $server.Reset()
        $server.AnyTask = $true
        $server.Quota = 1e6
        $server.AddUser('ops', 'password', 'acme')
        $server.AddUser('once', 'password', 'acme')
        $server.TokenLife = [timespan]::FromSeconds(3)
        $server.SeedRandomFaults(7)
        $server.RandomFaultRate = $FaultRate
    }

    # The number of VOD requests in progress at the server, which has no public member for it.
    function Get-InFlight {
        $hidden = [Reflection.BindingFlags] 'Instance, NonPublic'
        $state = $TestServer.GetField('_state', $hidden).GetValue($server)
        $state.GetType().GetField('_inFlight', $hidden).GetValue($state)
    }
}

AfterAll {
    Clear-Session
    $server.Dispose()
}

Describe 'Concurrent queries and submissions with 2 % random faults, short-lived tokens, and failed renewals' -Tag Slow {
    BeforeAll {
        Reset-Server 0.02
        $server.KeepRequests = $false
        $server.RenewalFaultInterval = $renewalInterval
        $server.ThrottleSubmissions(10, $retryAfter)
        $file = Join-Path $TestDrive soak.ps1
        Set-Content $file {
            param($manifest, $endpoint, $watcher, [int] $count, [double] $minutes)
            $ErrorActionPreference = 'Stop'
            Import-Module $manifest
            Add-Type -Path $watcher

            function Connect-Soak([string] $User, [int] $Retries) {
                $password = [securestring]::new()
                'password'.ToCharArray().ForEach({ $password.AppendChar($_) })
                Connect-VodAccount -Credential ([pscredential]::new($User, $password)) -DomainName acme -Region cn-north-4 `
                    -Endpoint $endpoint -IamEndpoint $endpoint -RequestsPerMinute 0 -SubmissionsPerMinute 0 -MaximumRetryCount $Retries -NoDefault
            }

            # Rounds of queries until the time is up: the number of queries, of answers and errors, how many of them are out of order, and the
            # IDs of the errors.
            function Invoke-Query($Connection, [int] $Count, [double] $Minutes) {
                $ids = 1..$Count -replace '^', 't-'
                $told = @{ Asked = 0; Answered = 0; OutOfTurn = 0; Failed = @{} }
                $watch = [Diagnostics.Stopwatch]::StartNew()
                do {
                    $told.Asked += $Count
                    Get-VodPreheatResult $ids -Connection $Connection -ErrorAction Continue 2>&1 | ForEach-Object {
                        $id = $_.TaskId
                        if ($_ -is [Management.Automation.ErrorRecord]) {
                            $id = $_.TargetObject
                            $told.Failed[$_.FullyQualifiedErrorId.Split(',')[0]]++
                        }
                        if ($id -cne $ids[$told.Answered++ % $Count]) { $told.OutOfTurn++ }
                    }
                } while ($watch.Elapsed.TotalMinutes -lt $Minutes)
                $told
            }

            # Submits beside the queries, until it is told to end: URLs, in tasks and in errors.
            $submitting = [hashtable]::Synchronized(@{ Fed = 0; InTask = @(); InError = @(); Failed = @{} })
            $submitter = [powershell]::Create()
            $null = $submitter.AddScript({ param($manifest) Import-Module $manifest }).AddArgument($manifest).Invoke()
            $submitter.Commands.Clear()
            $null = $submitter.AddScript({
                    param($connection, $told)
                    & { while (-not $told.End) { 'https://cdn.example.com/{0}.mp4' -f ++$told.Fed } } | Start-VodPreheat -Connection $connection 2>&1 | ForEach-Object {
                        if ($_ -is [Management.Automation.ErrorRecord]) {
                            $told.InError += $_.TargetObject
                            $told.Failed[$_.FullyQualifiedErrorId.Split(',')[0]]++
                        } else {
                            $told.InTask += $_.Url
                        }
                    }
                })

            function Measure-Memory {
                $unobserved = [Unobserved]::Collect()
                @{ Heap = [GC]::GetTotalMemory($true) / 1MB; WorkingSet = [Environment]::WorkingSet / 1MB; Unobserved = $unobserved }
            }

            $patient = Connect-Soak ops 10
            $null = Invoke-Query $patient 500
            $before = Measure-Memory
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $run = $submitter.AddArgument($patient).AddArgument($submitting).BeginInvoke()
            $first = Invoke-Query $patient $count $minutes
            $submitting.End = $true
            $null = $submitter.EndInvoke($run)
            $submitter.Dispose()
            $seconds = $watch.Elapsed.TotalSeconds
            $after = Measure-Memory
            $once = Connect-Soak once 0
            $second = Invoke-Query $once $count
            Disconnect-VodAccount -Connection $patient
            Disconnect-VodAccount -Connection $once
            $unobserved = (Measure-Memory).Unobserved
            [Unobserved]::Leave()
            @{
                Retried = $first; Once = $second; Submitted = $submitting; Seconds = $seconds; Unobserved = $unobserved; Proof = (Measure-Memory).Unobserved
                HeapGrown = $after.Heap - $before.Heap; WorkingSetGrown = $after.WorkingSet - $before.WorkingSet
            } | ConvertTo-Json -Depth 5 -Compress
            $null = [Console]::In.ReadLine()
        }.ToString()

        $start = [Diagnostics.ProcessStartInfo]::new($pwsh)
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
        '-NoProfile', '-NonInteractive', '-File', $file, $Manifest, $server.Endpoint, $watcher, $queries, $minutes |
            ForEach-Object { $start.ArgumentList.Add($_) }

        # Memory is measured with the garbage collector as users have it, not as it is set for the other tests.
        foreach ($name in 'DOTNET_GCgen0size', 'DOTNET_JITMinOpts') { $null = $start.Environment.Remove($name) }
        $child = [Diagnostics.Process]::Start($start)
        try {
            # Meanwhile: the maximum number of sockets, and sometimes a token that is revoked.
            $told = $child.StandardOutput.ReadLineAsync()
            $script:mostSockets = $script:round = 0
            Wait-Until -Seconds 1800 {
                $script:mostSockets = [math]::Max($mostSockets, $server.OpenConnections)
                if ($server.LastToken -and ++$script:round % 350 -eq 0) { $server.ExpireToken($server.LastToken) }
                $told.IsCompleted
            }
            $script:figures = $told.Result | ConvertFrom-Json
            Wait-Until { $server.OpenConnections -eq 0 -or $child.HasExited }
            $script:socketsLeft = $server.OpenConnections
            $script:wasAlive = -not $child.HasExited
            $child.StandardInput.Close()
            $child.WaitForExit()
        } finally {
            if (-not $child.HasExited) { $child.Kill() }
            $child.Dispose()
        }
        if ($env:VODPREHEAT_SOAK) {
            Write-Host ($figures | Select-Object * -ExcludeProperty Proof, Submitted | ConvertTo-Json -Compress -Depth 5)
            Write-Host "URLs $($figures.Submitted.Fed), in tasks $($figures.Submitted.InTask.Count), in errors $($figures.Submitted.InError.Count): $($figures.Submitted.Failed)"
            Write-Host "submissions throttled $($server.ThrottledSubmissions), renewals failed $($server.RenewalFaults)"
            Write-Host "requests $($server.RequestCount), tokens $($server.TokensIssued), sockets at most $mostSockets, in all $($server.ConnectionCount)"
        }
    }

    It 'all return results in order, with retries' {
        $figures.Retried.Asked | Should -BeGreaterOrEqual $queries
        $figures.Retried.Answered | Should -Be $figures.Retried.Asked
        $figures.Retried.OutOfTurn | Should -Be 0
        $figures.Retried.Failed.PSObject.Properties.Name | Should -BeNullOrEmpty
    }

    It 'all return a result or an error in order, without retries' {
        $figures.Once.Answered | Should -Be $queries
        $figures.Once.OutOfTurn | Should -Be 0
        $failed = $figures.Once.Failed.PSObject.Properties
        $failed.Name | Sort-Object | Should -Be 'APIGW.0308', 'APIGW.0613', 'VOD.10051', 'VodConnectionFailed'
        ($failed.Value | Measure-Object -Sum).Sum | Should -BeLessThan ($queries / 20)
    }

    It 'renew the token, one at a time' {
        # One for each connection, one for each revoked token, and one for each 2.4 s.
        $server.TokensIssued | Should -BeGreaterThan 2
        $server.TokensIssued | Should -BeLessThan (4 + $figures.Seconds * 2 + $round / 350)
    }

    It 'continue when a renewal fails' {
        # That all queries return results, with retries, is tested above.
        $server.RenewalFaults | Should -BeGreaterOrEqual ([math]::Max(1, [math]::Floor($figures.Seconds / $renewalInterval.TotalSeconds) - 1))
    }

    It 'submit each URL once: it is in a task or in an error, also if one submission in ten is throttled' {
        $told = $figures.Submitted
        $fed = 1..$told.Fed | ForEach-Object { "https://cdn.example.com/$_.mp4" }
        Compare-Object $fed (@($told.InTask) + $told.InError) -CaseSensitive | Should -BeNullOrEmpty
        $accepted = $server.SubmittedUrls
        ($accepted | Sort-Object -Unique -CaseSensitive).Count | Should -Be $accepted.Count
        Compare-Object $accepted $told.InTask -CaseSensitive | Where-Object { $_.SideIndicator -eq '=>' -or $_.InputObject -cnotin $told.InError } | Should -BeNullOrEmpty
        $server.ThrottledSubmissions | Should -BeGreaterOrEqual 1
        $told.Failed.PSObject.Properties.Name | Where-Object { $_ -notin 'APIGW.0613', 'VOD.10051', 'VodConnectionFailed', 'VodUnexpectedResponse' } | Should -BeNullOrEmpty
    }

    It 'do not increase memory use' {
        $figures.HeapGrown | Should -BeLessThan 4
        $figures.WorkingSetGrown | Should -BeLessThan 40
    }

    It 'share a few sockets, which are closed by Disconnect-VodAccount' {
        # 8 for each connection, and those that were just broken. Each fault breaks one at most.
        $mostSockets | Should -BeGreaterOrEqual 8
        $mostSockets | Should -BeLessThan 24
        $server.ConnectionCount | Should -BeLessThan (24 + ($figures.Retried.Asked + $queries) / 40)
        $wasAlive | Should -BeTrue
        $socketsLeft | Should -Be 0
    }

    It 'leave no unobserved exception' {
        $figures.Unobserved | Should -BeNullOrEmpty
        $figures.Proof | Should -Match 'left alone'
    }
}

Describe 'Stopping <_> at random moments' -Tag Slow -ForEach $stops {
    BeforeAll {
        if (-not ('Unobserved' -as [type])) { Add-Type -Path $watcher }
        $null = [Unobserved]::Collect()
        Reset-Server 0
        # One connection waits before its retries; the other has failures that are not received after a stop.
        $script:connections = foreach ($retries in 3, 0) {
            Connect-Server $server @{
                Credential = ConvertTo-Credential 'ops' 'password'; DomainName = 'acme'; MaximumRetryCount = $retries; NoDefault = $true
            }
        }
        foreach ($connection in $connections) { $null = Get-VodPreheatResult warm -Connection $connection }
        $server.RandomFaultRate = 0.2

        $state = [initialsessionstate]::CreateDefault2()
        $state.ImportPSModule($Manifest)
        $runspace = [runspacefactory]::CreateRunspace($state)
        $runspace.Open()
        $commands = @(
            { param($connection, $tag) 1..100 -replace '^', "$tag-" | Get-VodPreheatResult -Connection $connection }
            { param($connection, $tag) 1..100 -replace '^', "https://cdn.example.com/$tag-" | Start-VodPreheat -Connection $connection }
            { param($connection, $tag) 1..30 -replace '^', "$tag-" | Wait-VodPreheat -PollIntervalSec 1 -Connection $connection }
        )
        $random = [random]::new(42)
        $script:marks = [Collections.Generic.List[int]]::new()
        $script:early = $script:caught = 0
        try {
            foreach ($stop in 1..$_) {
                $server.SetTask("s$stop-3", 'processing https://cdn.example.com/open.mp4')
                # A minute is longer than any wait here, so only a client that disconnects can end the request.
                $server.LatencyMs = (0, 3, 20, 60000)[$random.Next(4)]
                $before = $server.RequestCount
                $marks.Add($before)
                $which = $random.Next(3)
                $shell = [powershell]::Create($runspace).AddScript($commands[$which]).
                    AddArgument($connections[$random.Next(2)]).AddArgument("s$stop")
                $run = [pscustomobject]@{ Shell = $shell; Result = $shell.BeginInvoke() }
                if ($random.Next(2)) {
                    # After a throttled answer, one request is sent alone, and its answer takes a minute here.
                    $count = $before + 1 + $random.Next($which -eq 1 -or $server.LatencyMs -ge 60000 ? 1 : 8)
                    Wait-Until { $server.RequestCount -ge $count -or $run.Result.IsCompleted }
                } else {
                    Start-Sleep -Milliseconds $random.Next(80)
                }
                $script:early += -not $run.Result.IsCompleted
                $script:caught += (Get-InFlight) -gt 0
                Stop-Shell $run
                Wait-Until { (Get-InFlight) -eq 0 }
            }
        } finally {
            $server.LatencyMs = 0
            $runspace.Dispose()
        }
        $marks.Add($server.RequestCount)
        if ($env:VODPREHEAT_SOAK) { Write-Host "stops $_, of running commands $early, with requests in flight $caught, requests $($marks[-1])" }
    }

    AfterAll { $connections.ForEach({ Disconnect-VodAccount -Connection $_ }) }

    It 'ends, with no request left at the server' {
        # Otherwise, the loop above would have thrown. Most commands were still running, many with requests, so this test can fail.
        $marks.Count | Should -Be ($_ + 1)
        $early | Should -BeGreaterThan ($_ / 2)
        $caught | Should -BeGreaterThan ($_ / 4)
    }

    It 'prevents all further requests' {
        # A request that was in the socket at the stop can be read during the next command, but not after it.
        $requests = $server.Requests
        $late = foreach ($stop in 1..$_) {
            for ($i = $marks[$stop - 1]; $i -lt $marks[$stop]; $i++) {
                $request = $requests[$i]
                if ($request.Area -eq 'Vod' -and "$($request.Target) $($request.Body)" -notmatch "\bs($stop|$($stop - 1))-") { "during ${stop}: $request" }
            }
        }
        $late | Should -BeNullOrEmpty
    }

    It 'leaves the connections usable' {
        $server.ClearFaults()
        foreach ($connection in $connections) { (Get-VodPreheatResult (1..20) -Connection $connection).TaskId | Should -Be (1..20) }
    }

    It 'leaves no unobserved exception' {
        # Except those of the server, which has a pending socket read while it waits.
        [Unobserved]::Collect() -notmatch 'VodPreheat\.TestServer|ValueTaskSourceAsTask' | Should -BeNullOrEmpty
        [Unobserved]::Leave()
        [Unobserved]::Collect() -match 'left alone' | Should -Not -BeNullOrEmpty
    }
}

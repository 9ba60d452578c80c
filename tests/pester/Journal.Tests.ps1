# The journal of submissions: of a session, of many at the same time, and of one that is terminated.

BeforeDiscovery {
    # A limit for the size of files simulates a full disk. Windows has no such limit.
    $script:hasFileLimit = -not $IsWindows
}

BeforeAll {
    . $PSScriptRoot/common.ps1
    . $PSScriptRoot/submit.common.ps1
    $server = $TestServer::Start()
    $program = (Get-ChildItem "$root/out/artifacts/bin/VodPreheat.Submitter/*/VodPreheat.Submitter.dll" | Sort-Object LastWriteTime | Select-Object -Last 1).FullName
    $program = $program -replace '\.dll$', ($IsWindows ? '.exe' : '')

    # The submissions in the journal, each with its URL. A line that cannot be read is a failure.
    function Get-Journal {
        Get-VodPreheatTask -AllProjects -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
    }

    # The events of the journal.
    function Get-Event {
        Get-JournalLine | ConvertFrom-Json
    }

    # Starts a process of tests/submitter, which uses the journal of this process.
    function Start-Submitter([string] $Name, [int] $Count, [string] $Where, [string] $Shell) {
        $start = [Diagnostics.ProcessStartInfo]::new($Shell ? '/bin/sh' : $program)
        $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        if ($Shell) { '-c', "$Shell; exec `"`$0`" `"`$@`"", $program | ForEach-Object { $start.ArgumentList.Add($_) } }
        $Name, $Count, $Where | ForEach-Object { $start.ArgumentList.Add($_) }

        # The .NET of this process; and without its large code file, which the limit would not permit.
        $runtime = [Runtime.InteropServices.RuntimeEnvironment]::GetRuntimeDirectory().TrimEnd('/', '\')
        if ($runtime -ne $PSHOME) { $start.Environment['DOTNET_ROOT'] = Resolve-Path "$runtime/../../.." }
        $start.Environment['DOTNET_EnableWriteXorExecute'] = '0'
        $process = [Diagnostics.Process]::Start($start)
        [pscustomobject]@{ Process = $process; Output = $process.StandardOutput; Errors = $process.StandardError.ReadToEndAsync() }
    }

    # Waits for its end, which must be successful.
    function Complete-Submitter($Submitter) {
        $null = $Submitter.Output.ReadToEnd()
        if (-not $Submitter.Process.WaitForExit(300000)) { throw 'It did not come to its end.' }
        $Submitter.Errors.GetAwaiter().GetResult() | Should -BeNullOrEmpty
        $Submitter.Process.ExitCode | Should -Be 0
        $Submitter.Process.Dispose()
    }
}

AfterAll {
    Disconnect-VodAccount
    $server.Dispose()
}

Describe 'The journal of a session' {
    BeforeEach {
        $server.Reset()
        Connect-Server $server
    }

    AfterEach { Clear-Session }

    It 'is not accessed by import, connect, query, and wait' {
        $server.SetTask('t', 'succeed https://a/1')
        $text = Invoke-Child {
            param($manifest, $endpoint, $key, $secret, $project)
            Import-Module $manifest
            $secure = ConvertTo-SecureString $secret -AsPlainText -Force
            Connect-VodAccount -AccessKey ([pscredential]::new($key, $secure)) -Region cn-north-4 -ProjectId $project -Endpoint $endpoint
            (Get-VodPreheatResult t).Status
            (Wait-VodPreheat t).Status
            Start-VodPreheat https://cdn.example.com/a.mp4 -WhatIf
            Disconnect-VodAccount
        } $Manifest, $server.Endpoint, $TestServer::DefaultAccessKey, $TestServer::DefaultSecretKey, $TestServer::DefaultProjectId
        $text | Should -Match 'succeed\s+succeed'
        $env:VODPREHEAT_JOURNAL | Should -Not -Exist
    }

    It 'is in the folder of the user, and only the user can read it' {
        $home2 = (New-Item "$TestDrive/$([guid]::NewGuid())" -ItemType Directory).FullName
        $null = Invoke-Child {
            param($manifest, $endpoint, $key, $secret, $project, $folder)
            $env:VODPREHEAT_JOURNAL = ''
            $env:XDG_STATE_HOME = $env:LOCALAPPDATA = $env:HOME = $folder
            Import-Module $manifest
            $secure = ConvertTo-SecureString $secret -AsPlainText -Force
            Connect-VodAccount -AccessKey ([pscredential]::new($key, $secure)) -Region cn-north-4 -ProjectId $project -Endpoint $endpoint
            Start-VodPreheat https://cdn.example.com/a.mp4
        } $Manifest, $server.Endpoint, $TestServer::DefaultAccessKey, $TestServer::DefaultSecretKey, $TestServer::DefaultProjectId, $home2
        $journal = Join-Path $home2 ($IsMacOS ? 'Library/Application Support' : '') VodPreheat journal (Split-Path (Get-JournalFile) -Leaf)
        (Get-Content $journal).Count | Should -Be 2
        if (-not $IsWindows) {
            [IO.File]::GetUnixFileMode($journal) | Should -Be ([IO.UnixFileMode] 'UserRead, UserWrite')
            [IO.File]::GetUnixFileMode((Split-Path $journal)) | Should -Be ([IO.UnixFileMode] 'UserRead, UserWrite, UserExecute')
        }
        foreach ($form in Get-Form $TestServer::DefaultSecretKey) { Get-Content $journal -Raw | Should -Not -Match ([regex]::Escape($form)) }
    }

    It 'has each request once, no matter how often it was sent' {
        $server.AddAnswer(429, '{"error_code":"APIGW.0308","error_msg":"limit"}', 'application/json', 'Retry-After', '1')
        $null = Start-VodPreheat (Get-SampleUrl 1)
        $server.RequestCount | Should -Be 2
        (Get-Event).event | Should -Be sending, accepted
    }

    It 'can be written by several runspaces at the same time' {
        $connection = Get-VodConnection
        $tasks = 1..20 | ForEach-Object -ThrottleLimit 5 -Parallel {
            Import-Module $using:Manifest
            1..5 | ForEach-Object { Start-VodPreheat "https://cdn.example.com/$using:_/$_.mp4" -Connection $using:connection }
        }
        (Get-Journal).TaskId | Sort-Object | Should -Be ($tasks.TaskId | Sort-Object)
        (Get-Event).Count | Should -Be 200
    }

    It 'does not prevent submissions if it cannot be written, with one warning per process' {
        $blocked = (New-Item "$TestDrive/$([guid]::NewGuid())").FullName
        $text = Invoke-Child {
            param($manifest, $endpoint, $key, $secret, $project, $blocked)
            $env:VODPREHEAT_JOURNAL = ''
            $env:XDG_STATE_HOME = $env:LOCALAPPDATA = $env:HOME = $blocked
            Import-Module $manifest
            $secure = ConvertTo-SecureString $secret -AsPlainText -Force
            Connect-VodAccount -AccessKey ([pscredential]::new($key, $secure)) -Region cn-north-4 -ProjectId $project -Endpoint $endpoint
            $tasks = Start-VodPreheat https://cdn.example.com/a.mp4 -WarningVariable first
            $tasks += Start-VodPreheat https://cdn.example.com/b.mp4 -WarningVariable second
            "tasks: $($tasks.Count), first: $($first.Count), second: $($second.Count)"
        } $Manifest, $server.Endpoint, $TestServer::DefaultAccessKey, $TestServer::DefaultSecretKey, $TestServer::DefaultProjectId, $blocked
        $server.SubmittedUrls.Count | Should -Be 2
        $text | Should -Match 'tasks: .*, first: 1, second: 0'
        $text | Should -Match 'VODPREHEAT_JOURNAL'
    }

    It 'prevents submissions if <What>' -ForEach @(
        @{ What = 'the specified folder is a file'; Make = { New-Item $env:VODPREHEAT_JOURNAL -Force } }
        @{ What = 'the file of the month cannot be written'; Make = { New-Item (Get-JournalFile) -ItemType Directory -Force } }
    ) {
        $null = & $Make
        $run = Get-Outcome { Get-SampleUrl 25 | Start-VodPreheat }
        Assert-Failure $run.Failure VodJournalUnavailable WriteError ([regex]::Escape($env:VODPREHEAT_JOURNAL))
        $run.Failure.TargetObject | Should -Be (Get-SampleUrl 25)
        $server.RequestCount | Should -Be 0
    }

    It 'prevents submissions if the specified folder is read-only' {
        # Nobody can create a file in the folder of Linux, not even root, whom permissions do not concern.
        $folder = $IsLinux ? '/sys/kernel' : (New-Item "$TestDrive/$([guid]::NewGuid())" -ItemType Directory).FullName
        if ($IsMacOS) { [IO.File]::SetUnixFileMode($folder, 'UserRead, UserExecute') }
        if ($IsWindows) { $null = icacls $folder /deny "$([Security.Principal.WindowsIdentity]::GetCurrent().Name):(WD,AD)" }
        $env:VODPREHEAT_JOURNAL = Join-Path $folder journal
        $run = Get-Outcome { Get-SampleUrl 2 | Start-VodPreheat }
        Assert-Failure $run.Failure VodJournalUnavailable WriteError ([regex]::Escape($env:VODPREHEAT_JOURNAL))
        $run = Get-Outcome { Get-SampleUrl 2 | Invoke-VodPreheat -ResumeSince (Get-Date).Date }
        Assert-Failure $run.Failure VodJournalUnavailable WriteError ([regex]::Escape($env:VODPREHEAT_JOURNAL))
        $server.RequestCount | Should -Be 0
    }

    It 'is created again if its folder is deleted' {
        $tasks = Get-SampleUrl 30 | Start-VodPreheat | ForEach-Object {
            Remove-Item $env:VODPREHEAT_JOURNAL -Recurse
            $_
        }
        $tasks.Count | Should -Be 3
        $last = Start-VodPreheat (Get-SampleUrl 1)
        (Get-Journal).TaskId | Should -Be $last.TaskId
    }

    It 'has the answer to a submission in progress when the command is stopped, after the prompt has returned' {
        $server.LatencyMs = 5000
        $run = Invoke-Aside { Start-VodPreheat https://cdn.example.com/a.mp4 }
        Wait-Until { $server.RequestCount -eq 1 }
        Stop-Aside $run
        (Get-Event).event | Should -Be sending -Because 'the prompt is back while the service still works'
        Wait-Until { (Get-Event).event -contains 'accepted' }
        $task = Get-Journal
        $task.Url | Should -Be 'https://cdn.example.com/a.mp4'
        $task.TaskId | Should -Be (Get-Event)[1].task_id
        $server.SubmittedUrls | Should -Be 'https://cdn.example.com/a.mp4'
    }

    It 'has this answer also after <_>' -ForEach 'Select-Object', '-ErrorAction Stop' {
        $server.LatencyMs = 500
        $how = $_
        $null = Get-Outcome {
            switch ($how) {
                'Select-Object' { Get-SampleUrl 20 | Start-VodPreheat | Select-Object -First 1 }
                default { Get-SampleUrl 10 | Start-VodPreheat; Start-VodPreheat 'none' -ErrorAction Stop }
            }
        }
        (Get-Journal).TaskId.Count | Should -Be 1
        (Get-Event).event | Should -Be sending, accepted
    }

    It 'can be written to a file with arbitrary content' {
        $null = New-Item $env:VODPREHEAT_JOURNAL -ItemType Directory
        $bytes = [byte[]]::new(200000)
        [Random]::new(1).NextBytes($bytes)
        [IO.File]::WriteAllBytes((Get-JournalFile), $bytes)
        $task = Start-VodPreheat (Get-SampleUrl 1)
        (Get-VodPreheatTask -WarningVariable warnings -WarningAction SilentlyContinue).TaskId | Should -Be $task.TaskId
        $warnings.Count | Should -Be 1
        [Linq.Enumerable]::SequenceEqual([byte[]] [IO.File]::ReadAllBytes((Get-JournalFile))[0..199999], $bytes) | Should -BeTrue
    }
}

Describe 'The page about the journal' {
    BeforeAll {
        $page = (Get-Content "$root/docs/journal.md" -Raw) -replace "`r"
        $example = [regex]::Match($page, '(?ms)^```json\n(.*?)^```').Groups[1].Value
    }

    AfterEach { Clear-Session }

    It 'has an example that is read as described' {
        $null = New-Item $env:VODPREHEAT_JOURNAL -ItemType Directory
        Set-Content $env:VODPREHEAT_JOURNAL/2026-03.jsonl $example -NoNewline
        $task = Get-Journal
        $task.TaskId | Should -Be '5199337c31c8e4622f1590735b13a263'
        $task.Url | Should -Be 'https://cdn.example.com/a.mp4', 'https://cdn.example.com/b.mp4'
        $task.SubmittedAt.UtcDateTime.ToString('s') | Should -Be '2026-03-01T12:00:00'
    }

    It 'describes exactly the members of each line' {
        $server.Reset()
        Connect-Server $server
        $null = Start-VodPreheat (Get-SampleUrl 1)
        $null = Start-VodPreheat -AssetId film
        $server.AddAnswer(400, '{"error_code":"VOD.10053","error_msg":"no"}')
        Start-VodPreheat (Get-SampleUrl 1) -ErrorAction SilentlyContinue
        $written = Get-Event | ForEach-Object { $_.PSObject.Properties.Name } | Sort-Object -Unique
        $named = [regex]::Matches($page, '(?m)^\| `([a-z_]+)` \| (string|array)') | ForEach-Object { $_.Groups[1].Value } | Sort-Object -Unique
        $named | Should -Be $written
    }
}

Describe 'The journal under load' {
    BeforeAll {
        # In memory if the system has such a folder: what a terminated process wrote is kept there as on a disk, and thousands of
        # submissions do not wait for a disk.
        $folder = (New-Item "$((Test-Path /dev/shm) ? '/dev/shm' : $TestDrive)/vodpreheat-$([guid]::NewGuid())" -ItemType Directory).FullName
    }

    BeforeEach {
        $server.Reset()
        $env:VODPREHEAT_JOURNAL = "$folder/$([guid]::NewGuid())/journal"
    }

    AfterEach { Clear-Session }
    AfterAll { Remove-Item $folder -Recurse }

    It 'loses nothing that 16 processes write, some of which are already in the next month' -Tag Slow {
        $writers = 1..16 | ForEach-Object { Start-Submitter "writer$_" 500 ($_ % 8 ? 'itself' : 'ahead') }
        $writers | ForEach-Object { Complete-Submitter $_ }

        $urls = Get-Journal | Where-Object TaskId | ForEach-Object { $_.Url[0] } | Sort-Object
        $expected = foreach ($i in 1..16) { foreach ($j in 0..499) { "https://cdn.example.com/writer$i/$j.mp4" } }
        $urls.Count | Should -Be 8000
        Compare-Object $urls ($expected | Sort-Object) | Should -BeNullOrEmpty
        $files = Get-ChildItem $env:VODPREHEAT_JOURNAL -Name | Sort-Object
        $files | Should -HaveCount 3
        $files[2] | Should -Be journal.lock
    }

    It 'has every submission that the server accepted, no matter when the process is terminated' -Tag Slow {
        $server.Quota = [int]::MaxValue
        $random = [Random]::new(1)
        $kills = 200
        for ($next = 0; $next -lt $kills; $next += 4) {
            # Four processes at the same time. Each is terminated at a random moment of a random submission.
            $running = $next..($next + 3) | ForEach-Object { Start-Submitter $_ 1000000 $server.Endpoint }
            foreach ($submitter in $running) {
                foreach ($line in 1..$random.Next(1, 6)) { $null = $submitter.Output.ReadLine() }
                $end = [Diagnostics.Stopwatch]::GetTimestamp() + $random.Next(5) / 1000 * [Diagnostics.Stopwatch]::Frequency * $random.NextDouble()
                while ([Diagnostics.Stopwatch]::GetTimestamp() -lt $end) { $null }
                $submitter.Process.Kill()
                $submitter.Process.WaitForExit()
                $submitter.Process.Dispose()
            }
        }

        $accepted = $server.SubmittedUrls
        $accepted.Count | Should -BeGreaterThan $kills
        $tasks = Get-VodPreheatTask -AllProjects -WarningAction SilentlyContinue
        $written = [Collections.Generic.HashSet[string]]::new([string[]] $tasks.ForEach({ $_.Url[0] }))
        $accepted.Where({ -not $written.Contains($_) }) | Should -BeNullOrEmpty

        # Only submissions in progress when the process was terminated have no answer.
        $tasks.Where({ -not $_.TaskId }).Count | Should -BeLessOrEqual $kills
    }

    It 'has no incomplete line when the disk is full, and nothing is sent' -Skip:(-not $hasFileLimit) {
        $submitter = Start-Submitter full 1000 $server.Endpoint -Shell "trap '' XFSZ; ulimit -f 16"
        $null = $submitter.Output.ReadToEnd()
        $submitter.Process.WaitForExit()
        $submitter.Process.ExitCode | Should -Be 1
        $submitter.Errors.GetAwaiter().GetResult() | Should -BeLike '*VodJournalUnavailable*'
        $submitter.Process.Dispose()

        (Get-Item (Get-JournalFile)).Length | Should -BeGreaterThan 5000
        $tasks = @(Get-Journal)
        $tasks.Url | Should -Be $server.SubmittedUrls
        Get-Content (Get-JournalFile) -Raw | Should -Match '\}\n\z'
    }
}

BeforeAll {
    . $PSScriptRoot/common.ps1
    . $PSScriptRoot/submit.common.ps1
    $server = $TestServer::Start()

    # The values that a completion offers.
    function Get-Completion([string] $Line) {
        (TabExpansion2 $Line $Line.Length).CompletionMatches
    }

    # Creates lines of the journal.
    function Add-Line([string[]] $Line) {
        $null = New-Item $env:VODPREHEAT_JOURNAL -ItemType Directory -Force
        Add-Content (Get-JournalFile) $Line
    }

    function Get-Line([string] $Id, [string] $Url, [datetimeoffset] $At = [datetimeoffset]::Now, [string] $TaskId = $Id) {
        @{
            event = 'sending'; id = $Id; time = $At.ToString('o'); urls = @($Url); region = 'cn-north-4'
            endpoint = $server.Endpoint.GetLeftPart('Authority'); project_id = $TestServer::DefaultProjectId
        } | ConvertTo-Json -Compress
        if ($TaskId) { @{ event = 'accepted'; id = $Id; time = $At.ToString('o'); task_id = $TaskId } | ConvertTo-Json -Compress }
    }
}

AfterAll {
    Disconnect-VodAccount
    $server.Dispose()
}

Describe 'Get-VodPreheatTask' {
    BeforeEach {
        $server.Reset()
        Connect-Server $server
    }

    AfterEach { Clear-Session }

    Context 'output' {
        It 'has the tasks of Start-VodPreheat of all sessions, oldest first' {
            $tasks = @(Get-SampleUrl 12 | Start-VodPreheat) + @(Start-VodPreheat -AssetId film)
            $found = @(Get-VodPreheatTask)
            $found | Should -BeOfType VodPreheat.PreheatTask
            $found | ConvertTo-Json -Depth 4 | Should -BeExactly ($tasks | ConvertTo-Json -Depth 4)
            $found[0].Region | Should -Be 'cn-north-4'
            $found[0].ProjectId | Should -Be $TestServer::DefaultProjectId
            $inChild = Invoke-Child { param($manifest) Import-Module $manifest; Get-VodPreheatTask | ConvertTo-Json -Depth 4 } $Manifest
            $inChild.Trim() | Should -BeExactly ($tasks | ConvertTo-Json -Depth 4)
        }

        It 'requires no request and no connection' {
            $task = Start-VodPreheat (Get-SampleUrl 1)
            $before = $server.RequestCount
            (Get-VodPreheatTask).TaskId | Should -Be $task.TaskId
            Disconnect-VodAccount
            (Get-VodPreheatTask).TaskId | Should -Be $task.TaskId
            $server.RequestCount | Should -Be $before
        }

        It 'is empty if nothing was submitted' {
            Get-VodPreheatTask | Should -BeNullOrEmpty
            Split-Path $env:VODPREHEAT_JOURNAL | Should -Not -Exist
        }

        It 'does not include what the service refused' {
            $server.AddAnswer(400, '{"error_code":"VOD.10053","error_msg":"no"}')
            Start-VodPreheat (Get-SampleUrl 1) -ErrorAction SilentlyContinue
            Get-VodPreheatTask | Should -BeNullOrEmpty
        }

        It 'has no task ID if the outcome is unknown' {
            $server.AddFault('ResetBeforeHeaders')
            Start-VodPreheat (Get-SampleUrl 2) -ErrorAction SilentlyContinue
            $task = Get-VodPreheatTask
            $task.TaskId | Should -BeExactly ''
            $task.Url | Should -Be (Get-SampleUrl 2)
            $task | Format-Table | Out-String | Should -Match '\(unknown\)'
        }
    }

    Context 'selection of submissions' {
        BeforeEach {
            $now = [datetimeoffset]::Now
            Add-Line (Get-Line t1 https://cdn.example.com/a.mp4 $now.AddHours(-3))
            Add-Line (Get-Line t2 'https://cdn.example.com/[b]?auth_key=x' $now.AddHours(-2))
            Add-Line (Get-Line t3 https://cdn.example.com/a.mp4 $now.AddHours(-1))
            Add-Line (Get-Line t4 https://cdn.example.com/C.mp4 $now)
        }

        It 'returns, with <Arguments>, <Expected>' -ForEach @(
            @{ Arguments = ''; Expected = 't1 t2 t3 t4' }
            @{ Arguments = 't2'; Expected = 't2' }
            @{ Arguments = '-TaskId " t3 ", t1, none'; Expected = 't1 t3' }
            @{ Arguments = '-TaskId T1'; Expected = '' }
            @{ Arguments = '-Url https://cdn.example.com/a.mp4'; Expected = 't1 t3' }
            @{ Arguments = '-Url https://cdn.example.com/c.mp4'; Expected = 't4' }
            @{ Arguments = '-Url */?.mp4'; Expected = 't1 t3 t4' }
            @{ Arguments = '-Url "https://cdn.example.com/[b]?auth_key=x"'; Expected = 't2' }
            @{ Arguments = '-Url "https://cdn.example.com/[b]*"'; Expected = '' }
            @{ Arguments = '-Url "https://cdn.example.com/[b"'; Expected = '' }
            @{ Arguments = '-Url "*``[b``]*", *C*'; Expected = 't1 t2 t3 t4' }
            @{ Arguments = '-After $now.AddHours(-2)'; Expected = 't2 t3 t4' }
            @{ Arguments = '-Before $now.AddHours(-2)'; Expected = 't1' }
            @{ Arguments = '-After $now.AddHours(-2.5).LocalDateTime -Before $now.AddHours(-0.5)'; Expected = 't2 t3' }
            @{ Arguments = '-Last 2'; Expected = 't3 t4' }
            @{ Arguments = '-Last 9'; Expected = 't1 t2 t3 t4' }
            @{ Arguments = '-Last 1 -Url *a.mp4 -Before $now.AddHours(-2)'; Expected = 't1' }
        ) {
            & ([scriptblock]::Create("Get-VodPreheatTask $Arguments")) | ForEach-Object TaskId | Join-String -Separator ' ' | Should -BeExactly $Expected
        }

        It 'returns everything since ever, with <_>' -ForEach @(
            '-After ([DateTimeOffset]::MinValue)', '-Before ([DateTimeOffset]::MaxValue)', '-After ([datetime]::MinValue)', '-Before ([datetime]::MaxValue)'
        ) {
            & ([scriptblock]::Create("Get-VodPreheatTask $_")) | ForEach-Object TaskId | Join-String -Separator ' ' | Should -BeExactly 't1 t2 t3 t4'
        }

        It 'refuses a -Last of <_>' -ForEach 0, -1 {
            { Get-VodPreheatTask -Last $_ } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        }

        It 'skips lines of other programs with one warning' {
            Add-Content (Get-JournalFile) 'hello', '{"event":"sending"}'
            Add-Line (Get-Line t5 https://cdn.example.com/e.mp4)
            Add-Content (Get-JournalFile) '{"event":"sen' -NoNewline
            (Get-VodPreheatTask -WarningVariable warnings -WarningAction SilentlyContinue).TaskId | Should -Be 't1', 't2', 't3', 't4', 't5'
            $warnings.Count | Should -Be 1
            "$warnings" | Should -BeLike "Line 9 of $(Get-JournalFile) and 2 more are not lines of a journal*"
        }

        It 'returns tasks one by one, and can be stopped' {
            (Get-VodPreheatTask | Select-Object -First 1).TaskId | Should -Be 't1'
        }
    }

    Context 'selection by connection' {
        BeforeEach {
            $other = 'fedcba9876543210fedcba9876543210'
            $server.AddProject($other, 'ap-southeast-3')
            $server.AddAccessKey('OTHERAK0000000000001', 'other-secret-key', $other)
            $second = Connect-Server $server @{ AccessKey = (ConvertTo-Credential 'OTHERAK0000000000001' 'other-secret-key'); ProjectId = $other; Region = 'ap-southeast-3'; NoDefault = $true }
            $sandbox = Connect-VodAccount -Sandbox -NoDefault
            $one = Start-VodPreheat (Get-SampleUrl 1)
            $two = Start-VodPreheat (Get-SampleUrl 1) -Connection $second
            $three = Start-VodPreheat (Get-SampleUrl 1) -Connection $sandbox
        }

        It 'returns the submissions of the default connection, of a specified one, or without a connection all' {
            (Get-VodPreheatTask).TaskId | Should -Be $one.TaskId
            (Get-VodPreheatTask -Connection $second).TaskId | Should -Be $two.TaskId
            (Get-VodPreheatTask -Connection $sandbox).TaskId | Should -Be $three.TaskId
            (Get-VodPreheatTask -AllProjects).TaskId | Should -Be $one.TaskId, $two.TaskId
            (Get-VodPreheatTask -AllProjects).Region | Should -Be 'cn-north-4', 'ap-southeast-3'
            Disconnect-VodAccount
            (Get-VodPreheatTask).TaskId | Should -Be $one.TaskId, $two.TaskId
            Connect-VodAccount -Sandbox
            Get-VodPreheatTask | Should -BeNullOrEmpty
        }

        It 'returns the submissions of a connection after it was disconnected' {
            Disconnect-VodAccount -Connection $second
            Disconnect-VodAccount -Connection $sandbox
            (Get-VodPreheatTask -Connection $second).TaskId | Should -Be $two.TaskId
            (Get-VodPreheatTask -Connection $sandbox).TaskId | Should -Be $three.TaskId
        }

        It 'refuses a deserialized connection' {
            $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($second))
            Assert-Failure (Get-Failure { Get-VodPreheatTask -Connection $copy }) VodConnectionNotLive InvalidArgument
        }
    }

    Context 'use of the output' {
        It 'binds to Get-VodPreheatResult, Wait-VodPreheat, and Start-VodPreheat' {
            $task = Start-VodPreheat (Get-SampleUrl 2)
            $server.SetTask($task.TaskId, [string[]] ('succeed https://cdn.example.com/1.mp4', 'failed https://cdn.example.com/2.mp4'))
            (Get-VodPreheatTask | Get-VodPreheatResult).Status | Should -Be succeed, failed
            (Get-VodPreheatTask | Wait-VodPreheat -PollIntervalSec 1).Status | Should -Be succeed, failed
            (Get-VodPreheatTask | Start-VodPreheat).Url | Should -Be (Get-SampleUrl 2)
        }

        It 'causes an error in <_> for a task without an ID, and the others are processed' -ForEach 'Get-VodPreheatResult', 'Wait-VodPreheat' {
            Add-Line (Get-Line unknown https://cdn.example.com/u.mp4 -TaskId '')
            $task = Start-VodPreheat (Get-SampleUrl 1)
            $server.SetTask($task.TaskId, 'succeed https://cdn.example.com/1.mp4')
            $command = $_
            $with = $_ -eq 'Wait-VodPreheat' ? @{ PollIntervalSec = 1 } : @{}
            $run = Get-Outcome { Get-VodPreheatTask | & $command @with }
            $run.Output.Status | Should -Be succeed
            $run.Failure | Should -BeNullOrEmpty
            Assert-Failure $run.Errors[0] VodInvalidTaskId InvalidArgument 'outcome is unknown'
        }

        It 'can be submitted again without a task ID' {
            Add-Line (Get-Line unknown https://cdn.example.com/u.mp4 -TaskId '')
            (Get-VodPreheatTask | Start-VodPreheat).Url | Should -Be 'https://cdn.example.com/u.mp4'
        }
    }

    Context 'a journal that cannot be read' {
        It 'causes a terminating error' {
            $null = New-Item $env:VODPREHEAT_JOURNAL -Force
            Assert-Failure (Get-Failure { Get-VodPreheatTask }) VodJournalUnavailable WriteError ([regex]::Escape($env:VODPREHEAT_JOURNAL)), 'VODPREHEAT_JOURNAL'
        }

        It 'is empty if it is disabled' {
            $env:VODPREHEAT_JOURNAL = 'off'
            $null = Start-VodPreheat (Get-SampleUrl 1)
            Get-VodPreheatTask | Should -BeNullOrEmpty
        }

        It 'is required to resume, and the error says how to get it, if it is disabled' {
            $env:VODPREHEAT_JOURNAL = 'off'
            $server.Reset()
            Assert-Failure (Get-Failure { Invoke-VodPreheat (Get-SampleUrl 1) -ResumeSince (Get-Date).Date }) VodJournalUnavailable WriteError 'turned off', 'Remove the environment variable VODPREHEAT_JOURNAL'
            $server.RequestCount | Should -Be 0
        }
    }
}

Describe 'Completion of -TaskId' {
    BeforeEach {
        $server.Reset()
        Connect-Server $server
    }

    AfterEach { Clear-Session }

    It 'of <_> offers the newest 100 of the journal, newest first' -ForEach 'Get-VodPreheatResult -TaskId ', 'Wait-VodPreheat ', 'Get-VodPreheatTask -TaskId ' {
        Add-Line (1..105 | ForEach-Object { Get-Line "task$_" "https://cdn.example.com/$_.mp4" })
        Add-Line (Get-Line unknown https://cdn.example.com/u.mp4 -TaskId '')
        $offered = @(Get-Completion $_)
        $offered.CompletionText | Should -Be (105..6 | ForEach-Object { "task$_" })
        $offered[0].ToolTip | Should -Be 'https://cdn.example.com/105.mp4'
        (Get-Completion "${_}task10").CompletionText | Should -Be (105..100 + 10 | ForEach-Object { "task$_" })
    }

    It 'offers the tasks of an earlier process, for the specified connection' {
        $task = Start-VodPreheat (Get-SampleUrl 1)
        $sandbox = Connect-VodAccount -Sandbox -NoDefault
        $inSandbox = Start-VodPreheat -AssetId film -Connection $sandbox
        (Get-Completion 'Get-VodPreheatResult -TaskId ').CompletionText | Should -Be $task.TaskId
        (Get-Completion 'Get-VodPreheatResult -Connection $sandbox -TaskId ').CompletionText | Should -Be $inSandbox.TaskId
        Invoke-Child {
            param($manifest)
            Import-Module $manifest
            (TabExpansion2 'Get-VodPreheatResult ' 21).CompletionMatches.CompletionText
        } $Manifest | Should -Match $task.TaskId
    }

    It 'quotes special characters, and displays no control characters' {
        Add-Line (Get-Line odd "https://cdn.example.com/`u{202e}x.mp4" -TaskId "a'; Remove-Item *")
        Add-Line (Get-Line odder https://cdn.example.com/y.mp4 -TaskId "b`e[2J")
        $offered = Get-Completion 'Get-VodPreheatResult -TaskId '
        $offered.CompletionText | Should -BeExactly "'a''; Remove-Item *'"
        $offered.ListItemText | Should -BeExactly "a'; Remove-Item *"
        $offered.ToolTip | Should -BeExactly 'https://cdn.example.com/ x.mp4'
    }

    It 'offers nothing, not even files, if there is no journal or it cannot be read' {
        Get-Completion 'Get-VodPreheatResult -TaskId ' | Should -BeNullOrEmpty
        $null = New-Item (Get-JournalFile) -ItemType Directory -Force
        $Error.Clear()
        Get-Completion 'Get-VodPreheatResult -TaskId ' | Should -BeNullOrEmpty
        $Error | Should -BeNullOrEmpty
    }
}

Describe 'Completion of -Connection' {
    AfterEach { Clear-Session }

    It 'of <_> offers the variables that hold a connection, and no files' -ForEach @(
        'Get-VodPreheatResult', 'Start-VodPreheat', 'Wait-VodPreheat', 'Get-VodPreheatTask', 'Disconnect-VodAccount'
    ) {
        $text = Invoke-Child {
            param($manifest, $command)
            Import-Module $manifest
            $prod = Connect-VodAccount -Sandbox -NoDefault
            ${test account} = Connect-VodAccount -Sandbox -NoDefault
            $other = 'not a connection'
            foreach ($typed in '', 'T', '$', 'z') {
                $line = "$command -Connection $typed"
                $offered = (TabExpansion2 $line $line.Length).CompletionMatches | Where-Object CompletionText -NotIn '$$', '$?', '$^'
                "[$typed] $($offered.CompletionText -join ' ')"
            }
            "tip: $((TabExpansion2 "$command -Connection p").CompletionMatches[0].ToolTip)"
        } $Manifest, $_
        $text | Should -Match ([regex]::Escape('[] $prod ${test account}'))
        $text | Should -Match ([regex]::Escape('[T] ${test account}'))
        $text | Should -Match '(?m)^\[z\] \r?$'
        $text | Should -Match 'tip: SANDBOX@'
    }
}

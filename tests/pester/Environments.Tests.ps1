# The surroundings that scripts run in: zones, preferences, encodings, jobs, copies of objects, with and without a terminal.

BeforeDiscovery {
    $script:hasTerminal = [bool] (Get-Command script -CommandType Application -ErrorAction Ignore)
    if (-not $hasTerminal) { Write-Host "SKIPPED LOUDLY: there is no 'script' here, so nothing is tested on a terminal." -ForegroundColor Red }
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/submit.common.ps1"
    $script:server = $TestServer::Start()
    $script:pwsh = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
    $script:longUrl = "https://cdn.example.com/$('long/' * 60)end.mp4"

    # A script that signs in from the environment, as a scheduled one does, and goes on with the given text.
    function New-Script([string] $Text) {
        $file = Join-Path (Get-PSDrive TestDrive).Root "$([guid]::NewGuid()).ps1"
        Set-Content $file @"
`$ErrorActionPreference = 'Stop'
Import-Module '$Manifest'
Connect-VodAccount -Region cn-north-4 -Endpoint $($server.Endpoint) -IamEndpoint $($server.Endpoint) -RequestsPerMinute 0 -SubmissionsPerMinute 0
$Text
"@
        $file
    }

    # What another process makes of objects: all of their types are data only.
    function Copy-Through([string] $Way, [object[]] $Objects) {
        switch ($Way) {
            'Clixml' { $Objects | Export-Clixml TestDrive:/copy.xml; Import-Clixml TestDrive:/copy.xml }
            'JSON' { ConvertTo-Json $Objects -Depth 4 | ConvertFrom-Json }
        }
    }
}

AfterAll { $server.Dispose() }

Describe 'The environment of the module' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
        $env:HUAWEICLOUD_SDK_AK = $TestServer::DefaultAccessKey
        $env:HUAWEICLOUD_SDK_SK = $TestServer::DefaultSecretKey
        $env:HUAWEICLOUD_SDK_PROJECT_ID = $TestServer::DefaultProjectId
    }

    AfterEach { Clear-Session }

    Context 'in the time zone <Zone>' -ForEach @(
        @{ Zone = 'Pacific/Kiritimati'; Offset = '14:00:00' }
        @{ Zone = 'America/St_Johns'; Offset = '-03:30:00' }
    ) {
        It 'has correct signatures, renewals, and times' {
            $server.AddUser('ops', 'password', 'acme')
            $env:TZ = $Zone
            try {
                $told = Invoke-Child {
                    param($manifest, $endpoint)
                    Import-Module $manifest
                    $server = @{ Region = 'cn-north-4'; Endpoint = $endpoint; IamEndpoint = $endpoint; RequestsPerMinute = 0; SubmissionsPerMinute = 0; PassThru = $true }
                    $null = Connect-VodAccount @server
                    $task = Start-VodPreheat https://cdn.example.com/1.mp4
                    $password = ConvertTo-SecureString password -AsPlainText -Force
                    $connection = Connect-VodAccount @server -Credential ([pscredential]::new('ops', $password)) -DomainName acme
                    $rows = Get-VodPreheatResult a, b
                    @{
                        Offset = "$([TimeZoneInfo]::Local.BaseUtcOffset)"; Rows = $rows.Count
                        Age = ([datetimeoffset]::UtcNow - $task.SubmittedAt).TotalMinutes
                        Left = ($connection.ExpiresAt - [datetimeoffset]::UtcNow).TotalHours
                    } | ConvertTo-Json
                } $Manifest, $server.Endpoint | ConvertFrom-Json
            } finally {
                Remove-Item Env:TZ
            }
            $told.Offset | Should -Be $Offset
            $told.Rows | Should -Be 2
            [math]::Round($told.Left) | Should -Be 24
            $told.Age | Should -BeGreaterOrEqual 0
            $told.Age | Should -BeLessThan 60
            # Had the token seemed to have ended, there were another one.
            $server.TokensIssued | Should -Be 1
        }
    }

    Context 'under strict mode' {
        It 'works and is displayed in all views' {
            $told = Complete-Aside (Invoke-Aside {
                    param($endpoint)
                    Set-StrictMode -Version Latest
                    $ErrorActionPreference = 'Stop'
                    if (-not $(try { $null.Length; $false } catch { $true })) { 'not strict' }
                    Connect-VodAccount -Region cn-north-4 -Endpoint $endpoint -PassThru | Out-String
                    $tasks = @(Start-VodPreheat https://cdn.example.com/1.mp4)
                    $tasks += @([pscustomobject]@{ AssetId = 'film' } | Start-VodPreheat)
                    $tasks | Out-String
                    $tasks | Format-List | Out-String
                    $rows = @($tasks | Wait-VodPreheat -PollIntervalSec 1) + @(Get-VodPreheatResult a)
                    $rows | Out-String
                    $rows | Format-List | Out-String
                    Get-VodPreheatResult '' -ErrorAction Continue 2>&1 | Out-String
                    Disconnect-VodAccount
                    'end'
                } $server.Endpoint)
            $told[-1] | Should -Be 'end'
            $told | Should -Not -Contain 'not strict'
            $told[0] | Should -Match 'AccessKey'
            $told[3] | Should -Match '1\.mp4'
            $told[5] | Should -Match 'task id is empty or blank'
        }
    }

    Context 'under $PSDefaultParameterValues' {
        It 'is used for <Name>' -ForEach @(
            @{ Name = 'ThrottleLimit'; Values = @{ 'Get-VodPreheatResult:ThrottleLimit' = 2 }; Test = { $server.MaxInFlight | Should -Be 2 } }
            @{ Name = 'Verbose'; Values = @{ '*-Vod*:Verbose' = $true }; Test = { $told.Where({ $_ -is [Management.Automation.VerboseRecord] }).Count | Should -BeGreaterOrEqual 12 } }
            @{ Name = 'ErrorAction'; Values = @{ '*:ErrorAction' = 'Stop' }; Test = { $outcome.Failure.FullyQualifiedErrorId | Should -Match '^VodInvalidTaskId,' } }
            @{ Name = 'Connection'; Values = @{ '*-VodPreheat*:Connection' = { $other } }; Test = { $server.Requests[0].Headers['X-Project-Id'] | Should -Be 'other' } }
        ) {
            $server.AddAccessKey('OTHER', 'secret', 'other')
            Connect-Once $server
            $other = Connect-Once $server @{ AccessKey = ConvertTo-Credential 'OTHER' 'secret'; ProjectId = 'other'; NoDefault = $true }
            $server.LatencyMs = 30
            $ids = @(1..12; '')
            $outcome = Get-Outcome {
                $PSDefaultParameterValues = $Values
                Set-Variable told (@(Get-VodPreheatResult $ids 4>&1)) -Scope Script
            }
            if ($Name -ne 'ErrorAction') { $told.Where({ $_ -is [VodPreheat.PreheatingResult] }).Count | Should -Be 12 }
            & $Test
            Disconnect-VodAccount -Connection $other
        }
    }

    Context 'under $ErrorActionPreference' {
        # -ErrorAction on a query is with the errors; here: the preference, and the cmdlets that submit and wait.
        BeforeDiscovery {
            $script:commands = @(
                @{ Command = { Get-VodPreheatResult '', good @common }; Id = 'VodInvalidTaskId' }
                @{ Command = { Wait-VodPreheat '', good @common }; Id = 'VodInvalidTaskId' }
                @{ Command = { Start-VodPreheat 'ftp://bad', https://cdn.example.com/good.mp4 @common }; Id = 'VodInvalidUrl' }
            )
            $script:cases = foreach ($case in $commands) {
                foreach ($by in 'parameter', 'preference') {
                    foreach ($action in 'Continue', 'SilentlyContinue', 'Ignore', 'Stop') { $case + @{ By = $by; Action = $action } }
                }
            }
        }

        It 'is <Action>, set by <By>: <Command>' -ForEach $cases {
            Connect-Once $server
            $common = $By -eq 'parameter' ? @{ ErrorAction = $Action } : @{}
            $told = $failure = $null
            try {
                $told = & {
                    if ($By -eq 'preference') { $ErrorActionPreference = $Action }
                    & $Command
                } 2>&1
            } catch {
                $failure = $_
            }
            if ($Action -eq 'Stop') {
                Get-ErrorId $failure | Should -Be $Id

                # What was gathered before the error is submitted first.
                $server.SubmittedUrls | Where-Object { $_ -notlike '*/good.mp4' } | Should -BeNullOrEmpty
            } else {
                $failure | Should -BeNullOrEmpty
                $errors, $output = @($told).Where({ $_ -is [Management.Automation.ErrorRecord] }, 'Split')
                $errors.ForEach({ Get-ErrorId $_ }) | Should -Be ($Action -eq 'Continue' ? $Id : $null)
                $output.Count | Should -Be 1
            }
        }

        It 'is <_>, and a missing connection can still be caught' -ForEach SilentlyContinue, Ignore, Continue {
            Clear-Session
            Get-ErrorId (Get-Failure { Get-VodPreheatResult a -ErrorAction $_ }) | Should -Be 'VodNotConnected'
        }
    }

    Context 'with the common parameters' {
        BeforeEach { Connect-Once $server }

        It 'has the current object in -PipelineVariable' {
            $told = Get-VodPreheatResult a, b -PipelineVariable row | ForEach-Object { "$($row.TaskId)=$($_.TaskId)" }
            $told | Should -Be 'a=a', 'b=b'
            $told = Get-SampleUrl 20 | Start-VodPreheat -PipelineVariable task | ForEach-Object { $task.TaskId -eq $_.TaskId }
            $told | Should -Be $true, $true
        }

        It 'sets and appends to -OutVariable and -ErrorVariable' {
            $null = Get-VodPreheatResult a, '' -OutVariable out -ErrorVariable failed -ErrorAction SilentlyContinue
            $null = 'b', ' ' | Wait-VodPreheat -OutVariable +out -ErrorVariable +failed -ErrorAction SilentlyContinue
            $out.TaskId | Should -Be 'a', 'b'
            $failed.ForEach({ Get-ErrorId $_ }) | Should -Be 'VodInvalidTaskId', 'VodInvalidTaskId'
        }
    }

    Context 'with deserialized objects, from <_>' -ForEach Clixml, JSON {
        BeforeEach {
            $script:way = $_
            Connect-Once $server
        }

        It 'keeps all properties' {
            $task = Start-VodPreheat (Get-SampleUrl 2)
            $row = Get-VodPreheatResult a
            $taskCopy, $rowCopy = Copy-Through $way $task, $row
            $taskCopy.PSObject.Properties.Name | Should -Be $task.PSObject.Properties.Name
            $taskCopy.TaskId | Should -BeExactly $task.TaskId
            $taskCopy.Url | Should -Be $task.Url
            $taskCopy.AssetId | Should -Be $null
            # The engine makes a bag of properties of it in one, a local time in the other.
            $at = $way -eq 'Clixml' ? $taskCopy.SubmittedAt : [datetimeoffset] $taskCopy.SubmittedAt
            $at.UtcTicks | Should -Be $task.SubmittedAt.UtcTicks
            foreach ($name in $row.PSObject.Properties.Name) { $rowCopy.$name | Should -BeExactly $row.$name }
            if ($way -eq 'Clixml') {
                $taskCopy.PSTypeNames[0] | Should -Be 'Deserialized.VodPreheat.PreheatTask'
                $rowCopy.PSTypeNames[0] | Should -Be 'Deserialized.VodPreheat.PreheatingResult'
            }
        }

        It 'waits for, queries, and submits a task' {
            $task = Copy-Through $way (Start-VodPreheat (Get-SampleUrl 2))
            ($task | Wait-VodPreheat -PollIntervalSec 1).Url | Should -Be (Get-SampleUrl 2)
            ($task | Get-VodPreheatResult).Url | Should -Be (Get-SampleUrl 2)
            ($task | Start-VodPreheat).Url | Should -Be (Get-SampleUrl 2)
        }

        It 'queries and submits a result' {
            $row = Copy-Through $way (Get-VodPreheatResult a)
            ($row | Get-VodPreheatResult).TaskId | Should -Be 'a'
            ($row | Start-VodPreheat).Url | Should -Be $row.Url
        }

        It 'reports that the task of an asset has no URL, and submits its asset by -AssetId' {
            $task = Copy-Through $way ([pscustomobject]@{ AssetId = 'film' } | Start-VodPreheat)
            $task | Start-VodPreheat -ErrorVariable failure -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            Assert-Failure $failure[0] VodInvalidUrl InvalidArgument '-AssetId'
            (Start-VodPreheat -AssetId $task.AssetId).AssetId | Should -Be 'film'
            $server.SubmittedAssets | Should -Be 'film', 'film'
        }
    }

    Context 'in jobs' {
        It 'receives objects from Start-Job that can be used' {
            $endpoint = "$($server.Endpoint)"
            $job = Start-Job {
                Import-Module $using:Manifest
                Connect-VodAccount -Region cn-north-4 -Endpoint $using:endpoint
                Start-VodPreheat https://cdn.example.com/1.mp4
                Get-VodPreheatResult a
                Get-VodPreheatResult ''
            }
            try {
                $outcome = Get-Outcome { $job | Receive-Job -Wait }
            } finally {
                $job | Remove-Job -Force
            }
            $outcome.Failure | Should -BeNullOrEmpty
            $outcome.Output.ForEach({ $_.PSTypeNames[0] }) | Should -Be 'Deserialized.VodPreheat.PreheatTask', 'Deserialized.VodPreheat.PreheatingResult'
            Get-ErrorId $outcome.Errors[0] | Should -Be 'VodInvalidTaskId'
            "$($outcome.Errors[0])" | Should -Match 'Start-VodPreheat'
            Connect-Once $server
            ($outcome.Output[0] | Wait-VodPreheat -PollIntervalSec 1).Status | Should -Be 'succeed'
        }

        It 'stops all requests on Stop-Job of a Start-ThreadJob' {
            $others = $server.OpenConnections
            $connection = Connect-Once $server @{ PassThru = $true }
            $null = Get-VodPreheatResult warm
            $server.LatencyMs = 60000
            $job = Start-ThreadJob {
                Import-Module $using:Manifest
                Get-VodPreheatResult (1..20) -Connection $using:connection
            }
            try {
                Wait-Until { $server.RequestCount -eq 9 }
                $job | Stop-Job
                Wait-Until { $server.OpenConnections -le $others }
                $job.State | Should -Be 'Stopped'
            } finally {
                $job | Remove-Job -Force
            }
            $server.RequestCount | Should -Be 9
        }
    }

    Context 'in a scheduled script' {
        BeforeAll {
            $script:work = @"
Start-VodPreheat $longUrl | Wait-VodPreheat -PollIntervalSec 1
Get-VodPreheatResult '' -ErrorAction Continue
Get-VodPreheatResult '$('x' * 300)' | Format-List Url
exit 3
"@
            # A runner may have colours off.
            $script:noColor = $env:NO_COLOR
            $env:NO_COLOR = $null
        }

        AfterAll { $env:NO_COLOR = $noColor }

        It 'runs without a terminal, with complete URLs and an exit code' {
            $text = $null | & $pwsh -NoProfile -NonInteractive -File (New-Script $work) 2>&1 | Out-String -Width 4096
            $LASTEXITCODE | Should -Be 3
            $text -replace '\s' | Should -Match ([regex]::Escape($longUrl))
            $text -replace '\s' | Should -Match ('x' * 300)
            $text | Should -Match 'task id is empty or blank'
        }

        It 'runs on a terminal' -Skip:(-not $hasTerminal) {
            $command = "stty cols 80 rows 25; '$pwsh' -NoProfile -NonInteractive -File '$(New-Script $work)'"
            $text = script -qec $command /dev/null | Out-String -Width 4096
            $LASTEXITCODE | Should -Be 3
            $text | Should -Match 'succeed'
            $text | Should -Match "`u{2026}" -Because 'the URL is cut to the width'
            $text | Should -Match 'task id is empty or blank'
        }

        It 'runs on a terminal that has no size' -Skip:(-not $hasTerminal) {
            $text = script -qec "stty cols 0 rows 0; '$pwsh' -NoProfile -NonInteractive -File '$(New-Script $work)'" /dev/null | Out-String -Width 4096
            $LASTEXITCODE | Should -Be 3
            $text | Should -Match 'succeed'
        }

        It 'writes complete URLs without color codes to a file, <Name>' -ForEach @(
            @{ Name = 'redirected by the shell'; Inner = ''; Outer = "> 'FILE'" }
            @{ Name = 'redirected in the script'; Inner = "> 'FILE'"; Outer = '' }
        ) {
            $file = Join-Path $TestDrive "$([guid]::NewGuid()).txt"
            $server.SetTask('long', "succeed $longUrl", 'failed https://cdn.example.com/2.mp4')
            $run = "'$pwsh' -NoProfile -NonInteractive -File '$(New-Script "Get-VodPreheatResult long $($Inner.Replace('FILE', $file))")' $($Outer.Replace('FILE', $file))"
            sh -c $run
            $LASTEXITCODE | Should -Be 0
            $text = Get-Content $file -Raw
            # Behind a shell's redirection the engine itself leaves its colours in the header; a row must begin with its status.
            $text | Should -Match '(?m)^failed '
            if (-not $Outer) { $text | Should -Not -Match "`e" }
            $text -replace '\s' | Should -Match ([regex]::Escape($longUrl))
        }

        It 'cannot prompt for a secret key, which causes an error immediately' {
            $text = Invoke-Child {
                param($manifest)
                $ErrorActionPreference = 'Stop'
                Import-Module $manifest
                try { Connect-VodAccount -AccessKey SOMEKEY -Region cn-north-4 -ProjectId p } catch { "caught $($_.FullyQualifiedErrorId): $_" }
                "connected: $([bool] (Get-VodConnection))"
            } $Manifest
            $LASTEXITCODE | Should -Be 0
            $text | Should -Match 'caught .*NonInteractive'
            $text | Should -Match 'AccessKey'
            $text | Should -Match 'connected: False'
        }
    }

    Context 'under an output encoding of ASCII' {
        It 'does not change IDs and URLs, in requests and in objects' {
            $id = "`u{e9}`u{4e2d}`u{1f600}"
            $url = "https://cdn.example.com/`u{e9}`u{4e2d}.mp4"
            $server.SetTask($id, "succeed $url")
            $text = & $pwsh -NoProfile -NonInteractive -File (New-Script @'
[Console]::OutputEncoding = $OutputEncoding = [Text.Encoding]::ASCII
$row = Get-VodPreheatResult "`u{e9}`u{4e2d}`u{1f600}"
$row | ConvertTo-Json -EscapeHandling EscapeNonAscii -Compress
$null = Start-VodPreheat $row.Url
$row | Out-String
'@) | Out-String -Width 4096
            $LASTEXITCODE | Should -Be 0
            $server.Requests[0].TaskId | Should -BeExactly $id
            $server.SubmittedUrls | Should -BeExactly $url
            $row = $text.Split("`n")[0] | ConvertFrom-Json
            $row.TaskId | Should -BeExactly $id
            $row.Url | Should -BeExactly $url
            $text | Should -Match 'cdn\.example\.com/\?\?\.mp4'
        }
    }
}

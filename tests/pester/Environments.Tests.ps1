# The environment of the module: time zones, strict mode, preferences, common parameters, and encodings.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/submit.common.ps1"
    . "$PSScriptRoot/script.common.ps1"
}

AfterAll { $server.Dispose() }

Describe 'The environment of the module' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
        Set-SignIn
    }

    AfterEach { Clear-Session }

    # Windows has the time zone of the machine only.
    Context 'in the time zone <Zone>' -Skip:$IsWindows -ForEach @(
        @{ Zone = 'Pacific/Kiritimati'; Offset = '14:00:00' }
        @{ Zone = 'America/St_Johns'; Offset = '-03:30:00' }
    ) {
        It 'has correct signatures, renewals, and times' {
            $server.AddUser('ops', 'password', 'acme')
            $env:TZ = $Zone
            try {
                $written = Invoke-Child {
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
            $written.Offset | Should -Be $Offset
            $written.Rows | Should -Be 2
            [math]::Round($written.Left) | Should -Be 24
            $written.Age | Should -BeGreaterOrEqual 0
            $written.Age | Should -BeLessThan 60
            # If the token had seemed to be expired, another one would have been requested.
            $server.TokensIssued | Should -Be 1
        }
    }

    Context 'under strict mode' {
        It 'works and is displayed in all views' {
            $written = Complete-Aside (Invoke-Aside {
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
            $written[-1] | Should -Be 'end'
            $written | Should -Not -Contain 'not strict'
            $written[0] | Should -Match 'AccessKey'
            $written[3] | Should -Match '1\.mp4'
            $written[5] | Should -Match 'task id is empty or blank'
        }
    }

    Context 'under $PSDefaultParameterValues' {
        It 'is used for <Name>' -ForEach @(
            @{ Name = 'ThrottleLimit'; Values = @{ 'Get-VodPreheatResult:ThrottleLimit' = 2 }; Test = { $server.MaxInFlight | Should -Be 2 } }
            @{ Name = 'Verbose'; Values = @{ '*-Vod*:Verbose' = $true }; Test = { $written.Where({ $_ -is [Management.Automation.VerboseRecord] }).Count | Should -BeGreaterOrEqual 12 } }
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
                Set-Variable written (@(Get-VodPreheatResult $ids 4>&1)) -Scope Script
            }
            if ($Name -ne 'ErrorAction') { $written.Where({ $_ -is [VodPreheat.PreheatingResult] }).Count | Should -Be 12 }
            & $Test
            Disconnect-VodAccount -Connection $other
        }
    }

    Context 'under $ErrorActionPreference' {
        # Errors.Tests.ps1 tests -ErrorAction of a query. Here: the preference variable, and the cmdlets that submit and wait.
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
            $written = $failure = $null
            try {
                $written = & {
                    if ($By -eq 'preference') { $ErrorActionPreference = $Action }
                    & $Command
                } 2>&1
            } catch {
                $failure = $_
            }
            if ($Action -eq 'Stop') {
                Get-ErrorId $failure | Should -Be $Id

                # The URLs before the error are submitted first.
                $server.SubmittedUrls | Where-Object { $_ -notlike '*/good.mp4' } | Should -BeNullOrEmpty
            } else {
                $failure | Should -BeNullOrEmpty
                $errors, $output = @($written).Where({ $_ -is [Management.Automation.ErrorRecord] }, 'Split')
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
            $written = Get-VodPreheatResult a, b -PipelineVariable row | ForEach-Object { "$($row.TaskId)=$($_.TaskId)" }
            $written | Should -Be 'a=a', 'b=b'
            $written = Get-SampleUrl 20 | Start-VodPreheat -PipelineVariable task | ForEach-Object { $task.TaskId -eq $_.TaskId }
            $written | Should -Be $true, $true
        }

        It 'sets and appends to -OutVariable and -ErrorVariable' {
            $null = Get-VodPreheatResult a, '' -OutVariable out -ErrorVariable failed -ErrorAction SilentlyContinue
            $null = 'b', ' ' | Wait-VodPreheat -OutVariable +out -ErrorVariable +failed -ErrorAction SilentlyContinue
            $out.TaskId | Should -Be 'a', 'b'
            $failed.ForEach({ Get-ErrorId $_ }) | Should -Be 'VodInvalidTaskId', 'VodInvalidTaskId'
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

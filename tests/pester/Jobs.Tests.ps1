# The module in jobs and in scheduled scripts, with and without a terminal, and with the deserialized objects of another process.

BeforeDiscovery {
    $script:hasTerminal = [bool] (Get-Command script -CommandType Application -ErrorAction Ignore)
    if (-not $hasTerminal) { Write-Host "SKIPPED LOUDLY: there is no 'script' here, so nothing is tested on a terminal." -ForegroundColor Red }
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/submit.common.ps1"
    . "$PSScriptRoot/script.common.ps1"
    $script:longUrl = "https://cdn.example.com/$('long/' * 60)end.mp4"

    # Serializes and deserializes objects, as for another process.
    function Copy-Through([string] $Way, [object[]] $Objects) {
        switch ($Way) {
            'Clixml' { $Objects | Export-Clixml TestDrive:/copy.xml; Import-Clixml TestDrive:/copy.xml }
            'JSON' { ConvertTo-Json $Objects -Depth 4 | ConvertFrom-Json }
        }
    }
}

AfterAll { $server.Dispose() }

Describe 'Jobs and scheduled scripts' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
        Set-SignIn
    }

    AfterEach { Clear-Session }

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
            # PowerShell deserializes it as a property bag from CliXml, and as local time from JSON.
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

        It 'submits the asset of a task again' {
            $task = Copy-Through $way (Start-VodPreheat -AssetId film)
            ($task | Start-VodPreheat).AssetId | Should -Be 'film'
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
            # The column of URLs in a table, whose long URLs continue on the next lines.
            function Get-UrlColumn([string] $Text) {
                $lines = $Text -replace '\e\[[\d;]*m' -split '\r?\n'
                $header = $lines -match '^Status +Url +TaskId' | Select-Object -First 1
                $from, $to = $header.IndexOf('Url'), $header.IndexOf('TaskId')
                $lines.Where({ $_.Length -gt $from }).ForEach({ $_.Substring($from, [Math]::Min($to, $_.Length) - $from).Trim() }) -join ''
            }

            # A CI system can disable colors.
            $script:noColor = $env:NO_COLOR
            $env:NO_COLOR = $null
        }

        AfterAll { $env:NO_COLOR = $noColor }

        It 'runs without a terminal, with complete URLs and an exit code' {
            $text = $null | & $pwsh -NoProfile -NonInteractive -File (New-Script $work) 2>&1 | Out-String -Width 4096
            $LASTEXITCODE | Should -Be 3
            Get-UrlColumn $text | Should -Match ([regex]::Escape($longUrl))
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
            @{ Name = 'redirected by the shell'; Inner = '' }
            @{ Name = 'redirected in the script'; Inner = "> 'FILE'" }
        ) {
            $file = Join-Path $TestDrive "$([guid]::NewGuid()).txt"
            $server.SetTask('long', "succeed $longUrl", 'failed https://cdn.example.com/2.mp4')
            $arguments = '-NoProfile', '-NonInteractive', '-File', "`"$(New-Script "Get-VodPreheatResult long $($Inner.Replace('FILE', $file))")`""

            # As a shell does it: the output of the process is the file.
            $process = Start-Process $pwsh $arguments -RedirectStandardOutput ($Inner ? "$file.shell" : $file) -NoNewWindow -Wait -PassThru
            $process.ExitCode | Should -Be 0
            $text = Get-Content $file -Raw
            # If the shell redirects, PowerShell itself writes its colors in the header. A row must begin with its status.
            $text | Should -Match '(?m)^failed '
            if ($Inner) { $text | Should -Not -Match "`e" }
            Get-UrlColumn $text | Should -Match ([regex]::Escape($longUrl))
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
}

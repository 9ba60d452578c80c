# Invoke-VodPreheat for a premiere: -Deadline, -InputProperty, -Diagnose, -WhatIf and -Confirm, and how the end is reported.

BeforeAll {
    . $PSScriptRoot/common.ps1
    . $PSScriptRoot/submit.common.ps1
    $server = $TestServer::Start()

    # What -WhatIf and -Confirm ask, which is also a verbose line.
    function Get-Question([scriptblock] $Script) {
        $line = (& $Script 4>&1) | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] -and "$_" -like 'Performing*' }
        [regex]::Match("$line", 'on target "(.*)"').Groups[1].Value
    }
}

AfterAll {
    Clear-Session
    $server.Dispose()
}

Describe 'Invoke-VodPreheat for a premiere' {
    BeforeEach {
        $clock = Use-Clock 5 $server
        $server.PollsUntilDone = 0
        $PSDefaultParameterValues = @{ 'Invoke-VodPreheat:PollIntervalSec' = 1 }
        Connect-Server $server
    }

    AfterEach { Clear-Session }

    Context '-Deadline' {
        BeforeEach {
            $null = Use-Clock 1 $server
            Connect-Server $server
        }

        It 'in the past is an error before anything is sent' {
            foreach ($deadline in [DateTimeOffset]::Now.AddSeconds(-1), [DateTimeOffset]::MinValue) {
                $failure = Get-Failure { Get-SampleUrl 2 | Invoke-VodPreheat -Deadline $deadline }
                Assert-Failure $failure 'VodWaitTimeout' OperationTimeout '-Deadline'
            }
            $server.RequestCount | Should -Be 0
        }

        It 'ends the job, and the earlier of both counts' {
            $server.PollsUntilDone = 1000
            $times = @{ Deadline = [DateTimeOffset]::Now.AddSeconds(2) }, @{ Deadline = [DateTimeOffset]::Now.AddSeconds(2); TimeoutSec = 3000 },
            @{ Deadline = [DateTimeOffset]::MaxValue; TimeoutSec = 1 }
            foreach ($time in $times) {
                if ($time.Deadline -lt [DateTimeOffset]::MaxValue) { $time.Deadline = [DateTimeOffset]::Now.AddSeconds(1) }
                $run = Get-Outcome { Get-SampleUrl 1 | Invoke-VodPreheat @time -WarningAction Ignore }
                $run.Output.Status | Should -BeIn 'processing', 'notSubmitted'
                Assert-Failure $run.Errors[0] 'VodWaitTimeout' OperationTimeout
            }
        }

        It 'can be days away, and then nothing else limits the time' {
            $outcome = Get-SampleUrl 1 | Invoke-VodPreheat -Deadline ([DateTimeOffset]::MaxValue)
            $outcome.Status | Should -Be 'succeed'
        }
    }

    Context '-InputProperty' {
        It 'copies properties of the input object to its outcome, before Url, and of the first object for a repeated URL' {
            $rows = 'Title,PlayUrl,Row', 'One,https://cdn.example.com/1.mp4,1', 'Two,https://cdn.example.com/2.mp4,2', 'Again,https://cdn.example.com/1.mp4,3', 'Bad,nonsense,4', 'Empty,,5' | ConvertFrom-Csv
            $outcomes = $rows | Invoke-VodPreheat -Url { $_.PlayUrl } -InputProperty Title, Row, missing, title -WarningAction Ignore | Sort-Object { [int] $_.Row }
            $outcomes | Should -HaveCount 4
            $outcomes.Title | Should -Be One, Two, Bad, Empty
            $outcomes.Status | Should -Be succeed, succeed, rejected, rejected
            $outcomes[0] | Should -BeOfType ([VodPreheat.PreheatOutcome])
            $outcomes[0].PSObject.Properties.Name[0..3] | Should -Be Title, Row, missing, Url
            ($outcomes | ConvertTo-Csv)[0] | Should -BeLike '"Title","Row","missing","Url","Status",*'
            $outcomes[0].missing | Should -BeNullOrEmpty
        }

        It 'reads a Url property, a hashtable, and a string' {
            $outcomes = @([pscustomobject]@{ Url = 'https://cdn.example.com/1.mp4'; Title = 'One' }
                'https://cdn.example.com/2.mp4'
                @{ Url = 'https://cdn.example.com/3.mp4'; Title = 'Three' }) | Invoke-VodPreheat -InputProperty Title | Sort-Object Url
            $outcomes.Title | Should -Be One, $null, Three
        }

        It 'has nothing to copy for an argument' {
            (Invoke-VodPreheat https://cdn.example.com/1.mp4 -InputProperty Title).PSObject.Properties.Name[0] | Should -Be 'Title'
        }

        It 'refuses the name <_>' -ForEach 'Url', 'status', 'Finding', '' {
            $name = $_
            (Get-Failure { 'https://cdn.example.com/1.mp4' | Invoke-VodPreheat -InputProperty $name }).FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentValidationError*'
            $server.RequestCount | Should -Be 0
        }

        It 'copies to the outcome of a row without a URL' {
            $outcome = [pscustomobject]@{ Url = ''; Title = 'No URL' } | Invoke-VodPreheat -InputProperty Title -WarningAction Ignore
            $outcome.Title, $outcome.Status | Should -Be 'No URL', 'rejected'
        }
    }

    Context '-Diagnose' {
        It 'adds what to check to URLs that failed' {
            Connect-VodAccount -Sandbox
            $outcomes = 'https://cdn.example.com/1-fail.mp4', 'https://cdn.example.com/2.mp4' | Invoke-VodPreheat -Diagnose -WarningAction Ignore
            $failed = $outcomes | Where-Object Status -EQ failed
            $failed.Finding | Should -Be 'AccessDenied'
            $failed.Detail | Should -Match 'referer'
            ($outcomes | Where-Object Status -EQ succeed).Finding | Should -BeNullOrEmpty
        }

        It 'requests nothing but the URL that failed, from the CDN, without credentials' {
            $edge = [VodPreheat.TestServer.EdgeServer]::Start()
            try {
                $site = $edge.Endpoint.GetLeftPart('Authority')
                $edge.SetFile('/fail.mp4', 404)
                $outcomes = "$site/fail.mp4", "$site/good.mp4" | Invoke-VodPreheat -Diagnose -MaximumResubmit 1 -WarningAction Ignore
                ($outcomes | Where-Object Status -EQ failed).Finding | Should -Be 'NotFound'
                $edge.Requests.Target | Select-Object -Unique | Should -Be '/fail.mp4'
                $edge.Requests | ForEach-Object { $_.Headers.Keys -match 'Auth|Sdk|Project' | Should -BeNullOrEmpty }
            } finally {
                $edge.Dispose()
            }
        }
    }

    Context '-WhatIf and -Confirm' {
        It 'say what is submitted, what is in tasks already, and what was submitted today, and name the connection' {
            $null = Get-SampleUrl 100 | Start-VodPreheat
            $sent = $server.RequestCount
            $today = [DateTimeOffset]::Now.AddHours(-1)
            Get-Question { Get-SampleUrl 300 | Invoke-VodPreheat -ResumeSince $today -WhatIf -Verbose } | Should -BeNullOrEmpty -Because '-WhatIf goes to the host'
            Get-Question { @(Get-SampleUrl 300) + 'nonsense' | Invoke-VodPreheat -ResumeSince $today -Confirm:$false -Verbose -TimeoutSec 5 -WarningAction Ignore -ErrorAction Ignore } |
                Should -Be "200 URLs in 20 requests, project $($TestServer::DefaultProjectId) in cn-north-4; 100 URLs that are in tasks already are waited for; 1 URL is invalid and rejected; 100 URLs were submitted today"
            $server.SubmittedUrls.Count | Should -BeGreaterOrEqual $sent
        }

        It 'warn of URLs that were accepted shortly before -ResumeSince' {
            $null = Get-SampleUrl 3 | Start-VodPreheat
            Get-SampleUrl 5 | Invoke-VodPreheat -ResumeSince $clock.GetUtcNow() -WhatIf -WarningVariable warnings -WarningAction SilentlyContinue
            $warnings | Should -BeLike 'According to the journal, 3 of the URLs *'
        }

        It 'name the sandbox, and send nothing' {
            $text = Invoke-Child {
                param($manifest)
                Import-Module $manifest
                Connect-VodAccount -Sandbox
                'https://cdn.example.com/1.mp4' | Invoke-VodPreheat -WhatIf
            } $Manifest
            ($text -replace '\s+', ' ').Trim() | Should -Be 'What if: Performing the operation "Pre-load into the CDN and wait" on target "1 URL in 1 request, the sandbox; 0 URLs were submitted today".'
        }
    }

    Context 'the end' {
        It 'is one warning if a URL is not loaded, and one record with everything' {
            $urls = @(Get-SampleUrl 10) + 'https://cdn.example.com/fail.mp4' + 'nonsense'
            $null = $urls | Invoke-VodPreheat -WarningVariable warnings -InformationVariable records -WarningAction Ignore
            "$warnings" | Should -Be '2 of 12 URLs were not loaded: 1 failed, 1 rejected.'
            $summary = @($records | Where-Object Tags -Contains VodPreheatSummary)
            $summary | Should -HaveCount 1
            "$summary" | Should -Match "^12 URLs in \d:\d\d:\d\d: 10 loaded, 1 failed, 1 rejected; project $($TestServer::DefaultProjectId) in cn-north-4, $($TestServer::DefaultAccessKey)$"
        }

        It 'is no warning if every URL is loaded' {
            $null = Get-SampleUrl 2 | Invoke-VodPreheat -WarningVariable warnings -InformationVariable records
            $warnings | Should -BeNullOrEmpty
            "$($records | Where-Object Tags -Contains VodPreheatSummary)" | Should -BeLike '2 URLs in 0:00:0?: 2 loaded; *'
        }

        It 'comes before the error that ends the job' {
            $server.RemoveAccessKey($TestServer::DefaultAccessKey)
            $all = [Collections.Generic.List[object]]::new()
            try { Get-SampleUrl 2 | Invoke-VodPreheat *>&1 | ForEach-Object { $all.Add($_) } } catch { $all.Add($_) }
            $all | ForEach-Object { $_.GetType().Name } | Should -Be PreheatOutcome, PreheatOutcome, WarningRecord, InformationRecord, ErrorRecord
            "$($all[2])" | Should -Be '2 of 2 URLs were not loaded: 2 not submitted.'
        }
    }
}

# Whatever ends the command, a failure after which nothing more is sent is reported, and every URL that the command received
# is in a task or in the TargetObject of exactly one error.

BeforeAll {
    . $PSScriptRoot/common.ps1
    . $PSScriptRoot/submit.common.ps1
    $server = $TestServer::Start()

    # Each URL exactly once: in a task, or in its error.
    function Assert-NothingLost([string[]] $Given, $Tasks, $Errors) {
        @($Tasks.Url) + @($Errors.TargetObject) | Where-Object { $_ } | Sort-Object | Should -Be ($Given | Sort-Object)
    }

    # Runs a script and stops it, as Ctrl+C does, when the condition is true. Returns the variables and errors of the session afterwards.
    function Invoke-Stopped([scriptblock] $Script, [scriptblock] $When, [object[]] $ArgumentList) {
        $run = Invoke-Aside $Script $ArgumentList
        Wait-Until $When
        $stop = $run.Shell.BeginStop($null, $null)
        Wait-Until { $stop.IsCompleted -and $run.Result.IsCompleted }
        $session = $run.Shell.Runspace.SessionStateProxy
        [pscustomobject]@{ Output = @($run.Output); Errors = @($session.GetVariable('Error')); Kept = @($session.GetVariable('kept')).Where({ $_ }) }
        $run.Shell.Dispose()
    }
}

AfterAll {
    Disconnect-VodAccount
    $server.Dispose()
}

Describe 'Start-VodPreheat, early end' {
    BeforeEach {
        $server.Reset()
        Connect-Server $server
    }

    Context 'a used-up quota' {
        It 'stops the submission, and one error at the end has everything that was not submitted' {
            $server.Quota = 12
            $read = [Collections.Generic.List[string]]::new()
            $run = Get-Outcome { Get-SampleUrl 35 | ForEach-Object { $read.Add($_); $_ } | Start-VodPreheat }
            $read.Count | Should -Be 35
            $server.RequestCount | Should -Be 2
            $run.Output.Url | Should -Be (Get-SampleUrl 10)
            $run.Failure | Should -BeNullOrEmpty
            $run.Errors.Count | Should -Be 1
            Assert-Failure $run.Errors[0] 'VOD.10086' 'QuotaExceeded' '^25 URLs were not submitted', 'next day'
            $run.Errors[0].TargetObject | Should -Be (Get-SampleUrl 25 -From 11)
            $run.Errors[0].Exception.AcceptedTaskId | Should -Be $run.Output.TaskId
        }

        It 'does not end a Wait-VodPreheat downstream' {
            $server.Quota = 10
            $run = Get-Outcome { Get-SampleUrl 11 | Start-VodPreheat | Wait-VodPreheat -PollIntervalSec 1 }
            $run.Failure | Should -BeNullOrEmpty
            $run.Output.Url | Should -Be (Get-SampleUrl 10)
            $run.Errors.TargetObject | Should -Be (Get-SampleUrl 1 -From 11)
            "$($run.Errors)" | Should -BeLike '1 URL was not submitted*'
        }

        It 'does not hide an invalid URL' {
            $server.Quota = 0
            $run = Get-Outcome { @(Get-SampleUrl 10) + 'nonsense' + @(Get-SampleUrl 2 -From 11) | Start-VodPreheat }
            $run.Errors.ForEach({ Get-ErrorId $_ }) | Should -Be 'VodInvalidUrl', 'VOD.10086'
            $run.Errors[0].TargetObject | Should -Be 'nonsense'
            $run.Errors[1].TargetObject | Should -Be (Get-SampleUrl 12)
        }

        It 'also applies to assets' {
            $server.Quota = 1
            $run = Get-Outcome { Start-VodPreheat -AssetId a1, a2, a3 }
            $run.Output.AssetId | Should -Be 'a1'
            $run.Errors.Count | Should -Be 1
            "$($run.Errors)" | Should -BeLike '2 assets were not submitted*'
            $run.Errors[0].TargetObject | Should -Be 'a2', 'a3'
            $server.RequestCount | Should -Be 2
        }

        It 'is reported immediately with -ErrorAction Stop, with the URLs received so far: <From>' -ForEach @(
            @{ From = 'from the pipeline'; Submit = { Get-SampleUrl 35 | Start-VodPreheat -ErrorAction Stop }; Left = 10 }
            @{ From = 'as an array'; Submit = { Start-VodPreheat (Get-SampleUrl 35) -ErrorAction Stop }; Left = 25 }
            @{ From = 'by the preference'; Submit = { $ErrorActionPreference = 'Stop'; Get-SampleUrl 35 | Start-VodPreheat }; Left = 10 }
        ) {
            $server.Quota = 12
            $run = Get-Outcome $Submit
            $run.Output.Url | Should -Be (Get-SampleUrl 10)
            Assert-Failure $run.Failure 'VOD.10086' 'QuotaExceeded'
            $run.Failure.TargetObject | Should -Be (Get-SampleUrl $Left -From 11)
            $run.Failure.Exception.AcceptedTaskId | Should -Be $run.Output.TaskId
            "$($run.Failure)" | Should -Not -BeLike "*$($run.Output.TaskId)*"
            $server.RequestCount | Should -Be 2
        }
    }

    Context 'refused credentials' {
        It 'cause an error with everything that was not submitted, if <What> during the command' -ForEach @(
            @{ What = 'the access key is deleted'; Id = 'APIGW.0301'; Connect = @{}; Break = { $server.RemoveAccessKey($TestServer::DefaultAccessKey) } }
            @{ What = 'the token is revoked'; Id = 'APIGW.0301'; Connect = @{ Token = 'a-token' }; Break = { $server.RevokeToken('a-token') } }
            @{ What = 'the token ends'; Id = 'APIGW.0307'; Connect = @{ Token = 'a-token' }; Break = { $server.ExpireToken('a-token') } }
        ) {
            if ($Connect.Token) {
                $server.AddToken($Connect.Token, $TestServer::DefaultProjectId)
                Connect-Server $server @{ Token = ConvertTo-Secret $Connect.Token }
            }

            $run = Get-Outcome { Get-SampleUrl 35 | Start-VodPreheat | ForEach-Object { & $Break; $_ } }
            $run.Output.Url | Should -Be (Get-SampleUrl 10)
            Assert-Failure $run.Failure $Id 'AuthenticationError'
            $run.Failure.TargetObject | Should -Be (Get-SampleUrl 25 -From 11)
            $run.Failure.Exception.AcceptedTaskId | Should -Be $run.Output.TaskId
            $server.RequestCount | Should -Be 2
        }

        It 'are reported immediately with -ErrorAction Stop' {
            $server.AddFault('Unauthorized401')
            $read = [Collections.Generic.List[string]]::new()
            $failure = Get-Failure { Get-SampleUrl 35 | ForEach-Object { $read.Add($_); $_ } | Start-VodPreheat -ErrorAction Stop }
            Assert-Failure $failure 'APIGW.0301' 'AuthenticationError'
            $failure.TargetObject | Should -Be (Get-SampleUrl 10)
            $read.Count | Should -Be 10
        }
    }

    Context 'a service that requests a delay of an hour' {
        It 'receives no further request' {
            $server.AddAnswer(429, '{"error_code":"APIGW.0308","error_msg":"limit"}', 'application/json', 'Retry-After', '3600')
            $run = Get-Outcome { Get-SampleUrl 25 | Start-VodPreheat }
            $server.RequestCount | Should -Be 1
            $run.Failure | Should -BeNullOrEmpty
            $run.Errors.Count | Should -Be 1
            Assert-Failure $run.Errors[0] 'APIGW.0308' 'LimitsExceeded' 'wait 60 minutes'
            $run.Errors[0].TargetObject | Should -Be (Get-SampleUrl 25)
        }
    }

    Context 'an error for one URL, with -ErrorAction Stop' {
        It 'is thrown after its batch was submitted: <Where>, <From>' -ForEach @(
            foreach ($where in 'first', 'in the middle', 'last') { foreach ($from in 'pipeline', 'array') { @{ Where = $where; From = $from } } }
        ) {
            $at = @{ first = 0; 'in the middle' = 4; last = 9 }[$Where]
            $given = [Collections.Generic.List[string]] (Get-SampleUrl 9)
            $given.Insert($at, 'nonsense')
            $run = Get-Outcome {
                if ($From -eq 'array') { Start-VodPreheat $given -ErrorAction Stop } else { $given | Start-VodPreheat -ErrorAction Stop }
            }
            Assert-Failure $run.Failure 'VodInvalidUrl' 'InvalidArgument'
            $run.Failure.TargetObject | Should -Be 'nonsense'
            $server.SubmittedUrls | Should -Be (Get-SampleUrl 9)
            $run.Failure.Exception.AcceptedTaskId | Should -Be $run.Output.TaskId
        }

        It 'causes another error with the URLs after it' {
            $given = @(Get-SampleUrl 9) + 'nonsense' + @(Get-SampleUrl 19 -From 10)
            $caught = try { Start-VodPreheat $given -ErrorAction Stop -OutVariable tasks -ErrorVariable kept } catch { $_; $known = $Error[0, 1] }
            Get-ErrorId $caught[1] | Should -Be 'VodInvalidUrl'
            $tasks.Url | Should -Be (Get-SampleUrl 10)
            $left = $known.Where({ (Get-ErrorId $_) -eq 'VodSubmissionStopped' })[0]
            Assert-Failure $left 'VodSubmissionStopped' 'OperationStopped' '^18 URLs were not submitted'
            $left.FullyQualifiedErrorId | Should -Be 'VodSubmissionStopped,VodPreheat.Commands.StartVodPreheatCommand'
            $left.TargetObject | Should -Be (Get-SampleUrl 18 -From 11)
            $left.Exception.AcceptedTaskId | Should -Be $tasks.TaskId
            $kept[-1].TargetObject | Should -Be $left.TargetObject
        }

        It 'is not lost if its batch fails' {
            $server.AddFault('PermissionVod')
            $given = @('nonsense') + @(Get-SampleUrl 10)
            $failure = try { Start-VodPreheat $given -ErrorAction Stop -ErrorVariable kept } catch { $_ }
            Get-ErrorId $failure | Should -Be 'VOD.10074'
            $failure.TargetObject | Should -Be (Get-SampleUrl 10)
            $kept[-1].TargetObject | Should -Be 'nonsense'
        }
    }

    Context 'another command in the pipeline' {
        It 'causes no loss: <What>' -ForEach @(
            @{ What = 'an error upstream'; Run = { & { Get-SampleUrl 13; throw 'upstream' } | Start-VodPreheat -OutVariable tasks -ErrorVariable kept } ; Given = 13; Left = 3 }
            @{ What = 'an error downstream'; Run = { Start-VodPreheat (Get-SampleUrl 25) -OutVariable tasks -ErrorVariable kept | ForEach-Object { throw 'downstream' } }; Given = 25; Left = 15 }
            @{ What = 'Select-Object -First'; Run = { Start-VodPreheat (Get-SampleUrl 25) -OutVariable tasks -ErrorVariable kept | Select-Object -First 1 }; Given = 25; Left = 15 }
            @{ What = 'break'; Run = { foreach ($once in 1) { Start-VodPreheat (Get-SampleUrl 25) -OutVariable tasks -ErrorVariable kept | ForEach-Object { break } } }; Given = 25; Left = 15 }
            @{ What = '-ErrorVariable that adds'; Run = { $kept = [Collections.ArrayList]::new(); Start-VodPreheat (Get-SampleUrl 25) -OutVariable tasks -ErrorVariable +kept | Select-Object -First 1 }; Given = 25; Left = 15 }
        ) {
            $Error.Clear()
            $shown = @(try { . $Run 2>&1 } catch { }).Where({ $_ -is [Management.Automation.ErrorRecord] })
            Assert-NothingLost (Get-SampleUrl $Given) $tasks $kept
            $kept.Count | Should -Be 1
            Assert-Failure $kept[0] 'VodSubmissionStopped' 'OperationStopped' "^$Left URLs were not submitted"
            $kept[0].FullyQualifiedErrorId | Should -Be 'VodSubmissionStopped,VodPreheat.Commands.StartVodPreheatCommand'
            $kept[0].Exception.AcceptedTaskId | Should -Be $tasks.TaskId
            @($Error).Where({ (Get-ErrorId $_) -eq 'VodSubmissionStopped' }).Count | Should -Be 1
            $shown.Exception | Should -Be $kept[0].Exception
        }

        It 'causes no loss if errors are redirected downstream: <What>' -ForEach @(
            @{ What = 'break'; Run = { foreach ($once in 1) { Start-VodPreheat (Get-SampleUrl 25) -ErrorVariable kept 2>&1 | ForEach-Object { break } } } }
            @{ What = 'Select-Object -First'; Run = { Start-VodPreheat (Get-SampleUrl 25) -ErrorVariable kept 2>&1 | Select-Object -First 1 } }
            @{ What = 'an error'; Run = { try { Start-VodPreheat (Get-SampleUrl 25) -ErrorVariable kept 2>&1 | ForEach-Object { throw 'downstream' } } catch { } } }
        ) {
            $null = . $Run
            $kept.Count | Should -Be 1
            $kept[0].TargetObject | Should -Be (Get-SampleUrl 15 -From 11)
            @($Error).Where({ $_.Exception -eq $kept[0].Exception }).Count | Should -Be 1
        }

        It 'does not hide a used-up quota' {
            $server.Quota = 12
            $run = Get-Outcome { & { Get-SampleUrl 35; throw 'upstream' } | Start-VodPreheat }
            "$($run.Failure)" | Should -Be 'upstream'
            Assert-Failure $run.Errors[0] 'VOD.10086' 'QuotaExceeded'
            Assert-NothingLost (Get-SampleUrl 35) $run.Output $run.Errors
        }

        It 'causes no error if nothing is left' {
            $run = Get-Outcome { Get-SampleUrl 30 | Start-VodPreheat -ErrorVariable kept | Select-Object -First 1 }
            $run.Output.Url | Should -Be (Get-SampleUrl 10)
            $run.Errors | Should -BeNullOrEmpty
            $kept | Should -BeNullOrEmpty
        }

        It 'causes no error record with -ErrorAction Ignore, and no output with SilentlyContinue' {
            $Error.Clear()
            $null = Start-VodPreheat (Get-SampleUrl 25) -ErrorAction Ignore | Select-Object -First 1
            $Error.Count | Should -Be 0
            $all = @(Start-VodPreheat (Get-SampleUrl 25) -ErrorAction SilentlyContinue 2>&1 | Select-Object -First 1)
            $all.Count | Should -Be 1
            Get-ErrorId $Error[0] | Should -Be 'VodSubmissionStopped'
        }
    }

    Context 'Ctrl+C' {
        It 'ends the command immediately' {
            Connect-Server $server @{ TimeoutSec = 60 }
            $server.AddFault('Stall', -1)
            $idle = $server.OpenConnections
            $run = Invoke-Aside { Start-VodPreheat https://cdn.example.com/a.mp4 }
            Wait-Until { $server.RequestCount -eq 1 }
            Stop-Aside $run
            Wait-Until { $server.OpenConnections -le $idle }
            $run.Output | Should -BeNullOrEmpty
        }

        It 'ends the command immediately while it is throttled' {
            $server.AddAnswer(429, '{"error_code":"APIGW.0308","error_msg":"limit"}', 'application/json', 'Retry-After', '250')
            $run = Invoke-Aside { Start-VodPreheat https://cdn.example.com/a.mp4 }
            Wait-Until { $server.RequestCount -eq 1 -and $server.Requests[0].StatusSent -eq 429 }
            Stop-Aside $run
            $server.SubmittedUrls | Should -BeNullOrEmpty
        }

        It 'leaves the request in progress and what was not submitted in $Error' {
            Connect-Server $server @{ TimeoutSec = 60 }
            $server.AddFault('Accepted202')
            $server.AddFault('Stall', -1)
            $run = Invoke-Stopped { param($urls) Start-VodPreheat $urls -ErrorVariable kept } { $server.RequestCount -eq 2 } (, (Get-SampleUrl 25))
            $run.Errors.ForEach({ Get-ErrorId $_ }) | Should -Be 'VodSubmissionStopped', 'VodSubmissionStopped'
            $unknown, $unsent = $run.Errors.Where({ $_.Exception.OutcomeUnknown }, 'Split')
            $unknown.TargetObject | Should -Be (Get-SampleUrl 10 -From 11)
            $unsent.TargetObject | Should -Be (Get-SampleUrl 5 -From 21)
            $unsent.Exception.AcceptedTaskId | Should -Be $run.Output.TaskId
            $run.Kept.Count | Should -Be 2 -Because ($run.Kept | ForEach-Object { $_.GetType().FullName + " $_" } | Out-String)
        }

        It 'does not hide a used-up quota while the command waits for input' {
            $server.Quota = 12
            $read = [Threading.ManualResetEventSlim]::new()
            $run = Invoke-Stopped { param($urls, $read) & { $urls; $read.Set(); Start-Sleep 600 } | Start-VodPreheat } { $read.IsSet } (Get-SampleUrl 23), $read
            $run.Errors.Count | Should -Be 1
            Assert-Failure $run.Errors[0] 'VOD.10086' 'QuotaExceeded'
            Assert-NothingLost (Get-SampleUrl 23) $run.Output $run.Errors
        }
    }
}

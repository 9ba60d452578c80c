# A proxy, service, IAM, metadata service and environment that mean harm, through every cmdlet that meets them.

BeforeDiscovery {
    # Titles, the clipboard, the cursor, colours of both widths, a bell, the direction of writing, a line of its own.
    $script:harm = "`e]0;owned`a`e]52;c;ZXZpbA==`a`e[2J`e[1;1H`u{9b}31m`u{202e}gnp`u{2028}`r`nfake"
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()

    # What a terminal would do more than to show characters: anything but the colours of the views and line ends.
    function Assert-Shown($Text) {
        $Text | Should -Not -BeNullOrEmpty
        (($Text | Out-String -Width 4000) -replace '\e\[[\d;]*m' -replace '\r?\n') | Should -Not -Match '[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]'
    }
}

AfterAll { $server.Dispose() }

Describe 'Characters that drive a terminal' -ForEach @{ Harm = $harm } {
    BeforeEach {
        $server.Reset()
        $script:json = $Harm | ConvertTo-Json
        $script:row = "{`"url`":$json,`"status`":$json}"
        Connect-Once $server
    }

    AfterEach { Clear-Session }

    It 'stay in the objects of <_>' -ForEach 'Get-VodPreheatResult', 'Wait-VodPreheat', 'Start-VodPreheat' {
        if ($_ -eq 'Start-VodPreheat') {
            $server.AddAnswer(202, "{`"task_id`":$json}")
            (Start-VodPreheat 'https://cdn.example.com/a.mp4').TaskId | Should -BeExactly $Harm
        } else {
            $server.AddAnswer(200, "{`"preheating_results`":[{`"url`":$json,`"status`":`"failed`"}]}")
            (& $_ t).Url | Should -BeExactly $Harm
        }
    }

    It 'are not shown in the view of <Of> by <View>: <Form>, <Mode>' -ForEach @(
        foreach ($of in 'a result', 'a task', 'a task of an asset') {
            foreach ($view in 'Format-Table', 'Format-List') {
                foreach ($form in 'live', 'copied') {
                    foreach ($mode in 'FullLanguage', 'ConstrainedLanguage') { @{ Of = $of; View = $view; Form = $form; Mode = $mode } }
                }
            }
        }
    ) {
        $object = switch ($Of) {
            'a result' { [VodPreheat.PreheatingResult]::new($Harm, $Harm, $Harm) }
            'a task' { [VodPreheat.PreheatTask]::new($Harm, @($Harm, $Harm), $null, [DateTimeOffset]::Now) }
            'a task of an asset' { [VodPreheat.PreheatTask]::new($Harm, @(), $Harm, [DateTimeOffset]::Now) }
        }
        if ($Form -eq 'copied') { $object = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($object)) }
        $state = [initialsessionstate]::CreateDefault2()
        $state.ImportPSModule($Manifest)
        $runspace = [runspacefactory]::CreateRunspace($Host, $state)
        $runspace.Open()
        $runspace.SessionStateProxy.LanguageMode = $Mode
        $shell = [powershell]::Create()
        $shell.Runspace = $runspace
        try {
            $text = $shell.AddCommand($View).AddParameter('InputObject', $object).AddCommand('Out-String').AddParameter('Width', 500).Invoke()
            Assert-Shown $text
            $text | Should -BeLike '*fake*'
        } finally {
            $shell.Dispose()
            $runspace.Dispose()
        }
    }

    It 'are not shown in an error by <View>: <Name>' -ForEach @(
        foreach ($view in 'ConciseView', 'NormalView', 'CategoryView') {
            @{ View = $view; Name = 'text and code of the service'; Fail = { param($harm, $json)
                    $server.AddAnswer(400, "{`"error_code`":$json,`"error_msg`":$json,`"request_id`":$json}")
                    Get-VodPreheatResult t
                }
            }
            @{ View = $view; Name = 'an answer that is none'; Fail = { param($harm, $json) $server.AddAnswer(200, $harm); Get-VodPreheatResult t } }
            @{ View = $view; Name = 'a content type'; Fail = { param($harm, $json) $server.AddAnswer(502, 'x', "text/html`e]0;owned`a"); Get-VodPreheatResult t } }
            @{ View = $view; Name = 'a task id from the pipeline'; Fail = { param($harm, $json)
                    $server.AddAnswer(202, "{`"task_id`":$json}")
                    Start-VodPreheat 'https://cdn.example.com/a.mp4' | Get-VodPreheatResult
                }
            }
            @{ View = $view; Name = 'a task id that is waited for'; Fail = { param($harm, $json) Wait-VodPreheat $harm } }
            @{ View = $view; Name = 'a task id that does not end'; Fail = { param($harm, $json)
                    $server.AddAnswer(200, "{`"preheating_results`":[{`"url`":$json,`"status`":$json}]}", 'application/json', $null, $null, -1)
                    Wait-VodPreheat $harm -TimeoutSec 1 -PollIntervalSec 1
                }
            }
            @{ View = $view; Name = 'a line of a URL list'; Fail = { param($harm, $json) $harm | Start-VodPreheat } }
            @{ View = $view; Name = 'a URL that is tested'; Fail = { param($harm, $json) $harm | Test-VodPreheatUrl } }
            @{ View = $view; Name = 'an asset id'; Fail = { param($harm, $json)
                    $server.AddAnswer(404, '{"error_code":"VOD.10062","error_msg":"x"}')
                    Start-VodPreheat -AssetId $harm
                }
            }
            @{ View = $view; Name = 'a project of IAM'; Fail = { param($harm, $json)
                    $server.AddIamAnswer(200, '{"projects":[]}')
                    $server.AddIamAnswer(200, "{`"projects`":[{`"id`":$json,`"name`":$json}]}")
                    Connect-Once $server @{ ProjectId = $null; AccessKey = ConvertTo-Credential 'HARMAK' 'sk-of-harm' }
                }
            }
            @{ View = $view; Name = 'an error of IAM'; Fail = { param($harm, $json)
                    $server.AddIamAnswer(401, "{`"error`":{`"code`":401,`"message`":$json,`"title`":$json}}")
                    Connect-Once $server @{ Credential = ConvertTo-Credential 'ops' 'password'; DomainName = 'acme' }
                }
            }
        }
    ) {
        $run = Get-Outcome { & $Fail $Harm $json }
        $record = $run.Failure ?? $run.Errors[0]
        $record.Exception | Should -BeOfType ([VodPreheat.VodException])
        "$($record.Exception.Message)$($record.FullyQualifiedErrorId)$($record.Exception.RequestId)$($record.Exception.ErrorCode)" | Should -Not -Match '[\p{Cc}\p{Cf}]'
        $ErrorView = $View
        Assert-Shown $record
    }
}

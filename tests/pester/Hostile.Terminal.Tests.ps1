# Control characters in the texts of a service and of a pipeline. Those in a credentials file are in Connect-VodAccount.Sources.Tests.ps1.

BeforeDiscovery {
    # A title, the clipboard, the cursor, colors of both widths, a bell, the direction of writing, and another line.
    $script:harm = "`e]0;owned`a`e]52;c;ZXZpbA==`a`e[2J`e[1;1H`u{9b}31m`u{202e}gnp`u{2028}`r`nfake"
    $script:types = 'PreheatingResult', 'PreheatTask', 'PreheatOutcome', 'PreheatUrlTest', 'VodConnection'
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()

    # The text has only what a terminal displays, except for the colors of the views and line ends.
    function Assert-Shown($Text) {
        $Text | Should -Not -BeNullOrEmpty
        (($Text | Out-String -Width 4000) -replace '\e\[[\d;]*m' -replace '\r?\n') | Should -Not -Match '[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]'
    }
}

AfterAll { $server.Dispose() }

Describe 'Control characters' -ForEach @{ Harm = $harm } {
    BeforeEach {
        $server.Reset()
        $script:json = $Harm | ConvertTo-Json
        Connect-Once $server
    }

    AfterEach { Clear-Session }

    It 'are kept in the objects of <_>' -ForEach 'Get-VodPreheatResult', 'Wait-VodPreheat', 'Start-VodPreheat' {
        if ($_ -eq 'Start-VodPreheat') {
            $server.AddAnswer(202, "{`"task_id`":$json}")
            (Start-VodPreheat 'https://cdn.example.com/a.mp4').TaskId | Should -BeExactly $Harm
        } else {
            $server.AddAnswer(200, "{`"preheating_results`":[{`"url`":$json,`"status`":`"failed`"}]}")
            (& $_ t).Url | Should -BeExactly $Harm
        }
    }

    It 'are not displayed in the view of a <Type> by <View>: <Form>, <Mode>' -ForEach @(
        foreach ($type in $types) {
            foreach ($view in 'Format-Table', 'Format-List') {
                foreach ($form in 'live', 'deserialized') {
                    foreach ($mode in 'FullLanguage', 'ConstrainedLanguage') { @{ Type = $type; View = $view; Form = $form; Mode = $mode } }
                }
            }
        }
    ) {
        # A mock with control characters: the engine selects views by the name of the type.
        $object = [pscustomobject]@{ PSTypeName = "$($Form -eq 'live' ? '' : 'Deserialized.')VodPreheat.$Type" }
        foreach ($property in "VodPreheat.$Type".ForEach([type]).GetProperties()) {
            $value = $property.PropertyType -in [string], [uri] ? $Harm : $property.PropertyType -eq [string[]] ? @($Harm, $Harm) : $null
            $object | Add-Member $property.Name $value
        }
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

    It 'are not displayed in an error by <View>: <Name>' -ForEach @(
        foreach ($view in 'ConciseView', 'NormalView', 'CategoryView') {
            @{ View = $view; Name = 'text, code, and request ID of the service'; Fail = { param($harm, $json)
                    $server.AddAnswer(400, "{`"error_code`":$json,`"error_msg`":$json,`"request_id`":$json}")
                    Get-VodPreheatResult t
                }
            }
            @{ View = $view; Name = 'an answer that is not JSON'; Fail = { param($harm, $json) $server.AddAnswer(200, $harm); Get-VodPreheatResult t } }
            @{ View = $view; Name = 'a content type'; Fail = { param($harm, $json) $server.AddAnswer(502, 'x', "text/html`e]0;owned`a"); Get-VodPreheatResult t } }
            @{ View = $view; Name = 'a task ID from the pipeline'; Fail = { param($harm, $json)
                    $server.AddAnswer(202, "{`"task_id`":$json}")
                    Start-VodPreheat 'https://cdn.example.com/a.mp4' | Get-VodPreheatResult
                }
            }
            @{ View = $view; Name = 'a task ID that is waited for'; Fail = { param($harm, $json) Wait-VodPreheat $harm } }
            @{ View = $view; Name = 'a task ID that times out'; Fail = { param($harm, $json)
                    $server.AddAnswer(200, "{`"preheating_results`":[{`"url`":$json,`"status`":$json}]}", 'application/json', $null, $null, -1)
                    Wait-VodPreheat $harm -TimeoutSec 1 -PollIntervalSec 1
                }
            }
            @{ View = $view; Name = 'a line of a URL list'; Fail = { param($harm, $json) $harm | Start-VodPreheat } }
            @{ View = $view; Name = 'a URL that is tested'; Fail = { param($harm, $json) $harm | Test-VodPreheatUrl } }
            @{ View = $view; Name = 'an asset ID'; Fail = { param($harm, $json)
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

    It 'are not displayed by -Verbose and -WhatIf' {
        $server.AddAnswer(503, "{`"error_code`":$json,`"error_msg`":$json}", 'application/json', 'X-Request-Id', "id`e]0;owned`a")
        $server.AddAnswer(200, '{"preheating_results":[{"url":"u","status":"succeed"}]}')
        Assert-Shown (Wait-VodPreheat t -PollIntervalSec 1 -Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }).Message
        Assert-Shown (Invoke-Child {
                param($manifest, $harm)
                Import-Module $manifest
                Connect-VodAccount -Sandbox
                Start-VodPreheat -AssetId ($harm | ConvertFrom-Json) -WhatIf
            } $Manifest, $json)
    }

    It 'are not offered by completion' {
        $server.AddAnswer(202, "{`"task_id`":$json}")
        $server.AddAnswer(202, '{"task_id":"clean"}')
        $null = Start-VodPreheat 'https://cdn.example.com/a.mp4'

        # An asset ID that the module does not submit: of another program.
        $null = Start-VodPreheat 'https://cdn.example.com/b.mp4'
        (Get-JournalLine) -replace '"urls":\["https://cdn.example.com/b.mp4"\]', "`"asset_id`":$($json.Replace('$', '$$'))" | Set-Content (Get-JournalFile)
        $offers = (TabExpansion2 'Get-VodPreheatResult -TaskId ').CompletionMatches
        $offers.CompletionText | Should -BeExactly 'clean'
        Assert-Shown ($offers.ListItemText + $offers.ToolTip)
    }

    It 'in project names are removed, and long lists of long names are truncated' {
        $many = @{ projects = @(1..500 | ForEach-Object { @{ id = 'i' * 5000; name = 'n' * 5000 } }) } | ConvertTo-Json -Depth 5
        $server.AddIamAnswer(200, $many)
        $failure = Get-Failure { Connect-Once $server @{ ProjectId = $null; AccessKey = ConvertTo-Credential 'MANYAK' 'sk-of-many' } }
        Assert-Failure $failure VodProjectNotFound ObjectNotFound 'and 480 more'
        "$failure".Length | Should -BeLessThan 4000
    }
}

Describe 'The endpoint of a connection' {
    AfterEach { Clear-Session }

    It 'is displayed in a list and in a table if it is from the environment' {
        $env:HUAWEICLOUD_SDK_REGION_VOD_CN_NORTH_4 = 'https://vod.elsewhere.example.com'
        Connect-Once $server @{ Endpoint = $null }
        Get-VodConnection | Out-String | Should -Match 'vod\.elsewhere\.example\.com'
        Get-VodConnection | Format-Table | Out-String -Width 80 | Should -Match 'vod\.elsewhere\.example\.com'
    }
}

# A proxy, service, IAM, metadata service, pipeline and environment that mean harm, through every cmdlet that meets them.
# Files that mean harm are in Connect-VodAccount.Sources.Tests.ps1.

BeforeDiscovery {
    # Titles, the clipboard, the cursor, colors of both widths, a bell, the direction of writing, a line of its own.
    $script:harm = "`e]0;owned`a`e]52;c;ZXZpbA==`a`e[2J`e[1;1H`u{9b}31m`u{202e}gnp`u{2028}`r`nfake"
    $script:types = 'PreheatingResult', 'PreheatTask', 'PreheatOutcome', 'PreheatUrlTest', 'VodConnection'
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()
    $script:ProxyServer = [VodPreheat.TestServer.ProxyServer]
    $script:password = 'p@ss "w0rd"\/1'

    # A terminal would show this, and do no more, but for the colors of the views and line ends.
    function Assert-Shown($Text) {
        $Text | Should -Not -BeNullOrEmpty
        (($Text | Out-String -Width 4000) -replace '\e\[[\d;]*m' -replace '\r?\n') | Should -Not -Match '[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]'
    }

    # All that can be seen of an error, down to the innermost exception.
    function Get-Sight([Management.Automation.ErrorRecord] $Record) {
        $Record | Format-List * -Force | Out-String -Width 4000
        $Record | Get-Error | Out-String -Width 4000
        [Management.Automation.PSSerializer]::Serialize($Record, 2)
        for ($exception = $Record.Exception; $exception; $exception = $exception.InnerException) {
            "$($exception.GetType().Assembly.GetName().Name) $exception $($exception.Data.Values)"
        }
    }

    # Neither a text nor an error has the secret in it, in whatever form.
    function Assert-Hidden([string] $Secret, [string[]] $Text) {
        foreach ($form in (Get-Form $Secret) + ($Secret | ConvertTo-Json).Trim('"') + $Secret.Replace('"', '\u0022')) {
            ($Text -join "`n").Contains($form, [StringComparison]::OrdinalIgnoreCase) | Should -BeFalse -Because "'$form' is secret"
        }
    }

    # Runs a script with -Verbose; gives its errors, and all that was to be seen of it.
    function Get-Shown([scriptblock] $Shown) {
        $VerbosePreference = 'Continue'
        $run = Get-Outcome { & $Shown 4>&1 }
        $records = @($run.Errors) + @($run.Failure).Where({ $_ })
        [pscustomobject]@{ Records = $records; Text = @($run.Output | Out-String -Width 4000) + $records.ForEach({ Get-Sight $_ }) }
    }
}

AfterAll { $server.Dispose() }

Describe 'Characters that drive a terminal' -ForEach @{ Harm = $harm } {
    BeforeEach {
        $server.Reset()
        $script:json = $Harm | ConvertTo-Json
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

    It 'are not shown in the view of a <Type> by <View>: <Form>, <Mode>' -ForEach @(
        foreach ($type in $types) {
            foreach ($view in 'Format-Table', 'Format-List') {
                foreach ($form in 'live', 'copied') {
                    foreach ($mode in 'FullLanguage', 'ConstrainedLanguage') { @{ Type = $type; View = $view; Form = $form; Mode = $mode } }
                }
            }
        }
    ) {
        # Any text in it, as the engine chooses views by the name of the type.
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

    It 'are not shown in an error by <View>: <Name>' -ForEach @(
        foreach ($view in 'ConciseView', 'NormalView', 'CategoryView') {
            @{ View = $view; Name = 'text, code and id of the service'; Fail = { param($harm, $json)
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

    It 'are not shown by -Verbose, -WhatIf and progress texts' {
        $server.AddAnswer(503, "{`"error_code`":$json,`"error_msg`":$json}", 'application/json', 'X-Request-Id', "id`e]0;owned`a")
        $server.AddAnswer(200, '{"preheating_results":[{"url":"u","status":"succeed"}]}')
        Assert-Shown (Wait-VodPreheat $Harm -PollIntervalSec 1 -Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }).Message
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
        $null = Start-VodPreheat -AssetId $Harm
        $offers = (TabExpansion2 'Get-VodPreheatResult -TaskId ').CompletionMatches
        $offers.CompletionText | Should -BeExactly 'clean'
        Assert-Shown ($offers.ListItemText + $offers.ToolTip)
    }

    It 'come in names of projects that fit a message, and so do the names' {
        $many = @{ projects = @(1..500 | ForEach-Object { @{ id = 'i' * 5000; name = 'n' * 5000 } }) } | ConvertTo-Json -Depth 5
        $server.AddIamAnswer(200, $many)
        $failure = Get-Failure { Connect-Once $server @{ ProjectId = $null; AccessKey = ConvertTo-Credential 'MANYAK' 'sk-of-many' } }
        Assert-Failure $failure VodProjectNotFound ObjectNotFound 'and 480 more'
        "$failure".Length | Should -BeLessThan 4000
    }
}

Describe 'A secret that is echoed' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
        $server.AddToken('given+Token/0000000001==', $TestServer::DefaultProjectId)
    }

    AfterEach { Clear-Session }

    It '<Fault> is not shown by <Cmdlet>' -ForEach @(
        foreach ($fault in 'EchoInStatusLine', 'EchoInHeaderLine', 'EchoSecretsIn400', 'EchoCanonicalRequest') {
            foreach ($cmdlet in 'Get-VodPreheatResult', 'Wait-VodPreheat', 'Start-VodPreheat', 'Invoke-VodPreheat') { @{ Fault = $fault; Cmdlet = $cmdlet } }
        }
    ) {
        Connect-Once $server @{ Token = ConvertTo-Secret 'given+Token/0000000001==' }
        $server.AddFault($Fault, 1)
        $run = Get-Shown {
            switch ($Cmdlet) {
                'Get-VodPreheatResult' { Get-VodPreheatResult t }
                'Wait-VodPreheat' { Wait-VodPreheat t -PollIntervalSec 1 }
                'Start-VodPreheat' { Start-VodPreheat 'https://cdn.example.com/a.mp4' }
                'Invoke-VodPreheat' { Invoke-VodPreheat 'https://cdn.example.com/a.mp4' -PollIntervalSec 1 -TimeoutSec 3 | Format-List * }
            }
        }
        Assert-Hidden 'given+Token/0000000001==' $run.Text
        $run.Text -join '' | Should -Match '\*\*\*'
    }

    It 'has no foreign exception around it' {
        Connect-Once $server @{ Token = ConvertTo-Secret 'given+Token/0000000001==' }
        $server.AddFault('EchoInHeaderLine')
        $exception = (Get-Outcome { Get-VodPreheatResult t }).Errors[0].Exception.InnerException
        $exception | Should -Not -BeNullOrEmpty
        for (; $exception; $exception = $exception.InnerException) { $exception.GetType().FullName | Should -BeExactly 'VodPreheat.Client.Errors.CauseException' }
    }

    It 'is not shown while connecting: <_>' -ForEach 'EchoBodyIn400', 'EchoInStatusLine', 'EchoInHeaderLine' {
        $server.AddUser('ops', $password, 'acme')
        $server.AddIamFault($_)
        $run = Get-Shown { Connect-Once $server @{ Credential = ConvertTo-Credential 'ops' $password; DomainName = 'acme' } }
        $run.Records.Count | Should -Be 1
        Assert-Hidden $password $run.Text
    }

    It 'is not shown whole or in part once its connection is disconnected' {
        $server.LatencyMs = 1
        $server.AddFault('EchoSecretsIn400', -1)
        foreach ($round in 1..20) {
            $connection = Connect-Once $server @{ Token = ConvertTo-Secret 'given+Token/0000000001=='; NoDefault = $true }
            $aside = Invoke-Aside { param($connection) 1..8 | Get-VodPreheatResult -Connection $connection } $connection
            Wait-Until { $server.RequestCount -ge $round }
            Disconnect-VodAccount -Connection $connection
            Assert-Hidden 'given+Token/0000000001==' (Complete-Aside $aside).Where({ $_ }).ForEach({ "$_ $($_ | Get-Error | Out-String)" })
        }
    }
}

Describe "A proxy's login" {
    BeforeEach { $server.Reset() }

    AfterEach { Clear-Session }

    It 'that it echoes is not shown by <_>' -ForEach 'Get-VodPreheatResult', 'Start-VodPreheat', 'Wait-VodPreheat', 'Connect-VodAccount', 'Test-VodPreheatUrl' {
        $proxy = $ProxyServer::Start('user', 'another')
        try {
            $proxy.EchoesLogin = $true
            $with = @{ Proxy = $proxy.Endpoint; ProxyCredential = ConvertTo-Credential 'user' $password }
            $run = Get-Shown {
                Connect-Once $server $with
                switch ($_) {
                    'Get-VodPreheatResult' { Get-VodPreheatResult t }
                    'Start-VodPreheat' { Start-VodPreheat 'https://cdn.example.com/a.mp4' }
                    'Wait-VodPreheat' { Wait-VodPreheat t -TimeoutSec 1 -PollIntervalSec 1 }
                    'Connect-VodAccount' { Connect-Once $server ($with + @{ Credential = ConvertTo-Credential 'ops' 'password'; DomainName = 'acme' }) }
                    'Test-VodPreheatUrl' { Test-VodPreheatUrl "$($server.Endpoint)a.mp4" @with | Format-List * }
                }
            }
            Assert-Hidden $password $run.Text
            Assert-Hidden "user:$password" $run.Text
            $run.Text -join '' | Should -Match '407|requires a login'
            $server.RequestCount | Should -Be 0
        } finally {
            $proxy.Dispose()
        }
    }

    It 'in the environment is not shown' {
        $proxy = $ProxyServer::Start('user', 'another')
        try {
            $proxy.EchoesLogin = $true
            $text = Invoke-Child {
                param($common, $authority, $encoded)
                $env:HTTPS_PROXY = $env:HTTP_PROXY = "http://us%65r:$encoded@$authority"
                . $common
                $null = Start-Transcript (Join-Path (Get-PSDrive TestDrive).Root transcript.txt)
                $VerbosePreference = 'Continue'
                $server = [pscustomobject]@{ Endpoint = [uri] 'https://vod.example.invalid' }
                Connect-Once $server
                Get-VodPreheatResult t
                Start-VodPreheat 'https://cdn.example.com/a.mp4'
                Wait-VodPreheat t -TimeoutSec 1 -PollIntervalSec 1
                Test-VodPreheatUrl 'https://cdn.example.com/a.mp4', 'http://cdn.example.com/a.mp4' | Format-List
                try { Connect-Once $server @{ Credential = ConvertTo-Credential 'ops' 'password'; DomainName = 'acme' } } catch { $_ }
                foreach ($record in $Error) {
                    $record | Format-List * -Force
                    $record | Get-Error
                    [Management.Automation.PSSerializer]::Serialize($record, 2)
                }
                $null = Stop-Transcript
                Get-Content (Join-Path (Get-PSDrive TestDrive).Root transcript.txt)
            } "$PSScriptRoot/common.ps1", $proxy.Endpoint.Authority, ([uri]::EscapeDataString($password))
            Assert-Hidden $password $text
            Assert-Hidden "user:$password" $text
            $text | Should -Match 'VodConnectionFailed, HTTP 407'
            $proxy.Seen.Count | Should -BeGreaterThan 4
        } finally {
            $proxy.Dispose()
        }
    }

    It 'goes to no proxy but the one that is given: <_>' -ForEach 'Connect-VodAccount', 'Test-VodPreheatUrl' {
        $login = ConvertTo-Credential 'user' $password
        $failure = Get-Failure {
            if ($_ -eq 'Connect-VodAccount') { Connect-Once $server @{ ProxyCredential = $login } }
            else { Test-VodPreheatUrl 'https://cdn.example.com/a.mp4' -ProxyCredential $login }
        }
        Assert-Failure $failure VodInvalidEndpoint InvalidArgument '-Proxy'
        Get-VodConnection | Should -BeNullOrEmpty
    }
}

Describe 'What becomes a header' {
    BeforeEach { $server.Reset() }

    AfterEach { Clear-Session }

    It 'is checked when it comes from the metadata service: <Name>' -ForEach @(
        @{ Name = 'access'; Answers = '', '{"credential":{"access":"AKX\r\nX-Evil: 1","secret":"s","securitytoken":"t","expires_at":"2099-01-01T00:00:00Z"}}' }
        @{ Name = 'securitytoken'; Answers = '', '{"credential":{"access":"AKX","secret":"s","securitytoken":"t\r\nX-Evil: 1","expires_at":"2099-01-01T00:00:00Z"}}' }
        @{ Name = 'secret'; Answers = '', '{"credential":{"access":"AKX","secret":"s\u0000","securitytoken":"t","expires_at":"2099-01-01T00:00:00Z"}}' }
        @{ Name = 'session token'; Answers = "t`r`nX-Evil: 1", '' }
    ) {
        $env:VODPREHEAT_METADATA_ENDPOINT = $server.Endpoint
        $server.AddMetadataAnswer($Answers[0] ? 200 : 404, $Answers[0])
        $server.AddMetadataAnswer(200, $Answers[1])
        $failure = Get-Failure { Connect-Once $server @{ Identity = $true } }
        Assert-Failure $failure VodUnexpectedResponse InvalidData 'cannot be sent in a header'
        $server.Requests.Headers.Keys | Should -Not -Contain 'X-Evil'
        $server.Requests.Area | Should -Not -Contain 'Vod'
    }

    It 'is checked when it comes from IAM: <_>' -ForEach 'a token', "t`tX-Evil: 1", "t`u{e4}", '' {
        $server.AddIamAnswer(201, '{"token":{"expires_at":"2099-01-01T00:00:00Z"}}', 'application/json', 'X-Subject-Token', $_)
        $failure = Get-Failure { Connect-Once $server @{ Credential = ConvertTo-Credential 'ops' 'password'; DomainName = 'acme' } }
        Assert-Failure $failure VodUnexpectedResponse InvalidData 'X-Subject-Token'
        $server.Requests.Area | Should -Be 'Iam'
    }
}

Describe 'An answer without end' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
    }

    AfterEach { Clear-Session }

    It 'that unpacks to nothing is cut off at 16 MiB: <_>' -ForEach 'Get-VodPreheatResult', 'Start-VodPreheat', 'Connect-VodAccount' {
        $failure = switch ($_) {
            'Connect-VodAccount' {
                $server.AddIamFault('EndlessGzip')
                Get-Failure { Connect-Once $server @{ Credential = ConvertTo-Credential 'ops' 'password'; DomainName = 'acme' } }
            }
            default {
                Connect-Once $server
                $server.AddFault('EndlessGzip')
                (Get-Outcome { & $_ 'https://cdn.example.com/a.mp4' }).Errors[0]
            }
        }
        Assert-Failure $failure VodUnexpectedResponse InvalidData '16 MiB'
    }
}

Describe 'The endpoint of a connection' {
    AfterEach { Clear-Session }

    It 'that the environment names is to be seen, in a list and in a table' {
        $env:HUAWEICLOUD_SDK_REGION_VOD_CN_NORTH_4 = 'https://vod.elsewhere.example.com'
        Connect-Once $server @{ Endpoint = $null }
        Get-VodConnection | Out-String | Should -Match 'vod\.elsewhere\.example\.com'
        Get-VodConnection | Format-Table | Out-String -Width 80 | Should -Match 'vod\.elsewhere\.example\.com'
    }
}

Describe 'A SecureString that changes while it is read' {
    It 'gives no character of foreign memory' {
        Add-Type -TypeDefinition @'
using System;
using System.Reflection;
using System.Security;
using System.Threading;
using System.Threading.Tasks;

public static class SecureStringRace
{
    // Reads a text of one character for a while, which another thread makes longer and shorter; gives the readings that had another one.
    public static int Count(MethodInfo read, TimeSpan time)
    {
        using var text = new SecureString();
        using var stop = new CancellationTokenSource();
        Task change = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                for (int i = 0; i < 120; i++) text.AppendChar('a');
                text.Clear();
            }
        });
        int foreign = 0;
        for (DateTime end = DateTime.UtcNow + time; DateTime.UtcNow < end;)
        {
            using var secret = (IDisposable)read.Invoke(null, new object[] { text });
            byte[] bytes = (byte[])secret.GetType().GetField("_utf8", BindingFlags.Instance | BindingFlags.NonPublic).GetValue(secret);
            if (Array.Exists(bytes, b => b != (byte)'a')) foreign++;
        }
        stop.Cancel();
        change.Wait();
        return foreign;
    }
}
'@
        $read = [VodPreheat.VodConnection].Assembly.GetType('VodPreheat.Parameters.SecureStringReader').GetMethod('Read')
        [SecureStringRace]::Count($read, [timespan]::FromSeconds(3)) | Should -Be 0
    }
}

# Where the system shows the memory of a process to its parent.
Describe 'The memory of a process after Disconnect-VodAccount' -Skip:(-not $IsLinux) {
    BeforeAll {
        # Neither the child nor its script has the text of the secret: a search would find it.
        $script:secret = -join (0..39 | ForEach-Object { [char] (33 + ($_ * 37 + 11) % 94) })
        $script:proxy = $ProxyServer::Start('user', $secret)

        # Five queries that fail with an echo, plain and with -Verbose, and one that does not; then what is left of the secret.
        function Get-Copy([string] $Way) {
            $server.Reset()
            $server.AnyTask = $true
            $server.AddAccessKey('MEMORYAK', $secret, $TestServer::DefaultProjectId)
            $server.AddToken($secret, $TestServer::DefaultProjectId)
            $server.AddUser('ops', $secret, 'acme')
            foreach ($number in 1..5) { 'plain', 'verbose' | ForEach-Object { $server.AddFaultFor("$_$number", 'EchoSecretsIn400') } }
            $file = Join-Path $TestDrive memory.ps1
            Set-Content $file {
                param($common, $endpoint, $proxy, $way)
                . $common
                function Invoke-All {
                    $server = [pscustomobject]@{ Endpoint = [uri] $endpoint }
                    $secure = [securestring]::new()
                    foreach ($i in 0..39) { $secure.AppendChar([char] (33 + ($i * 37 + 11) % 94)) }
                    $with = switch ($way) {
                        'AccessKey' { @{ AccessKey = [pscredential]::new('MEMORYAK', $secure) } }
                        'Token' { @{ Token = $secure } }
                        'Password' { @{ Credential = [pscredential]::new('ops', $secure); DomainName = 'acme' } }
                        'ProxyCredential' { @{ Proxy = [uri] $proxy; ProxyCredential = [pscredential]::new('user', $secure) } }
                    }
                    Connect-Once $server $with
                    foreach ($number in 1..5) {
                        Get-VodPreheatResult "plain$number" -ErrorAction SilentlyContinue
                        Get-VodPreheatResult "verbose$number" -ErrorAction SilentlyContinue -Verbose 4> $null
                    }
                    Get-VodPreheatResult fine
                    Disconnect-VodAccount
                    $secure.Dispose()
                }
                $rows = @(Invoke-All)
                foreach ($_ in 1..3) { [GC]::Collect(); [GC]::WaitForPendingFinalizers() }
                [Console]::WriteLine("rows: $($rows.Count), errors: $($Error.Count)")
                $null = [Console]::ReadLine()
            }.ToString()
            $start = [Diagnostics.ProcessStartInfo]::new($pwsh)
            $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
            foreach ($argument in '-NoProfile', '-NonInteractive', '-File', $file, "$PSScriptRoot/common.ps1", $server.Endpoint, $proxy.Endpoint, $Way) {
                $start.ArgumentList.Add($argument)
            }
            $child = [Diagnostics.Process]::Start($start)
            try {
                $child.StandardOutput.ReadLine() | Should -Be 'rows: 1, errors: 10'
                $utf8 = [Text.Encoding]::UTF8.GetBytes($secret)
                $base64 = [Convert]::ToBase64String($utf8)
                $hex = [Convert]::ToHexString($utf8)
                $copies = @{}
                foreach ($form in @{ Text = $secret; Base64 = $base64; Hex = $hex; LowerHex = $hex.ToLowerInvariant() }.GetEnumerator()) {
                    foreach ($encoding in 'UTF8', 'Unicode') {
                        $copies["$($form.Key) in $encoding"] = [VodPreheat.TestServer.ProcessMemory]::Count($child.Id, [Text.Encoding]::$encoding.GetBytes($form.Value))
                    }
                }
                $copies
            } finally {
                $child.StandardInput.Close()
                $child.WaitForExit()
                $child.Dispose()
            }
        }
    }

    AfterAll { $proxy.Dispose() }

    It 'has no copy of <Way>, but in what .NET made of it: <Made>' -ForEach @(
        # A secret key goes nowhere: all of its way is the module's own.
        @{ Way = 'AccessKey'; Made = @() }
        # A token is a header; the echo has it in three forms, the last of which stays in the receive buffer of a socket.
        @{ Way = 'Token'; Made = 'Text in Unicode', 'Text in UTF8', 'Base64 in UTF8', 'LowerHex in UTF8' }
        # A password is in the body of a request, which .NET copies into the buffer of its socket.
        @{ Way = 'Password'; Made = 'Text in UTF8' }
        # A proxy's password is asked for as a string.
        @{ Way = 'ProxyCredential'; Made = 'Text in Unicode', 'Text in UTF8', 'Base64 in Unicode', 'Base64 in UTF8' }
    ) {
        $copies = Get-Copy $Way
        foreach ($form in $copies.Keys.Where({ $_ -notin $Made })) { $copies[$form] | Should -Be 0 -Because $form }
    }
}

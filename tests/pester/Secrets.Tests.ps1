BeforeDiscovery {
    $script:ways = 'AccessKey', 'SecurityToken', 'Token', 'Password', 'IdToken', 'IdTokenPath', 'Identity', 'Environment', 'File', 'Sandbox'
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"

    # One process uses all sign-in methods, each with a folder that has everything that was displayed, written, and thrown.
    $script:text = Invoke-Child {
        param($common, $folder)
        . $common
        $server = $TestServer::Start()
        $project = $TestServer::DefaultProjectId
        $accessKey = ConvertTo-Credential $TestServer::DefaultAccessKey $TestServer::DefaultSecretKey
        $proxy = [VodPreheat.TestServer.ProxyServer]::Start('proxyuser', 'proxy+Secret/Pass=1')
        $VerbosePreference = $DebugPreference = 'Continue'

        # Displays an error as a terminal does, and continues.
        function Show-Error([scriptblock] $Script) { try { & $Script | Out-Default } catch { $_ | Out-Default } }

        function Write-Way([string] $Name, [scriptblock] $Connect, [scriptblock] $Renew, [scriptblock] $GetSecret) {
            $server.Reset()
            $server.AnyTask = $true
            $server.AddTemporaryKey('TEMPAK', 'temp+Sk/0000000001=', 'temp+Token/0000000001==', $project)
            $server.AddToken('given+Token/0000000001==', $project)
            $server.AddUser('ops', 'p@ss+Word/0000000001=', 'acme')
            $server.AddIdentityProvider('ci', 'vod')
            $env:VODPREHEAT_METADATA_ENDPOINT = $server.Endpoint
            $Error.Clear()
            $way = New-Item -ItemType Directory (Join-Path $folder $Name)
            $null = Start-Transcript "$way/transcript.txt"

            & $Connect @{} | Out-Default
            $connection = Get-VodConnection
            Get-VodPreheatResult first, second -Verbose -Debug | Out-Default
            # The refusal is last, because the connection sends nothing after it.
            foreach ($fault in 'EchoSecretsIn400', 'Html502', 'ResetBeforeHeaders', 'TruncatedJson', 'InvalidUtf8', 'EchoCanonicalRequest') {
                # Twice, because refused credentials can be renewed.
                $server.AddFault($fault, 2)
                Show-Error { Get-VodPreheatResult "after-$fault" -Verbose -Debug }
                $server.ClearFaults()
            }
            $refused = $connection
            if ($Renew) {
                $connection = & $Connect @{ NoDefault = $true }
                & $Renew $connection
                Show-Error { Get-VodPreheatResult renewed -Connection $connection -Verbose -Debug }
            }
            $secrets = @(& $GetSecret $refused $connection)

            $connection | Format-List * -Force | Out-Default
            $connection | Format-List * -Force | Out-File "$way/list.txt"
            $connection | Format-Custom * -Depth 4 | Out-File "$way/custom.txt"
            "$connection" | Set-Content "$way/string.txt"
            $connection | ConvertTo-Json -Depth 10 | Set-Content "$way/connection.json"
            $connection | Export-Clixml "$way/connection.xml"
            $connection.GetType().GetMembers().ForEach({
                    $_ -is [Reflection.PropertyInfo] ? $_.GetValue($connection) : $_.GetParameters().Count ? $_ : $_.Invoke($connection, $null)
                }) | Out-String | Set-Content "$way/members.txt"
            $connection | Get-Member -Force | Out-String -Width 500 | Set-Content "$way/get-member.txt"

            # A failure during the connect.
            $server.AddIamFault('EchoSecretsIn400', -1)
            Show-Error { & $Connect @{ ProjectId = 'a/b' } }
            Show-Error { & $Connect @{ ProjectId = $null } }
            Show-Error { & $Connect @{ IamEndpoint = 'http://iam.example.com'; ProjectId = $null; Region = 'cn-east-2' } }
            Disconnect-VodAccount -Connection $connection -Verbose -Debug
            Disconnect-VodAccount -Connection $refused
            Show-Error { Get-VodPreheatResult after -Connection $connection -Verbose -Debug }
            $null = Stop-Transcript

            $Error.ForEach({
                    $_ | Format-List * -Force
                    for ($exception = $_.Exception; $exception; $exception = $exception.InnerException) {
                        "$($exception.GetType()) $($exception.Message) $($exception.Data.Values)"
                        "$exception"
                    }
                    [Management.Automation.PSSerializer]::Serialize($_, 2)
                }) | Out-String -Width 4096 | Set-Content "$way/errors.txt"
            @{
                Secrets  = $secrets
                Requests = $server.Requests.ForEach({ "$_`n$($_.Headers.GetEnumerator().ForEach({ "$($_.Key): $($_.Value)" }) -join "`n")`n$($_.Body)" })
            } | ConvertTo-Json | Set-Content "$way.known.json"
        }

        function Connect-Shown([hashtable] $With, [hashtable] $More) {
            foreach ($key in $More.Keys) { $With[$key] = $More[$key] }
            Connect-Once $server ($With + @{ Verbose = $true; Debug = $true })
        }

        Write-Way AccessKey {
            param($more)
            Connect-Shown @{ Proxy = $proxy.Endpoint; ProxyCredential = ConvertTo-Credential 'proxyuser' 'proxy+Secret/Pass=1' } $more
        } -GetSecret { $TestServer::DefaultSecretKey; 'proxy+Secret/Pass=1' }
        Write-Way SecurityToken {
            param($more)
            Connect-Shown @{
                AccessKey = ConvertTo-Credential 'TEMPAK' 'temp+Sk/0000000001='; SecurityToken = ConvertTo-Secret 'temp+Token/0000000001=='
            } $more
        } -Renew { $server.ExpireTemporaryKey('TEMPAK') } -GetSecret { 'temp+Sk/0000000001='; 'temp+Token/0000000001==' }
        Write-Way Token {
            param($more)
            Connect-Shown @{ Token = ConvertTo-Secret 'given+Token/0000000001==' } $more
        } -Renew { $server.ExpireToken('given+Token/0000000001==') } -GetSecret { 'given+Token/0000000001==' }
        Write-Way Password {
            param($more)
            Connect-Shown @{ Credential = ConvertTo-Credential 'ops' 'p@ss+Word/0000000001='; DomainName = 'acme' } $more
        } -Renew { $server.ExpireToken($server.LastToken); $server.SetUserFault('ops', 'Locked') } -GetSecret {
            'p@ss+Word/0000000001='
            $server.IssuedTokens
        }
        $idTokens = [Collections.Generic.List[string]]::new()
        Write-Way IdToken {
            param($more)
            $idTokens.Add($server.MakeIdToken('ci', 'vod'))
            Connect-Shown @{ IdentityProvider = 'ci'; IdToken = ConvertTo-Secret $idTokens[-1] } $more
        } -Renew { $server.ExpireToken($server.LastToken) } -GetSecret { $idTokens; $server.IssuedTokens }
        $idTokenFile = Join-Path $folder id-token
        Write-Way IdTokenPath {
            param($more)
            $idTokens.Add($server.MakeIdToken('ci', 'vod'))
            Set-Content $idTokenFile $idTokens[-1]
            Connect-Shown @{ IdentityProvider = 'ci'; IdTokenPath = $idTokenFile } $more
        } -Renew {
            $server.AddIamFault('EchoSecretsIn400')
            $server.ExpireToken($server.LastToken)
        } -GetSecret { $idTokens; $server.IssuedTokens }
        Write-Way Identity {
            param($more)
            Connect-Shown @{ Identity = $true } $more
        } -Renew { param($connection) $server.ExpireTemporaryKey($connection.AccountName) } -GetSecret {
            # The access keys of the metadata service are known only to the server.
            $args | ForEach-Object { Get-HeldSecret $_ } | ForEach-Object { [Text.Encoding]::UTF8.GetString($_) }
            $server.Requests.ForEach({ $_.Headers['X-Security-Token'], $_.Headers['X-Metadata-Token'] }).Where({ $_ }) | Select-Object -Unique
        }
        $env:HUAWEICLOUD_SDK_AK = 'TEMPAK'
        $env:HUAWEICLOUD_SDK_SK = 'temp+Sk/0000000001='
        $env:HUAWEICLOUD_SDK_SECURITY_TOKEN = 'temp+Token/0000000001=='
        Write-Way Environment { param($more) Connect-Shown @{ Default = $true } $more } -GetSecret {
            'temp+Sk/0000000001='
            'temp+Token/0000000001=='
            # From here on, the source is incomplete, which is an error.
            $env:HUAWEICLOUD_SDK_AK = ''
        }
        Clear-Session
        $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = Join-Path $folder credentials
        Set-Content $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE "[basic]`nak = TEMPAK`nsk = temp+Sk/0000000001=`nsecurity_token = temp+Token/0000000001=="
        Write-Way File { param($more) Connect-Shown @{ Default = $true } $more } -GetSecret {
            'temp+Sk/0000000001='
            'temp+Token/0000000001=='
            Set-Content $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE "[basic]`nak = TEMPAK`ntemp+Sk/0000000001="
        }
        Remove-Item $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE
        Write-Way Sandbox { param($more) Connect-VodAccount -Sandbox -Verbose -Debug } -GetSecret {
            param($connection)
            Get-HeldSecret $connection | ForEach-Object { [Text.Encoding]::UTF8.GetString($_) }
        }
    } "$PSScriptRoot/common.ps1", $TestDrive
    $script:exitCode = $LASTEXITCODE

    function Test-Shown([string] $In, [string] $Secret) {
        [bool] (Get-Form $Secret).Where({ $In.Contains($_, 'OrdinalIgnoreCase') })
    }
}

Describe 'Secrets' {
    It 'are tested to the end' {
        $exitCode | Should -Be 0 -Because $text
    }

    It 'are found in every notation' {
        foreach ($form in Get-Form 'a+b/c=') { Test-Shown "x${form}x" 'a+b/c=' | Should -BeTrue }
        Test-Shown 'a+b/c' 'a+b/c=' | Should -BeFalse
    }

    Context 'of <_>' -ForEach $ways {
        BeforeAll {
            $script:way = $_
            $script:known = Get-Content "$TestDrive/$way.known.json" -Raw | ConvertFrom-Json
            $script:shown = @{ 'the screen' = $text }
            Get-ChildItem "$TestDrive/$way" | ForEach-Object { $shown[$_.Name] = Get-Content $_.FullName -Raw }
        }

        It 'are known to this test and were sent' {
            $known.Secrets.Count | Should -BeGreaterThan 0
            foreach ($secret in $known.Secrets) { $secret.Length | Should -BeGreaterThan 15 }
            $wire = "$($known.Requests)"
            $found = $known.Secrets.Where({ Test-Shown $wire $_ })
            [bool] $found | Should -Be ($way -notin 'AccessKey', 'Sandbox') -Because 'only tokens and passwords travel'
        }

        It 'could have been displayed: queries, errors, and echoes are in the transcript' {
            $transcript = $shown['transcript.txt']
            $transcript | Should -Match 'VERBOSE: GET '
            $transcript | Should -Match 'AuthenticationType : '
            if ($way -ne 'Sandbox') {
                foreach ($part in 'VOD\.10053', 'verify aksk signature fail', 'VodUnexpectedResponse') { $transcript | Should -Match $part }
            }
            if ($way -in 'SecurityToken', 'Token', 'Password', 'IdToken', 'IdTokenPath', 'Identity', 'Environment', 'File') { $transcript | Should -Match '\*\*\*' }
            $shown['errors.txt'] | Should -Match 'VodNotConnected'
            $shown.Count | Should -Be 10
        }

        It 'are not displayed anywhere' {
            foreach ($place in $shown.Keys) {
                $shown[$place] | Should -Not -BeNullOrEmpty
                foreach ($secret in $known.Secrets) {
                    Test-Shown $shown[$place] $secret | Should -BeFalse -Because "$place of $way must not have '$secret'"
                }
            }
        }
    }
}

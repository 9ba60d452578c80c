# Connect-VodAccount with the identity provider of the environment, as in the workflows of docs/signing-in.md.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/connect.common.ps1"
}

AfterAll { $server.Dispose() }

Describe 'Connect-VodAccount with an identity provider of the environment' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
        $server.AddIdentityProvider('ci', 'vod')
    }

    AfterEach { Clear-Session }

    Context 'the environment' {
        BeforeEach {
            $env:HUAWEICLOUD_SDK_IDP_ID = 'ci'
            $env:HUAWEICLOUD_SDK_ID_TOKEN_FILE = New-TokenFile
        }

        It 'provides the identity provider, the file, and the project' {
            $env:HUAWEICLOUD_SDK_PROJECT_ID = $project
            $connection = Connect-Default @{ Region = $null }
            $connection.AuthenticationType | Should -Be 'IdToken'
            $connection.ProjectId | Should -Be $project
            ((Get-Request Iam).Body | ConvertFrom-Json).auth.scope.project.id | Should -Be $project
            Assert-TokenQuery
        }

        It 'provides the project by the region' {
            $connection = Connect-Default @{ Region = 'CN-North-4' }
            $connection.ProjectId | Should -Be $project
            ((Get-Request Iam).Body | ConvertFrom-Json).auth.scope.project.name | Should -BeExactly 'cn-north-4'
            Assert-TokenQuery
            [IO.File]::WriteAllText($env:HUAWEICLOUD_SDK_ID_TOKEN_FILE, $server.MakeIdToken('ci', 'vod'))
            $server.ExpireToken($server.LastToken)
            Assert-TokenQuery
        }

        It 'is used after an access key of the environment' {
            $env:HUAWEICLOUD_SDK_AK = $TestServer::DefaultAccessKey
            $env:HUAWEICLOUD_SDK_SK = $TestServer::DefaultSecretKey
            $env:HUAWEICLOUD_SDK_PROJECT_ID = $project
            (Connect-Default).AuthenticationType | Should -Be 'AccessKey'
        }

        It 'is used before the credentials file' {
            $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = New-TokenFile "[basic]`nak = FILEAK`nsk = filesk`nproject_id = fileproject`n"
            (Connect-Default).ProjectId | Should -Be $project
        }

        It 'is not skipped if it is incomplete: <Missing> is missing' -ForEach @(
            @{ Missing = 'HUAWEICLOUD_SDK_IDP_ID' }
            @{ Missing = 'HUAWEICLOUD_SDK_ID_TOKEN_FILE' }
        ) {
            Remove-Item "Env:$Missing"
            $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = New-TokenFile "[basic]`nak = FILEAK`nsk = filesk`nproject_id = fileproject`n"
            Assert-Failure (Get-Failure { Connect-Default }) VodCredentialInvalid AuthenticationError "but not $Missing"
        }

        It 'is not used if the environment has half an access key' {
            $env:HUAWEICLOUD_SDK_AK = 'LONELY'
            Assert-Failure (Get-Failure { Connect-Default }) VodCredentialInvalid AuthenticationError 'but not HUAWEICLOUD_SDK_SK'
        }

        It 'is not skipped if the file is missing' {
            Remove-Item $env:HUAWEICLOUD_SDK_ID_TOKEN_FILE
            Assert-Failure (Get-Failure { Connect-Default }) VodCredentialInvalid AuthenticationError 'does not exist'
            $server.RequestCount | Should -Be 0
        }

        It 'can specify the file by a relative path' {
            Push-Location $TestDrive
            try {
                $env:HUAWEICLOUD_SDK_ID_TOKEN_FILE = "./$(Split-Path $env:HUAWEICLOUD_SDK_ID_TOKEN_FILE -Leaf)"
                $null = Connect-Default
                Assert-TokenQuery
            } finally {
                Pop-Location
            }
        }
    }

    Context 'the workflows of docs/signing-in.md' {
        BeforeAll {
            $script:page = (Get-Content "$root/docs/signing-in.md" -Raw) -replace "`r"
            $script:urls = 'https://cdn.example.com/a.mp4', 'https://cdn.example.com/b.mp4'

            # The code block after a heading.
            function Get-Block([string] $Heading, [string] $Language) {
                [regex]::Match($page, "(?ms)^### $Heading\n.*?^``````$Language\n(.*?)^``````").Groups[1].Value
            }

            # The module is already installed.
            function Install-PSResource { $null = $args }

            # Runs a script as a job does, with short intervals.
            function Invoke-Job([string] $Code) {
                Push-Location $TestDrive
                try {
                    $urls | Set-Content urls.txt
                    $PSDefaultParameterValues = @{ 'Wait-VodPreheat:PollIntervalSec' = 1 }
                    & ([scriptblock]::Create($Code)) 6>$null
                } finally {
                    Pop-Location
                }
            }
        }

        BeforeEach {
            $env:HW_REGION_NAME = 'cn-north-4'
            $env:HUAWEICLOUD_SDK_REGION_VOD_CN_NORTH_4 = $env:HUAWEICLOUD_SDK_IAM_ENDPOINT = $server.Endpoint
            foreach ($provider in 'github', 'gitlab', 'kubernetes') { $server.AddIdentityProvider($provider, 'vod-preheat') }
        }

        AfterEach {
            $server.SubmittedUrls | Should -Be $urls
            (Get-VodConnection).AuthenticationType | Should -Be 'IdToken'
            Remove-Item Env:VOD_ID_TOKEN, Env:ACTIONS_ID_TOKEN_REQUEST_* -ErrorAction Ignore
        }

        It 'work on GitHub Actions' {
            $env:ACTIONS_ID_TOKEN_REQUEST_URL = 'https://pipelines.example.com/token?api-version=2.0'
            $env:ACTIONS_ID_TOKEN_REQUEST_TOKEN = 'request-token'
            function Invoke-RestMethod($Uri, $Headers) {
                $Headers.Authorization | Should -BeExactly 'Bearer request-token'
                $audience = [regex]::Match($Uri, '^https://pipelines\.example\.com/token\?api-version=2\.0&audience=(.*)$').Groups[1].Value
                @{ count = 1; value = $server.MakeIdToken('github', $audience) }
            }
            $code = [regex]::Match((Get-Block 'GitHub Actions' yaml), '(?ms)^ +run: \|\n(.*)\z').Groups[1].Value
            Invoke-Job $code
        }

        It 'work on GitLab' {
            $audience = [regex]::Match((Get-Block GitLab yaml), '(?m)^ +aud: (\S+)').Groups[1].Value
            $variable = [regex]::Match((Get-Block GitLab yaml), '(?m)^  id_tokens:\n +(\w+):').Groups[1].Value
            Set-Item "Env:$variable" $server.MakeIdToken('gitlab', $audience)
            Invoke-Job (Get-Block GitLab powershell)
        }

        It 'work in a Kubernetes pod' {
            $manifest = Get-Block 'A Kubernetes pod' yaml
            foreach ($entry in [regex]::Matches($manifest, '(?m)^ +- name: ([A-Z_]+) .*\n +value: (\S+)$|^ +- name: ([A-Z_]+)\n +value: (\S+)$')) {
                $groups = $entry.Groups.Where({ $_.Success }).Value
                Set-Item "Env:$($groups[1])" $groups[2]
            }
            $env:HUAWEICLOUD_SDK_ID_TOKEN_FILE | Should -BeExactly '/var/run/secrets/tokens/oidc-token'
            $env:HUAWEICLOUD_SDK_PROJECT_ID | Should -Be $project
            $manifest | Should -Match '(?ms)mountPath: /var/run/secrets/tokens$.*path: oidc-token$'
            $audience = [regex]::Match($manifest, '(?m)^ +audience: (\S+)').Groups[1].Value
            $env:HUAWEICLOUD_SDK_ID_TOKEN_FILE = New-TokenFile $server.MakeIdToken('kubernetes', $audience)
            Invoke-Job ("Connect-VodAccount`n" + ((Get-Block GitLab powershell) -replace '(?ms)\A.*?^Connect-VodAccount [^\n]*'))
        }
    }
}

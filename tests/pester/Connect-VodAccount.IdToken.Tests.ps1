# Connect-VodAccount by an identity provider: -IdentityProvider with -IdToken or -IdTokenPath, and the same from the environment.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()
    $script:project = $TestServer::DefaultProjectId

    function Get-Request([string] $Area) { $server.Requests.Where({ $_.Area -eq $Area }) }

    function New-Token { $server.MakeIdToken('ci', 'vod') }

    # A file with a text, and its path.
    function New-TokenFile([string] $Text = (New-Token)) {
        $path = Join-Path $TestDrive "token-$([guid]::NewGuid())"
        [IO.File]::WriteAllText($path, $Text)
        $path
    }

    function Connect-Ci([hashtable] $With = @{}) {
        $parameters = @{ IdentityProvider = 'ci'; PassThru = $true }
        if (-not $With.ContainsKey('IdTokenPath')) { $parameters.IdToken = ConvertTo-Secret (New-Token) }
        foreach ($key in $With.Keys) { $parameters[$key] = $With[$key] }
        Connect-Once $server $parameters
    }

    function Connect-Default([hashtable] $With = @{}) {
        Connect-Once $server (@{ Default = $true; ProjectId = $null; PassThru = $true } + $With)
    }

    function Assert-Query {
        (Get-VodPreheatResult t).TaskId | Should -Be 't'
        (Get-Request Vod)[-1].Headers['X-Auth-Token'] | Should -BeExactly $server.LastToken
    }
}

AfterAll { $server.Dispose() }

Describe 'Connect-VodAccount by an identity provider' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
        $server.AddIdentityProvider('ci', 'vod')
    }

    AfterEach { Clear-Session }

    Context 'parameters' {
        It 'takes a token or a path, not both and not neither' {
            { Connect-VodAccount -IdentityProvider ci -Region cn-north-4 } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
            { Connect-Ci @{ IdToken = ConvertTo-Secret (New-Token); IdTokenPath = '/x' } } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
            { Connect-VodAccount -IdTokenPath /x -Region cn-north-4 -IdentityProvider '' } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
            { Connect-VodAccount -IdentityProvider ci -IdToken plain -Region cn-north-4 } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
            (Get-Command Connect-VodAccount).Parameters['IdToken'].ParameterType | Should -Be ([securestring])
        }

        It 'completes the path as a file' {
            $null = New-TokenFile
            $line = "Connect-VodAccount -IdentityProvider ci -IdTokenPath '$TestDrive/token-"
            (TabExpansion2 $line $line.Length).CompletionMatches[0].CompletionText | Should -Match 'token-'
        }
    }

    Context 'a token' {
        It 'is exchanged for one of the region''s project' {
            $token = New-Token
            $connection = Connect-Ci @{ IdToken = ConvertTo-Secret "$token`n"; ProjectId = $null }
            $request = Get-Request Iam
            $request.Target | Should -BeExactly '/v3.0/OS-AUTH/id-token/tokens'
            $request.Headers['X-Idp-Id'] | Should -BeExactly 'ci'
            $auth = ($request.Body | ConvertFrom-Json).auth
            $auth.id_token.id | Should -BeExactly $token
            $auth.scope.project | ConvertTo-Json -Compress | Should -BeExactly '{"name":"cn-north-4"}'
            Assert-Query
            $connection.AuthenticationType | Should -Be 'IdToken'
            $connection.AccountName | Should -Be 'ci'
            $connection.ProjectId | Should -Be $project
            $connection.ExpiresAt | Should -BeGreaterThan ([datetimeoffset]::UtcNow.AddHours(23))
            "$connection" | Should -BeExactly "ci@$project (cn-north-4)"
        }

        It 'is exchanged for one of a given project, without a region' {
            (Connect-Ci @{ Region = $null }).ProjectId | Should -Be $project
            ((Get-Request Iam).Body | ConvertFrom-Json).auth.scope.project | ConvertTo-Json -Compress | Should -BeExactly "{`"id`":`"$project`"}"
            Assert-Query
        }

        It 'needs a region or a project' {
            Assert-Failure (Get-Failure { Connect-Ci @{ Region = $null; ProjectId = $null } }) VodProjectNotFound ObjectNotFound '-ProjectId'
            $server.RequestCount | Should -Be 0
        }

        It 'cannot be renewed: its end names -IdTokenPath, and comes after one refused request' {
            $null = Connect-Ci
            Assert-Query
            $server.ExpireToken($server.LastToken)
            $outcome = Get-Outcome { 1..20 | Get-VodPreheatResult -ThrottleLimit 1 }
            Assert-Failure $outcome.Failure 'APIGW.0307' AuthenticationError '-IdTokenPath'
            Assert-Failure (Get-Failure { Get-VodPreheatResult t }) 'APIGW.0307' AuthenticationError '-IdTokenPath'
            @(Get-Request Iam).Count | Should -Be 1
            @(Get-Request Vod).StatusSent | Should -Be 200, 401
        }

        It 'is refused without a request: <Name>' -ForEach @(
            @{ Name = 'empty'; Text = ''; Match = 'is empty' }
            @{ Name = 'blank'; Text = " `n"; Match = 'is empty' }
            @{ Name = 'the JSON around it'; Text = '{"value":"hidden.a.b"}'; Match = 'is not an identity token' }
        ) {
            $failure = Get-Failure { Connect-Ci @{ IdToken = ConvertTo-Secret $Text } }
            Assert-Failure $failure VodCredentialInvalid AuthenticationError $Match
            "$failure" | Should -Not -Match 'hidden'
            $server.RequestCount | Should -Be 0
        }
    }

    Context 'a file' {
        It 'is read again at each renewal: the token in it has changed' {
            $path = New-TokenFile "$(New-Token)`n"
            $connection = Connect-Ci @{ IdTokenPath = $path }
            Assert-Query
            foreach ($round in 1..3) {
                $next = New-Token
                [IO.File]::WriteAllText($path, "`u{FEFF}$next`r`n")
                $server.ExpireToken($server.LastToken)
                Assert-Query
                ((Get-Request Iam)[-1].Body | ConvertFrom-Json).auth.id_token.id | Should -BeExactly $next
            }
            $server.TokensIssued | Should -Be 4
            $connection.AuthenticationType | Should -Be 'IdToken'
        }

        It 'is renewed by one request, with 8 in flight' {
            $null = Connect-Ci @{ IdTokenPath = New-TokenFile }
            Assert-Query
            $server.ExpireToken($server.LastToken)
            $server.LatencyMs = 60
            (Get-VodPreheatResult (1..40)).TaskId | Should -Be (1..40)
            $server.MaxInFlight | Should -Be 8
            $server.TokensIssued | Should -Be 2
        }

        It 'is renewed before the end, with no refused request' {
            $server.TokenLife = [timespan]::FromSeconds(1)
            $null = Connect-Ci @{ IdTokenPath = New-TokenFile }
            Assert-Query
            Start-Sleep -Milliseconds 1100
            Assert-Query
            $server.TokensIssued | Should -Be 2
            $server.Requests.StatusSent | Should -Not -Contain 401
        }

        It 'whose token IAM refuses is asked for again only when it has another' {
            $path = New-TokenFile
            $null = Connect-Ci @{ IdTokenPath = $path }
            [IO.File]::WriteAllText($path, $server.MakeIdToken('ci', 'vod', 'job', -60))
            $server.ExpireToken($server.LastToken)
            foreach ($id in 1..10) { Assert-Failure (Get-Failure { Get-VodPreheatResult $id }) 'IAM.0007' AuthenticationError 'expired at' }
            @(Get-Request Iam).Count | Should -Be 2
            [IO.File]::WriteAllText($path, (New-Token))
            Assert-Query
        }

        It 'that is gone at a renewal is one clear error' {
            $path = New-TokenFile
            $null = Connect-Ci @{ IdTokenPath = $path }
            Assert-Query
            Remove-Item $path
            $server.ExpireToken($server.LastToken)
            $outcome = Get-Outcome { 1..20 | Get-VodPreheatResult }
            Assert-Failure $outcome.Failure VodCredentialInvalid AuthenticationError 'does not exist', ([regex]::Escape($path))
            $outcome.Errors.Count | Should -Be 0
        }

        It 'is found as PowerShell finds files: <Name>' -ForEach @(
            @{ Name = 'relative to the current location'; Path = { Set-Location $TestDrive; Split-Path (New-TokenFile) -Leaf } }
            @{ Name = 'by a drive of PowerShell'; Path = { "TestDrive:/$(Split-Path (New-TokenFile) -Leaf)" } }
            @{ Name = 'with wildcard characters in its name'; Path = { $file = Join-Path $TestDrive 'a[1]*'; [IO.File]::WriteAllText($file, (New-Token)); $file } }
            @{ Name = 'by its full path, whatever the current location'; Path = { Set-Location Env:; New-TokenFile } }
        ) {
            Push-Location
            try {
                $null = Connect-Ci @{ IdTokenPath = & $Path }
                Assert-Query
                Set-Location /
                $server.ExpireToken($server.LastToken)
                Assert-Query
            } finally {
                Pop-Location
            }
        }

        It 'is found in the home folder' {
            $name = ".vodpreheat-$([guid]::NewGuid())"
            [IO.File]::WriteAllText((Join-Path $HOME $name), (New-Token))
            try {
                $null = Connect-Ci @{ IdTokenPath = "~/$name" }
                Assert-Query
            } finally {
                Remove-Item (Join-Path $HOME $name) -Force
            }
        }

        It 'is refused without a request: <Name>' -ForEach @(
            @{ Name = 'missing'; Path = { Join-Path $TestDrive nowhere }; Match = 'nowhere does not exist' }
            @{ Name = 'in a missing folder'; Path = { Join-Path $TestDrive no/where }; Match = 'where does not exist' }
            @{ Name = 'a folder'; Path = { "$TestDrive" }; Match = 'cannot be read' }
            @{ Name = 'empty'; Path = { New-TokenFile '' }; Match = 'is empty' }
            @{ Name = 'line feeds only'; Path = { New-TokenFile "`n`n" }; Match = 'is empty' }
            @{ Name = 'two tokens'; Path = { New-TokenFile "hidden.a.b`nhidden.c.d" }; Match = 'is not an identity token' }
            @{ Name = 'larger than 100 KB'; Path = { New-TokenFile ('a' * 102401) }; Match = 'larger than 100 KiB' }
            @{ Name = 'on another drive than a file system''s'; Path = { 'Env:/PATH' }; Match = 'not a path of the file system' }
            @{ Name = 'on no drive'; Path = { 'NoSuchDrive:/x' }; Match = 'not a path of the file system' }
        ) {
            $file = & $Path
            $failure = Get-Failure { Connect-Ci @{ IdTokenPath = $file } }
            Assert-Failure $failure VodCredentialInvalid AuthenticationError $Match
            "$failure" | Should -Not -Match 'hidden'
            $server.RequestCount | Should -Be 0
        }

        It 'is refused at once if it is a pipe or a device' -Skip:$IsWindows {
            $pipe = Join-Path $TestDrive "pipe-$([guid]::NewGuid())"
            mkfifo $pipe
            foreach ($file in $pipe, '/dev/zero') {
                # In a runspace of its own: whoever opens the pipe would wait for ever.
                $run = Invoke-Aside {
                    param($file)
                    Connect-VodAccount -IdentityProvider ci -IdTokenPath $file -Region cn-north-4
                } $file
                $failure = Complete-Aside $run
                "$failure" | Should -Match 'not a regular file'
            }
        }
    }

    Context 'refusals of IAM' {
        It 'say what to look at, after one request: <Name>' -ForEach @(
            @{ Name = 'unknown provider'; With = { @{ IdentityProvider = 'nobody' } }; Id = 'IAM.0004'; Category = 'ObjectNotFound'; Match = 'nobody', 'name of the identity provider' }
            @{ Name = 'expired'; With = { @{ IdToken = ConvertTo-Secret $server.MakeIdToken('ci', 'vod', 'job', -60) } }; Id = 'IAM.0007'; Category = 'AuthenticationError'; Match = , 'expired at 20\d\d-' }
            @{ Name = 'wrong audience'; With = { @{ IdToken = ConvertTo-Secret $server.MakeIdToken('ci', 'other') } }; Id = 'IAM.0007'; Category = 'AuthenticationError'; Match = "audience 'other'", 'client ID' }
            @{ Name = 'no rule'; With = { @{ IdToken = ConvertTo-Secret $server.MakeIdToken('ci', 'vod', 'repo:x/y') } }; Id = 'IAM.0003'; Category = 'PermissionDenied'; Match = "subject 'repo:x/y'", 'identity conversion rule' }
            @{ Name = 'no permission on the project'; With = { $server.AddProject('p2', 'p2'); @{ ProjectId = 'p2' } }; Id = 'IAM.0003'; Category = 'PermissionDenied'; Match = 'p2', 'permissions in the project' }
            @{ Name = 'unknown project'; With = { @{ ProjectId = 'p3' } }; Id = 'VodHttpError'; Category = 'InvalidArgument'; Match = 'p3', 'project id' }
        ) {
            $parameters = & $With
            $failure = Get-Failure { Connect-Ci ($parameters + @{ MaximumRetryCount = 3 }) }
            Assert-Failure $failure $Id $Category $Match
            $failure.Exception.RequestId | Should -Match $server.Requests[0].RequestId
            $server.RequestCount | Should -Be 1
            Get-VodConnection | Should -BeNullOrEmpty
        }

        It 'do not show the token, in whatever form IAM echoes it' {
            $token = New-Token
            $echo = @(Get-Form $token) -join ' | '
            $server.AddIamAnswer(401, (@{ error_code = 'IAM.0007'; error_msg = "bad: $echo" } | ConvertTo-Json))
            $failure = Get-Failure { Connect-Ci @{ IdToken = ConvertTo-Secret $token } }
            Assert-Failure $failure 'IAM.0007' AuthenticationError 'bad: \*\*\* \| \*\*\*'
            foreach ($form in Get-Form $token) { "$failure" | Should -Not -Match ([regex]::Escape($form)) }
        }
    }

    Context 'the environment' {
        BeforeEach {
            $env:HUAWEICLOUD_SDK_IDP_ID = 'ci'
            $env:HUAWEICLOUD_SDK_ID_TOKEN_FILE = New-TokenFile
        }

        It 'names the provider, the file and the project' {
            $env:HUAWEICLOUD_SDK_PROJECT_ID = $project
            $connection = Connect-Default @{ Region = $null }
            $connection.AuthenticationType | Should -Be 'IdToken'
            $connection.ProjectId | Should -Be $project
            ((Get-Request Iam).Body | ConvertFrom-Json).auth.scope.project.id | Should -Be $project
            Assert-Query
        }

        It 'names the project by the region' {
            $connection = Connect-Default @{ Region = 'CN-North-4' }
            $connection.ProjectId | Should -Be $project
            ((Get-Request Iam).Body | ConvertFrom-Json).auth.scope.project.name | Should -BeExactly 'cn-north-4'
            Assert-Query
            [IO.File]::WriteAllText($env:HUAWEICLOUD_SDK_ID_TOKEN_FILE, (New-Token))
            $server.ExpireToken($server.LastToken)
            Assert-Query
        }

        It 'comes after the environment''s key' {
            $env:HUAWEICLOUD_SDK_AK = $TestServer::DefaultAccessKey
            $env:HUAWEICLOUD_SDK_SK = $TestServer::DefaultSecretKey
            $env:HUAWEICLOUD_SDK_PROJECT_ID = $project
            (Connect-Default).AuthenticationType | Should -Be 'AccessKey'
        }

        It 'comes before the credentials file' {
            $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = New-TokenFile "[basic]`nak = FILEAK`nsk = filesk`nproject_id = fileproject`n"
            (Connect-Default).ProjectId | Should -Be $project
        }

        It 'that has half of it never falls through: <Missing> is missing' -ForEach @(
            @{ Missing = 'HUAWEICLOUD_SDK_IDP_ID' }
            @{ Missing = 'HUAWEICLOUD_SDK_ID_TOKEN_FILE' }
        ) {
            Remove-Item "Env:$Missing"
            $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = New-TokenFile "[basic]`nak = FILEAK`nsk = filesk`nproject_id = fileproject`n"
            Assert-Failure (Get-Failure { Connect-Default }) VodCredentialInvalid AuthenticationError "but not $Missing"
        }

        It 'that has half a key beside it never falls through' {
            $env:HUAWEICLOUD_SDK_AK = 'LONELY'
            Assert-Failure (Get-Failure { Connect-Default }) VodCredentialInvalid AuthenticationError 'but not HUAWEICLOUD_SDK_SK'
        }

        It 'that names a missing file never falls through' {
            Remove-Item $env:HUAWEICLOUD_SDK_ID_TOKEN_FILE
            Assert-Failure (Get-Failure { Connect-Default }) VodCredentialInvalid AuthenticationError 'does not exist'
            $server.RequestCount | Should -Be 0
        }

        It 'may name the file by a relative path' {
            Push-Location $TestDrive
            try {
                $env:HUAWEICLOUD_SDK_ID_TOKEN_FILE = "./$(Split-Path $env:HUAWEICLOUD_SDK_ID_TOKEN_FILE -Leaf)"
                $null = Connect-Default
                Assert-Query
            } finally {
                Pop-Location
            }
        }
    }

    Context 'the workflows of docs/signing-in.md' {
        BeforeAll {
            $script:page = (Get-Content "$root/docs/signing-in.md" -Raw) -replace "`r"
            $script:urls = 'https://cdn.example.com/a.mp4', 'https://cdn.example.com/b.mp4'

            # The block of code below a heading.
            function Get-Block([string] $Heading, [string] $Language) {
                [regex]::Match($page, "(?ms)^### $Heading\n.*?^``````$Language\n(.*?)^``````").Groups[1].Value
            }

            # The module is there already.
            function Install-PSResource { $null = $args }

            # Runs a script where a job would run, with waits that are short.
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

# Connect-VodAccount with an identity provider: -IdentityProvider with -IdToken or -IdTokenPath.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/connect.common.ps1"

    function New-Token { $server.MakeIdToken('ci', 'vod') }

    function Connect-Ci([hashtable] $With = @{}) {
        $parameters = @{ IdentityProvider = 'ci'; PassThru = $true }
        if (-not $With.ContainsKey('IdTokenPath')) { $parameters.IdToken = ConvertTo-Secret (New-Token) }
        foreach ($key in $With.Keys) { $parameters[$key] = $With[$key] }
        Connect-Once $server $parameters
    }
}

AfterAll { $server.Dispose() }

Describe 'Connect-VodAccount with an identity provider' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
        $server.AddIdentityProvider('ci', 'vod')
    }

    AfterEach { Clear-Session }

    Context 'parameters' {
        It 'requires either a token or a path' {
            { Connect-VodAccount -IdentityProvider ci -Region cn-north-4 } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
            { Connect-Ci @{ IdToken = ConvertTo-Secret (New-Token); IdTokenPath = '/x' } } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
            { Connect-VodAccount -IdTokenPath /x -Region cn-north-4 -IdentityProvider '' } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
            { Connect-VodAccount -IdentityProvider ci -IdToken plain -Region cn-north-4 } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
            (Get-Command Connect-VodAccount).Parameters['IdToken'].ParameterType | Should -Be ([securestring])
        }

        It 'completes the path' {
            $null = New-TokenFile
            $line = "Connect-VodAccount -IdentityProvider ci -IdTokenPath '$TestDrive/token-"
            (TabExpansion2 $line $line.Length).CompletionMatches[0].CompletionText | Should -Match 'token-'
        }
    }

    Context 'a token' {
        It 'is exchanged for a token of the project of the region' {
            $token = New-Token
            $connection = Connect-Ci @{ IdToken = ConvertTo-Secret "$token`n"; ProjectId = $null }
            $request = Get-Request Iam
            $request.Target | Should -BeExactly '/v3.0/OS-AUTH/id-token/tokens'
            $request.Headers['X-Idp-Id'] | Should -BeExactly 'ci'
            $auth = ($request.Body | ConvertFrom-Json).auth
            $auth.id_token.id | Should -BeExactly $token
            $auth.scope.project | ConvertTo-Json -Compress | Should -BeExactly '{"name":"cn-north-4"}'
            Assert-TokenQuery
            $connection.AuthenticationType | Should -Be 'IdToken'
            $connection.AccountName | Should -Be 'ci'
            $connection.ProjectId | Should -Be $project
            $connection.ExpiresAt | Should -BeGreaterThan ([datetimeoffset]::UtcNow.AddHours(23))
            "$connection" | Should -BeExactly "ci@$project (cn-north-4)"
        }

        It 'is exchanged for a token of a specified project, without a region' {
            (Connect-Ci @{ Region = $null }).ProjectId | Should -Be $project
            ((Get-Request Iam).Body | ConvertFrom-Json).auth.scope.project | ConvertTo-Json -Compress | Should -BeExactly "{`"id`":`"$project`"}"
            Assert-TokenQuery
        }

        It 'requires a region or a project' {
            Assert-Failure (Get-Failure { Connect-Ci @{ Region = $null; ProjectId = $null } }) VodProjectNotFound ObjectNotFound '-ProjectId'
            $server.RequestCount | Should -Be 0
        }

        It 'cannot be renewed: after one refused request, the error names -IdTokenPath' {
            $null = Connect-Ci
            Assert-TokenQuery
            $server.ExpireToken($server.LastToken)
            $outcome = Get-Outcome { 1..20 | Get-VodPreheatResult -ThrottleLimit 1 }
            Assert-Failure $outcome.Failure 'APIGW.0307' AuthenticationError '-IdTokenPath'
            Assert-Failure (Get-Failure { Get-VodPreheatResult t }) 'APIGW.0307' AuthenticationError '-IdTokenPath'
            @(Get-Request Iam).Count | Should -Be 1
            @(Get-Request Vod).StatusSent | Should -Be 200, 401
        }

        It 'causes an error without a request: <Name>' -ForEach @(
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
        It 'is read again for each renewal' {
            $path = New-TokenFile "$(New-Token)`n"
            $connection = Connect-Ci @{ IdTokenPath = $path }
            Assert-TokenQuery
            foreach ($round in 1..3) {
                $next = New-Token
                [IO.File]::WriteAllText($path, "`u{FEFF}$next`r`n")
                $server.ExpireToken($server.LastToken)
                Assert-TokenQuery
                ((Get-Request Iam)[-1].Body | ConvertFrom-Json).auth.id_token.id | Should -BeExactly $next
            }
            $server.TokensIssued | Should -Be 4
            $connection.AuthenticationType | Should -Be 'IdToken'
        }

        It 'is exchanged by one request while 8 queries are in progress' {
            $null = Connect-Ci @{ IdTokenPath = New-TokenFile }
            Assert-TokenQuery
            $server.ExpireToken($server.LastToken)
            $server.LatencyMs = 60
            (Get-VodPreheatResult (1..40)).TaskId | Should -Be (1..40)
            $server.MaxInFlight | Should -Be 8
            $server.TokensIssued | Should -Be 2
        }

        It 'is exchanged before the token expires, without a refused request' {
            $server.TokenLife = [timespan]::FromSeconds(1)
            $null = Connect-Ci @{ IdTokenPath = New-TokenFile }
            Assert-TokenQuery
            Start-Sleep -Milliseconds 1100
            Assert-TokenQuery
            $server.TokensIssued | Should -Be 2
            $server.Requests.StatusSent | Should -Not -Contain 401
        }

        It 'whose token IAM refused is used again only when it contains another token' {
            $path = New-TokenFile
            $null = Connect-Ci @{ IdTokenPath = $path }
            [IO.File]::WriteAllText($path, $server.MakeIdToken('ci', 'vod', 'job', -60))
            $server.ExpireToken($server.LastToken)
            foreach ($id in 1..10) { Assert-Failure (Get-Failure { Get-VodPreheatResult $id }) 'IAM.0007' AuthenticationError 'expired at' }
            @(Get-Request Iam).Count | Should -Be 2
            [IO.File]::WriteAllText($path, (New-Token))
            Assert-TokenQuery
        }

        It 'that is missing at a renewal causes one error' {
            $path = New-TokenFile
            $null = Connect-Ci @{ IdTokenPath = $path }
            Assert-TokenQuery
            Remove-Item $path
            $server.ExpireToken($server.LastToken)
            $outcome = Get-Outcome { 1..20 | Get-VodPreheatResult }
            Assert-Failure $outcome.Failure VodCredentialInvalid AuthenticationError 'does not exist', ([regex]::Escape($path))
            $outcome.Errors.Count | Should -Be 0
        }

        It 'is resolved like other paths in PowerShell: <Name>' -ForEach @(
            @{ Name = 'relative to the current location'; Path = { Set-Location $TestDrive; Split-Path (New-TokenFile) -Leaf } }
            @{ Name = 'by a drive of PowerShell'; Path = { "TestDrive:/$(Split-Path (New-TokenFile) -Leaf)" } }
            @{ Name = 'with wildcard characters in its name'; Path = { $file = Join-Path $TestDrive 'a[1]'; [IO.File]::WriteAllText($file, (New-Token)); $file } }
            @{ Name = 'by its full path, whatever the current location'; Path = { Set-Location Env:; New-TokenFile } }
        ) {
            Push-Location
            try {
                $null = Connect-Ci @{ IdTokenPath = & $Path }
                Assert-TokenQuery
                Set-Location /
                $server.ExpireToken($server.LastToken)
                Assert-TokenQuery
            } finally {
                Pop-Location
            }
        }

        It 'is found in the home folder' {
            $file = New-TokenFile
            Use-HomeFolder (Split-Path $file) {
                $null = Connect-Ci @{ IdTokenPath = "~/$(Split-Path $file -Leaf)" }
                Assert-TokenQuery
            }
        }

        It 'causes an error without a request: <Name>' -ForEach @(
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

        It 'causes an error immediately if it is a pipe or a device' -Skip:$IsWindows {
            $pipe = Join-Path $TestDrive "pipe-$([guid]::NewGuid())"
            mkfifo $pipe
            foreach ($file in $pipe, '/dev/zero') {
                # In a separate runspace, because a program that opens the pipe would wait forever.
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
        It 'cause an error that says what to check, after one request: <Name>' -ForEach @(
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

        It 'do not display the token, in any notation that IAM echoes' {
            $token = New-Token
            $echo = @(Get-Form $token) -join ' | '
            $server.AddIamAnswer(401, (@{ error_code = 'IAM.0007'; error_msg = "bad: $echo" } | ConvertTo-Json))
            $failure = Get-Failure { Connect-Ci @{ IdToken = ConvertTo-Secret $token } }
            Assert-Failure $failure 'IAM.0007' AuthenticationError 'The service answered: \*\*\*\. The token has issuer'
            foreach ($form in Get-Form $token) { "$failure" | Should -Not -Match ([regex]::Escape($form)) }
        }
    }
}

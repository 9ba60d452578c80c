# The parameters of Connect-VodAccount, the connection, and each way to sign in with credentials.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/connect.common.ps1"
}

AfterAll { $server.Dispose() }

Describe 'Connect-VodAccount' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
        $server.AddUser('ops', 'p@ss w0rd/+=', 'acme')
    }

    AfterEach { Clear-Session }

    Context 'parameters' {
        It 'have the sets of the help page' {
            $command = Get-Command Connect-VodAccount
            $command.DefaultParameterSet | Should -Be 'Default'
            $sets = @{}
            foreach ($set in $command.ParameterSets) {
                $sets[$set.Name] = $set.Parameters.Where({ $_.Name -notin [Management.Automation.Cmdlet]::CommonParameters }).Name | Sort-Object
            }
            $every = 'Endpoint', 'IamEndpoint', 'MaximumRetryCount', 'NoDefault', 'PassThru', 'ProjectId', 'Proxy', 'ProxyCredential',
            'Region', 'RequestsPerMinute', 'SubmissionsPerMinute', 'TimeoutSec'
            $own = @{
                Default     = @()
                AccessKey   = 'AccessKey', 'SecurityToken'
                Token       = @('Token')
                Password    = 'Credential', 'DomainName'
                IdToken     = 'IdentityProvider', 'IdToken'
                IdTokenPath = 'IdentityProvider', 'IdTokenPath'
                Identity    = @('Identity')
                Sandbox     = @('Sandbox')
            }
            $sets.Keys | Sort-Object | Should -Be ($own.Keys | Sort-Object)
            foreach ($name in $own.Keys) { $sets[$name] | Should -Be ($every + $own[$name] | Sort-Object) }
        }

        It 'accept no secret as plain text' {
            $parameters = (Get-Command Connect-VodAccount).Parameters
            foreach ($name in 'SecurityToken', 'Token', 'IdToken') { $parameters[$name].ParameterType | Should -Be ([securestring]) }
            foreach ($name in 'AccessKey', 'Credential', 'ProxyCredential') {
                $parameters[$name].ParameterType | Should -Be ([pscredential])
                $parameters[$name].Attributes.TypeId | Should -Contain ([Management.Automation.CredentialAttribute]) -Because 'a bare string prompts'
            }
            { Connect-Once $server @{ Token = 'plain' } } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
        }

        It 'report a secret that was disposed' {
            $secret = ConvertTo-Secret 'token'
            $secret.Dispose()
            Assert-Failure (Get-Failure { Connect-Once $server @{ Token = $secret } }) VodCredentialInvalid AuthenticationError 'disposed'
            Assert-Failure (Get-Failure { Connect-Once $server @{ AccessKey = [pscredential]::new('AK', $secret) } }) VodCredentialInvalid AuthenticationError 'disposed'
        }

        It 'cannot be combined across sets' {
            { Connect-Once $server @{ Sandbox = $true } } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
        }

        It 'have a valid range: <Name>' -ForEach @(
            @{ Name = 'TimeoutSec'; Value = 0 }
            @{ Name = 'MaximumRetryCount'; Value = -1 }
            @{ Name = 'RequestsPerMinute'; Value = -1 }
            @{ Name = 'SubmissionsPerMinute'; Value = -1 }
        ) {
            { Connect-Once $server @{ $Name = $Value } } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        }

        It 'are completed: <Line> to <Expected>' -ForEach @(
            @{ Line = 'Connect-VodAccount -Region '; Expected = 'cn-north-4 cn-north-1 cn-east-2 ap-southeast-1 ap-southeast-2 ap-southeast-3' }
            @{ Line = 'Connect-VodAccount -Region CN-N'; Expected = 'cn-north-4 cn-north-1' }
            @{ Line = "Connect-VodAccount -Region 'ap-southeast-3"; Expected = 'ap-southeast-3' }
        ) {
            $matched = (TabExpansion2 $Line $Line.Length).CompletionMatches
            $matched.CompletionText.Trim("'") -join ' ' | Should -Be $Expected
            $matched[0].ToolTip | Should -Match 'CN North|Singapore'
        }
    }

    Context 'the connection' {
        It 'becomes the default without output' {
            Connect-Once $server | Should -BeNullOrEmpty
            Assert-Query
            $server.ConnectionCount | Should -Be 1
        }

        It 'is returned by -PassThru and becomes the default' {
            $connection = Connect-Once $server @{ PassThru = $true }
            $connection | Should -BeOfType ([VodPreheat.VodConnection])
            [object]::ReferenceEquals((Get-VodConnection), $connection) | Should -BeTrue
        }

        It 'is returned by -NoDefault and does not change the default' {
            $default = Connect-Once $server @{ PassThru = $true }
            $other = Connect-Once $server @{ NoDefault = $true; Endpoint = "$($server.Endpoint)other" }
            [object]::ReferenceEquals((Get-VodConnection), $default) | Should -BeTrue
            $null = Get-Outcome { Get-VodPreheatResult t -Connection $other }
            $server.Requests[-1].Path | Should -Be "/other/v1.0/$project/asset/preheating"
        }

        It 'replaces the default only if it is created successfully' {
            $default = Connect-Once $server @{ PassThru = $true }
            $null = Get-Failure { Connect-VodAccount -Region cn-north-4 -ProjectId p -Token ([securestring]::new()) }
            [object]::ReferenceEquals((Get-VodConnection), $default) | Should -BeTrue
        }

        It 'that is still the default is in the error of a command that failed: <Name>' -ForEach @(
            @{ Name = 'cloud'; Default = { Connect-Once $server @{} }; Match = 'The default connection is still project ' }
            @{ Name = 'sandbox'; Default = { Connect-VodAccount -Sandbox }; Match = 'The default connection is still the sandbox.' }
            @{ Name = 'none'; Default = { }; Match = $null }
        ) {
            & $Default
            foreach ($failure in (Get-Failure { Connect-VodAccount -Region cn-north-4 -ProjectId p -Token ([securestring]::new()) }), (Get-Failure { Connect-VodAccount -Sandbox -ProjectId p })) {
                if ($Match) { "$failure" | Should -BeLike "*$Match*" } else { "$failure" | Should -Not -BeLike '*still*' }
            }
        }

        It 'sends nothing if nothing has to be looked up' {
            Connect-Once $server
            Connect-Once $server @{ Token = ConvertTo-Secret 'abc' }
            $server.RequestCount | Should -Be 0
        }

        It 'sends the versions of module and PowerShell in each request' {
            $null = Connect-Once $server @{ Credential = ConvertTo-Credential 'ops' 'p@ss w0rd/+='; DomainName = 'acme' }
            Assert-Query
            $version = [regex]::Escape((Get-Module VodPreheat).Version)
            foreach ($area in 'Iam', 'Vod') {
                (Get-Request $area).Headers['User-Agent'] | Should -MatchExactly "^VodPreheat/$version PowerShell/$([regex]::Escape($PSVersionTable.PSVersion))$"
            }
        }

        It 'is immutable' {
            $properties = [VodPreheat.VodConnection].GetProperties()
            $properties.Name | Sort-Object | Should -Be 'AccountName', 'AuthenticationType', 'Endpoint', 'ExpiresAt', 'ProjectId', 'Region'
            foreach ($property in $properties.Where({ $_.CanWrite })) {
                $property.SetMethod.ReturnParameter.GetRequiredCustomModifiers().Name | Should -Contain 'IsExternalInit' -Because "$($property.Name) is set at its creation only"
            }
            [VodPreheat.VodConnection].GetConstructors().ForEach({ $_.GetParameters().Count }) | Should -Be 0 -Because 'mocks make one that is not live'
        }
    }

    Context 'AccessKey' {
        It 'signs requests' {
            $connection = Connect-Once $server @{ PassThru = $true }
            Assert-Query
            $connection.AuthenticationType | Should -Be 'AccessKey'
            $connection.AccountName | Should -BeExactly $TestServer::DefaultAccessKey
            $connection.Region | Should -Be 'cn-north-4'
            $connection.ProjectId | Should -Be $project
            $connection.Endpoint | Should -Be $server.Endpoint
            $connection.ExpiresAt | Should -BeNullOrEmpty
            "$connection" | Should -BeExactly "$($TestServer::DefaultAccessKey)@$project (cn-north-4)"
        }

        It 'signs the security token of a temporary key' {
            $server.AddTemporaryKey('TEMPAK', 'tempsk', 'temp+token/==', $project)
            Connect-Once $server @{
                AccessKey = ConvertTo-Credential 'TEMPAK' 'tempsk'; SecurityToken = ConvertTo-Secret 'temp+token/=='
            }
            Assert-Query
            $headers = (Get-Request Vod).Headers
            $headers['X-Security-Token'] | Should -BeExactly 'temp+token/=='
            $headers['Authorization'] | Should -Match 'SignedHeaders=host;x-project-id;x-sdk-date;x-security-token,'
        }

        It 'accepts a credential that was exported to a file' {
            ConvertTo-Credential $TestServer::DefaultAccessKey $TestServer::DefaultSecretKey | Export-Clixml TestDrive:/key.xml
            Connect-Once $server @{ AccessKey = Import-Clixml TestDrive:/key.xml }
            Assert-Query
        }

        It 'prompts for the secret key of an access key ID' {
            # This runspace cannot prompt. Its error shows that the cmdlet tried.
            $failure = Complete-Aside (Invoke-Aside { Connect-VodAccount -AccessKey NAME -Region cn-north-4 -ProjectId p })
            "$failure" | Should -Match 'user interaction|prompt'
            Get-VodConnection | Should -BeNullOrEmpty
        }

        It 'reports an expired temporary access key' {
            $server.AddTemporaryKey('TEMPAK', 'tempsk', 'temptoken', $project)
            $server.ExpireTemporaryKey('TEMPAK')
            Connect-Once $server @{ AccessKey = ConvertTo-Credential 'TEMPAK' 'tempsk'; SecurityToken = ConvertTo-Secret 'temptoken' }
            Assert-Failure (Get-Failure { Get-VodPreheatResult t }) 'APIGW.0301' AuthenticationError 'security token expired'
        }

        It 'reports <Name> without a request' -ForEach @(
            @{ Name = 'an empty secret key'; With = { @{ AccessKey = ConvertTo-Credential 'AK' '' } }; Message = 'secret key is empty' }
            @{ Name = 'a secret key with a line break'; With = { @{ AccessKey = ConvertTo-Credential 'AK' "a`nb" } }; Message = 'secret key contains a space' }
            @{ Name = 'an access key with a blank in it'; With = { @{ AccessKey = ConvertTo-Credential 'A K' 'sk' } }; Message = 'letters and digits' }
            @{ Name = 'a secret key in quotation marks'; With = { @{ AccessKey = ConvertTo-Credential 'AK' '"sk"' } }; Message = 'secret key is in quotation marks' }
            @{ Name = 'a masked token'; With = { @{ Token = ConvertTo-Secret '********' } }; Message = 'token consists of asterisks' }
            @{ Name = 'a swapped key'; With = { @{ AccessKey = ConvertTo-Credential ('s3cret' * 6 + 'Abcd') 'HPUAEXAMPLE000000001' } }; Message = 'swapped' }
            @{ Name = 'an empty security token'; With = { @{ SecurityToken = [securestring]::new() } }; Message = 'security token is empty' }
            @{ Name = 'an empty token'; With = { @{ Token = [securestring]::new() } }; Message = 'token is empty' }
            @{
                Name    = 'an empty password'
                With    = { @{ Credential = ConvertTo-Credential 'ops' ''; DomainName = 'acme' } }
                Message = 'password is empty'
            }
        ) {
            $parameters = & $With
            Assert-Failure (Get-Failure { Connect-Once $server $parameters }) VodCredentialInvalid AuthenticationError $Message
            "$($Error[0])" | Should -Not -Match 's3cret'
            $server.RequestCount | Should -Be 0
        }
    }

    Context 'Token' {
        It 'is sent as X-Auth-Token, without a signature' {
            $server.AddToken('to/ken+1==', $project)
            $connection = Connect-Once $server @{ Token = ConvertTo-Secret 'to/ken+1=='; PassThru = $true }
            Assert-Query
            $headers = (Get-Request Vod).Headers
            $headers['X-Auth-Token'] | Should -BeExactly 'to/ken+1=='
            $headers['X-Project-Id'] | Should -BeExactly $project
            $headers.Keys | Should -Not -Contain 'Authorization'
            $connection.AuthenticationType | Should -Be 'Token'
            $connection.AccountName | Should -BeNullOrEmpty
        }

        It 'is reported when it has expired' {
            $server.AddToken('old', $project)
            $server.ExpireToken('old')
            Connect-Once $server @{ Token = ConvertTo-Secret 'old' }
            Assert-Failure (Get-Failure { Get-VodPreheatResult t }) 'APIGW.0307' AuthenticationError 'expired'
            $server.RequestCount | Should -Be 1
        }

        It 'that is refused leads to a token, not to a secret key' {
            Connect-Once $server @{ Token = ConvertTo-Secret 'unknown' }
            $failure = Get-Failure { Get-VodPreheatResult t }
            Assert-Failure $failure 'APIGW.0301' AuthenticationError 'the token was issued'
            "$failure" | Should -Not -Match 'secret'
        }

        It 'is used to look up the project in IAM' {
            $server.AddToken('good', $project)
            $connection = Connect-Once $server @{ Token = ConvertTo-Secret 'good'; ProjectId = $null; PassThru = $true }
            $connection.ProjectId | Should -Be $project
            (Get-Request Iam).Headers['X-Auth-Token'] | Should -BeExactly 'good'
        }
    }

    Context 'Password' {
        BeforeAll {
            function Connect-User([hashtable] $With = @{}) {
                Connect-Once $server (@{
                        Credential = ConvertTo-Credential 'ops' 'p@ss w0rd/+='; DomainName = 'acme'; ProjectId = $null; PassThru = $true
                    } + $With)
            }
        }

        It 'requests a token for the project of the region' {
            $connection = Connect-User
            Assert-Query
            $connection.AuthenticationType | Should -Be 'Password'
            $connection.AccountName | Should -Be 'ops'
            $connection.ProjectId | Should -Be $project
            $connection.ExpiresAt | Should -BeGreaterThan ([datetimeoffset]::UtcNow.AddHours(23))
            (Get-Request Vod).Headers['X-Auth-Token'] | Should -BeExactly $server.LastToken
            $iam = @(Get-Request Iam)
            $iam.Count | Should -Be 1
            $iam[0].Target | Should -BeExactly '/v3/auth/tokens?nocatalog=true'
            $auth = ($iam[0].Body | ConvertFrom-Json).auth
            $auth.identity.methods | Should -Be 'password'
            $auth.scope.project.name | Should -Be 'cn-north-4'
            $auth.scope.project.domain.name | Should -Be 'acme'
            $auth.identity.password.user.password | Should -BeExactly 'p@ss w0rd/+='
        }

        It 'requests a token for a specified project' {
            $connection = Connect-Once $server @{
                Credential = ConvertTo-Credential 'ops' 'p@ss w0rd/+='; DomainName = 'acme'; PassThru = $true; Region = $null
            }
            $connection.ProjectId | Should -Be $project
            ((Get-Request Iam).Body | ConvertFrom-Json).auth.scope.project.id | Should -Be $project
        }

        It 'reports immediately that <Name>, and what to do' -ForEach @(
            @{ Name = 'the password is wrong'; Fault = 'None'; Password = 'another'; Id = 'VodHttpError'; Match = 'username or password is wrong', 'DomainName' }
            @{ Name = 'the user is locked'; Fault = 'Locked'; Id = 'IAM.0061'; Match = 'locked', 'ask an administrator' }
            @{ Name = 'the user may only use the console'; Fault = 'NoProgrammaticAccess'; Id = 'IAM.0081'; Match = , 'programmatic access' }
            @{ Name = 'the user is disabled'; Fault = 'Disabled'; Id = 'IAM.0082'; Match = , 'disabled' }
            @{ Name = 'a verification code is asked for'; Fault = 'MfaRequired'; Id = 'VodHttpError'; Match = 'MFA', '-AccessKey' }
        ) {
            $server.SetUserFault('ops', $Fault)
            $failure = Get-Failure {
                Connect-Once $server @{ Credential = ConvertTo-Credential 'ops' ($Password ?? 'p@ss w0rd/+='); DomainName = 'acme'; MaximumRetryCount = 3 }
            }
            Assert-Failure $failure $Id AuthenticationError $Match
            $failure.Exception.RequestId | Should -Match $server.Requests[0].RequestId
            $server.RequestCount | Should -Be 1
            Get-VodConnection | Should -BeNullOrEmpty
        }

        It 'retries IAM only if a POST can be retried: <Requests> requests after <Fault>' -ForEach @(
            @{ Fault = 'Throttled429RetryNow'; Requests = 2; Id = $null }
            @{ Fault = 'Error503'; Requests = 1; Id = 'APIGW.0613' }
            @{ Fault = 'ResetBeforeHeaders'; Requests = 1; Id = 'VodConnectionFailed' }
            @{ Fault = 'HtmlPage'; Requests = 1; Id = 'VodUnexpectedResponse' }
        ) {
            $server.AddIamFault($Fault)
            $outcome = Get-Outcome { Connect-User @{ MaximumRetryCount = 2 } }
            $server.RequestCount | Should -Be $Requests
            "$($outcome.Failure.Exception.ErrorCode)" | Should -Be "$Id"
            if ($Id) { $outcome.Failure.FullyQualifiedErrorId | Should -BeExactly "$Id,VodPreheat.Commands.ConnectVodAccountCommand" }
        }

        It 'requires a region or a project' {
            Assert-Failure (Get-Failure { Connect-User @{ Region = $null } }) VodProjectNotFound ObjectNotFound '-ProjectId'
            $server.RequestCount | Should -Be 0
        }
    }

    Context 'Identity' {
        BeforeAll {
            function Connect-Machine { Connect-Once $server @{ Identity = $true; PassThru = $true } }
        }

        BeforeEach { $env:VODPREHEAT_METADATA_ENDPOINT = $server.Endpoint }

        It 'uses the access keys of the metadata service, <Mode>' -ForEach @(
            @{ Mode = 'V2'; Requests = 'PUT /meta-data/latest/api/token -> 200', 'GET /openstack/latest/securitykey -> 200' }
            @{ Mode = 'V1Only'; Requests = 'PUT /meta-data/latest/api/token -> 404', 'GET /openstack/latest/securitykey -> 200' }
        ) {
            $server.MetadataMode = $Mode
            $connection = Connect-Machine
            Assert-Query
            Get-Request Metadata | Should -Be $Requests
            $connection.AuthenticationType | Should -Be 'Identity'
            $connection.AccountName | Should -Match '^HST'
            $connection.ExpiresAt | Should -BeGreaterThan ([datetimeoffset]::UtcNow.AddMinutes(50))
            (Get-Request Vod).Headers['X-Security-Token'] | Should -Match '^ggpj'
        }

        It 'reports what is wrong, <Mode>' -ForEach @(
            @{ Mode = 'NoAgency'; Id = 'VodNoCredential'; Category = 'AuthenticationError'; Match = 'HTTP 401', 'agency' }
            @{ Mode = 'NotThere'; Id = 'VodNoCredential'; Category = 'AuthenticationError'; Match = 'HTTP 404', 'ECS' }
            @{ Mode = 'Hang'; Id = 'VodTimeout'; Category = 'OperationTimeout'; Match = 'within 3 s', 'metadata service', 'ECS', 'agency' }
        ) {
            $server.MetadataMode = $Mode
            Assert-Failure (Get-Failure { Connect-Machine }) $Id $Category $Match
        }

        It 'reports that there is no metadata service' {
            $env:VODPREHEAT_METADATA_ENDPOINT = [VodPreheat.TestServer.ClosedPort]::Refused()
            Assert-Failure (Get-Failure { Connect-Machine }) VodConnectionFailed ConnectionError 'metadata service', 'ECS', 'agency'
        }

        It 'accepts only loopback as another address' {
            $env:VODPREHEAT_METADATA_ENDPOINT = 'http://169.254.169.253'
            Assert-Failure (Get-Failure { Connect-Machine }) VodInsecureEndpoint SecurityError 'VODPREHEAT_METADATA_ENDPOINT'
        }
    }

    Context 'Sandbox' {
        It 'requires no region, network, environment, or file' {
            $env:HUAWEICLOUD_SDK_AK = 'half'
            $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = '/nowhere'
            $connection = Connect-VodAccount -Sandbox -PassThru
            $connection.AuthenticationType | Should -Be 'Sandbox'
            (Get-VodPreheatResult example).Count | Should -Be 3
            $server.ConnectionCount | Should -Be 0
        }

        It 'refuses what has no meaning for it: <With.Keys>' -ForEach @(
            @{ With = @{ ProjectId = 'p' } }
            @{ With = @{ Endpoint = 'https://vod.example.com' } }
            @{ With = @{ IamEndpoint = 'https://iam.example.com'; Proxy = 'http://proxy:3128' } }
            @{ With = @{ ProxyCredential = [pscredential]::new('u', [securestring]::new()) } }
        ) {
            Assert-Failure (Get-Failure { Connect-VodAccount -Sandbox @With }) VodInvalidInput InvalidArgument @($With.Keys | ForEach-Object { "-$_" })
            Get-VodConnection | Should -BeNullOrEmpty
        }

        It 'keeps what has a meaning' {
            (Connect-VodAccount -Sandbox -PassThru -Region cn-east-2 -TimeoutSec 5 -MaximumRetryCount 0 -RequestsPerMinute 0 -SubmissionsPerMinute 0).Region | Should -Be 'cn-east-2'
        }
    }
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()
    $script:project = $TestServer::DefaultProjectId

    # The requests of one kind that the server got: Vod, Iam or Metadata.
    function Get-Request([string] $Area) { $server.Requests.Where({ $_.Area -eq $Area }) }

    function Assert-Query {
        (Get-VodPreheatResult t).TaskId | Should -Be 't'
        (Get-Request Vod)[-1].StatusSent | Should -Be 200
    }
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
        It 'has the sets of its page' {
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

        It 'takes no secret as plain text' {
            $parameters = (Get-Command Connect-VodAccount).Parameters
            foreach ($name in 'SecurityToken', 'Token', 'IdToken') { $parameters[$name].ParameterType | Should -Be ([securestring]) }
            foreach ($name in 'AccessKey', 'Credential', 'ProxyCredential') {
                $parameters[$name].ParameterType | Should -Be ([pscredential])
                $parameters[$name].Attributes.TypeId | Should -Contain ([Management.Automation.CredentialAttribute]) -Because 'a bare string prompts'
            }
            { Connect-Once $server @{ Token = 'plain' } } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
        }

        It 'refuses a mix of sets' {
            { Connect-Once $server @{ Sandbox = $true } } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
        }

        It 'checks the range of <Name>' -ForEach @(
            @{ Name = 'TimeoutSec'; Value = 0 }
            @{ Name = 'MaximumRetryCount'; Value = -1 }
            @{ Name = 'RequestsPerMinute'; Value = -1 }
            @{ Name = 'SubmissionsPerMinute'; Value = -1 }
        ) {
            { Connect-Once $server @{ $Name = $Value } } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        }

        It 'completes <Line> to <Expected>' -ForEach @(
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
        It 'is the default and writes nothing' {
            Connect-Once $server | Should -BeNullOrEmpty
            Assert-Query
            $server.ConnectionCount | Should -Be 1
        }

        It 'is written by -PassThru and is the default' {
            $connection = Connect-Once $server @{ PassThru = $true }
            $connection | Should -BeOfType ([VodPreheat.VodConnection])
            [object]::ReferenceEquals((Get-VodConnection), $connection) | Should -BeTrue
        }

        It 'is written by -NoDefault and leaves the default alone' {
            $default = Connect-Once $server @{ PassThru = $true }
            $other = Connect-Once $server @{ NoDefault = $true; Endpoint = "$($server.Endpoint)other" }
            [object]::ReferenceEquals((Get-VodConnection), $default) | Should -BeTrue
            $null = Get-Outcome { Get-VodPreheatResult t -Connection $other }
            $server.Requests[-1].Path | Should -Be "/other/v1.0/$project/asset/preheating"
        }

        It 'replaces the default only when it succeeds' {
            $default = Connect-Once $server @{ PassThru = $true }
            $null = Get-Failure { Connect-VodAccount -Region cn-north-4 -ProjectId p -Token ([securestring]::new()) }
            [object]::ReferenceEquals((Get-VodConnection), $default) | Should -BeTrue
        }

        It 'sends nothing when nothing has to be looked up' {
            Connect-Once $server
            Connect-Once $server @{ Token = ConvertTo-Secret 'abc' }
            $server.RequestCount | Should -Be 0
        }

        It 'says in each request which versions ask' {
            $null = Connect-Once $server @{ Credential = ConvertTo-Credential 'ops' 'p@ss w0rd/+='; DomainName = 'acme' }
            Assert-Query
            $version = [regex]::Escape((Get-Module VodPreheat).Version)
            foreach ($area in 'Iam', 'Vod') {
                (Get-Request $area).Headers['User-Agent'] | Should -MatchExactly "^VodPreheat/$version PowerShell/$([regex]::Escape($PSVersionTable.PSVersion))$"
            }
        }

        It 'is fixed' {
            $properties = [VodPreheat.VodConnection].GetProperties()
            $properties.Name | Sort-Object | Should -Be 'AccountName', 'AuthenticationType', 'Endpoint', 'ExpiresAt', 'ProjectId', 'Region'
            $properties.CanWrite | Should -Not -Contain $true
            [VodPreheat.VodConnection].GetConstructors() | Should -BeNullOrEmpty
        }
    }

    Context 'AccessKey' {
        It 'signs' {
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

        It 'takes a credential that was exported to a file' {
            ConvertTo-Credential $TestServer::DefaultAccessKey $TestServer::DefaultSecretKey | Export-Clixml TestDrive:/key.xml
            Connect-Once $server @{ AccessKey = Import-Clixml TestDrive:/key.xml }
            Assert-Query
        }

        It 'prompts for the secret of a bare name' {
            # This runspace has no one to prompt; that it wants to is what its error tells.
            $failure = Complete-Aside (Invoke-Aside { Connect-VodAccount -AccessKey NAME -Region cn-north-4 -ProjectId p })
            "$failure" | Should -Match 'user interaction|prompt'
            Get-VodConnection | Should -BeNullOrEmpty
        }

        It 'says that a temporary key has ended' {
            $server.AddTemporaryKey('TEMPAK', 'tempsk', 'temptoken', $project)
            $server.ExpireTemporaryKey('TEMPAK')
            Connect-Once $server @{ AccessKey = ConvertTo-Credential 'TEMPAK' 'tempsk'; SecurityToken = ConvertTo-Secret 'temptoken' }
            Assert-Failure (Get-Failure { Get-VodPreheatResult t }) 'APIGW.0301' AuthenticationError 'security token expired'
        }

        It 'refuses <Name> without a request' -ForEach @(
            @{ Name = 'an empty secret key'; With = { @{ AccessKey = ConvertTo-Credential 'AK' '' } }; Message = 'secret key is empty' }
            @{ Name = 'a secret key with a line break'; With = { @{ AccessKey = ConvertTo-Credential 'AK' "a`nb" } }; Message = 'secret key contains a space' }
            @{ Name = 'an access key with a blank in it'; With = { @{ AccessKey = ConvertTo-Credential 'A K' 'sk' } }; Message = 'letters and digits' }
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
            $server.RequestCount | Should -Be 0
        }
    }

    Context 'Token' {
        It 'goes as X-Auth-Token, unsigned' {
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

        It 'says that it has ended' {
            $server.AddToken('old', $project)
            $server.ExpireToken('old')
            Connect-Once $server @{ Token = ConvertTo-Secret 'old' }
            Assert-Failure (Get-Failure { Get-VodPreheatResult t }) 'APIGW.0307' AuthenticationError 'expired'
            $server.RequestCount | Should -Be 1
        }

        It 'finds its project at IAM' {
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

        It 'gets a token for the project of the region' {
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
            $auth.identity.password.user.password | Should -BeExactly 'p@ss w0rd/+='
        }

        It 'gets a token for a given project' {
            $connection = Connect-Once $server @{
                Credential = ConvertTo-Credential 'ops' 'p@ss w0rd/+='; DomainName = 'acme'; PassThru = $true; Region = $null
            }
            $connection.ProjectId | Should -Be $project
            ((Get-Request Iam).Body | ConvertFrom-Json).auth.scope.project.id | Should -Be $project
        }

        It 'tells at once that <Name>, with what to do' -ForEach @(
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

        It 'retries IAM only where a POST may be repeated: <Fault> makes <Requests>' -ForEach @(
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

        It 'needs a region or a project' {
            Assert-Failure (Get-Failure { Connect-User @{ Region = $null } }) VodProjectNotFound ObjectNotFound '-ProjectId'
            $server.RequestCount | Should -Be 0
        }
    }

    Context 'Identity' {
        BeforeAll {
            function Connect-Machine { Connect-Once $server @{ Identity = $true; PassThru = $true } }
        }

        BeforeEach { $env:VODPREHEAT_METADATA_ENDPOINT = $server.Endpoint }

        It 'takes the keys of the metadata service, <Mode>' -ForEach @(
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

        It 'says what is wrong, <Mode>' -ForEach @(
            @{ Mode = 'NoAgency'; Id = 'VodNoCredential'; Category = 'AuthenticationError'; Match = 'HTTP 401', 'agency' }
            @{ Mode = 'NotThere'; Id = 'VodNoCredential'; Category = 'AuthenticationError'; Match = 'HTTP 404', 'ECS' }
            @{ Mode = 'Hang'; Id = 'VodTimeout'; Category = 'OperationTimeout'; Match = 'within 3 s', 'metadata service', 'ECS', 'agency' }
        ) {
            $server.MetadataMode = $Mode
            Assert-Failure (Get-Failure { Connect-Machine }) $Id $Category $Match
        }

        It 'says that no metadata service is there' {
            $env:VODPREHEAT_METADATA_ENDPOINT = [VodPreheat.TestServer.ClosedPort]::Refused()
            Assert-Failure (Get-Failure { Connect-Machine }) VodConnectionFailed ConnectionError 'metadata service', 'ECS', 'agency'
        }

        It 'takes no other address than loopback' {
            $env:VODPREHEAT_METADATA_ENDPOINT = 'http://169.254.169.253'
            Assert-Failure (Get-Failure { Connect-Machine }) VodInsecureEndpoint SecurityError 'VODPREHEAT_METADATA_ENDPOINT'
        }
    }

    Context 'Sandbox' {
        It 'needs no region, network, environment or file' {
            $env:HUAWEICLOUD_SDK_AK = 'half'
            $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = '/nowhere'
            $connection = Connect-VodAccount -Sandbox -PassThru
            $connection.AuthenticationType | Should -Be 'Sandbox'
            (Get-VodPreheatResult example).Count | Should -Be 3
            $server.ConnectionCount | Should -Be 0
        }
    }

    Context 'Default' {
        BeforeAll {
            $script:sk = $TestServer::DefaultSecretKey
            $script:file = Join-Path $TestDrive credentials

            function Connect-Default([hashtable] $With = @{}) {
                Connect-Once $server (@{ Default = $true; ProjectId = $null; PassThru = $true } + $With)
            }

            # Runs a script with another home folder, which is not $HOME: the module asks the environment.
            function Invoke-AtHome([string] $Folder, [scriptblock] $Script) {
                $env:HOME = Join-Path $TestDrive $Folder
                try { & $Script } finally { $env:HOME = $HOME }
            }

            function Write-CredentialsFile([string] $Text) {
                [IO.File]::WriteAllText($file, $Text)
                $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = $file
            }
        }

        It 'takes the key, token and project of the environment' {
            $server.AddTemporaryKey('ENVAK', 'envsk', 'envtoken', $project)
            $env:HUAWEICLOUD_SDK_AK = 'ENVAK'
            $env:HUAWEICLOUD_SDK_SK = 'envsk'
            $env:HUAWEICLOUD_SDK_SECURITY_TOKEN = 'envtoken'
            $env:HUAWEICLOUD_SDK_PROJECT_ID = $project
            $env:HW_REGION_NAME = 'cn-north-4'
            $connection = Connect-Default @{ Region = $null }
            Assert-Query
            $connection.AccountName | Should -Be 'ENVAK'
            $connection.Region | Should -Be 'cn-north-4'
            $server.RequestCount | Should -Be 1
        }

        It 'prefers the environment to the file' {
            Write-CredentialsFile "[basic]`nak = FILEAK`nsk = filesk`nproject_id = fileproject`n"
            $env:HUAWEICLOUD_SDK_AK = $TestServer::DefaultAccessKey
            $env:HUAWEICLOUD_SDK_SK = $sk
            $connection = Connect-Default
            $connection.AccountName | Should -BeExactly $TestServer::DefaultAccessKey
            $connection.ProjectId | Should -Be $project -Because 'parts of two sources never mix'
            Assert-Query
        }

        It 'prefers -ProjectId to the source' {
            Write-CredentialsFile "[basic]`nak = FILEAK`nsk = filesk`nproject_id = fileproject`n"
            (Connect-Once $server @{ Default = $true; ProjectId = 'given'; PassThru = $true }).ProjectId | Should -Be 'given'
        }

        It 'mixes no left-over token of the environment with the key of the file' {
            $env:HUAWEICLOUD_SDK_SECURITY_TOKEN = 'left-over'
            $env:HUAWEICLOUD_SDK_PROJECT_ID = 'left-over'
            Write-CredentialsFile "[basic]`nak = $($TestServer::DefaultAccessKey)`nsk = $sk`nproject_id = $project`n"
            $null = Connect-Default
            Assert-Query
        }

        It 'reads a file as people write it: <Name>' -ForEach @(
            @{ Name = 'plain'; Text = "[basic]`nak = {0}`nsk = {1}`nproject_id = {2}`n" }
            @{ Name = 'no blanks, no last line end'; Text = "[basic]`nak={0}`nsk={1}`nproject_id={2}" }
            @{ Name = 'CRLF'; Text = "[basic]`r`nak = {0}`r`nsk = {1}`r`nproject_id = {2}`r`n" }
            @{ Name = 'byte order mark'; Text = "`u{FEFF}[basic]`nak = {0}`nsk = {1}`nproject_id = {2}`n" }
            @{ Name = 'comments and blank lines'; Text = "# mine`n; yours`n`n[basic]`n # ak = X`nak = {0}`n`nsk = {1}`n;sk = Y`nproject_id = {2}`n" }
            @{ Name = 'spaces around, capitals'; Text = "  [ Basic ]  `n`tAK`t=  {0}  `n  Sk = {1}`t`nPROJECT_ID = {2}`n" }
            @{ Name = 'other sections'; Text = "[global]`nak = X`nsk = Y`n[basic]`nak = {0}`nsk = {1}`nproject_id = {2}`n[more]`nak = Z`nak = Z`n" }
            @{ Name = 'other keys'; Text = "[basic]`niam_endpoint = https://example.com`nak = {0}`nsk = {1}`nproject_id = {2}`n" }
        ) {
            Write-CredentialsFile ($Text -f $TestServer::DefaultAccessKey, $sk, $project)
            $connection = Connect-Default
            Assert-Query
            $connection.AccountName | Should -BeExactly $TestServer::DefaultAccessKey
            @(Get-Request Iam).Count | Should -Be 0
        }

        It 'reads a secret with = % # ; in it' {
            $odd = 'a=b%2F%(x)s#c;d=='
            $server.AddAccessKey('ODDAK', $odd, $project)
            Write-CredentialsFile "[basic]`nak = ODDAK`nsk = $odd`nproject_id = $project`n"
            $null = Connect-Default
            Assert-Query
        }

        It 'reads the file in the home folder' -Skip:$IsWindows {
            $folder = New-Item -ItemType Directory (Join-Path $TestDrive home/.huaweicloud) -Force
            Set-Content "$folder/credentials" "[basic]`nak = $($TestServer::DefaultAccessKey)`nsk = $sk`nproject_id = $project"
            Invoke-AtHome home { $null = Connect-Default }
            Assert-Query
        }

        It 'never passes over a faulty environment: <Name>' -ForEach @(
            @{ Name = 'AK without SK'; Set = @{ AK = 'LONELY' }; Match = 'HUAWEICLOUD_SDK_AK but not HUAWEICLOUD_SDK_SK' }
            @{ Name = 'SK without AK'; Set = @{ SK = 'lonelysecret' }; Match = 'HUAWEICLOUD_SDK_SK but not HUAWEICLOUD_SDK_AK' }
        ) {
            Write-CredentialsFile "[basic]`nak = $($TestServer::DefaultAccessKey)`nsk = $sk`nproject_id = $project`n"
            foreach ($name in $Set.Keys) { Set-Item "Env:HUAWEICLOUD_SDK_$name" $Set[$name] }
            $failure = Get-Failure { Connect-Default }
            Assert-Failure $failure VodCredentialInvalid AuthenticationError $Match
            "$failure" | Should -Not -Match 'lonelysecret'
        }

        It 'says what is wrong in the file and where: <Name>' -ForEach @(
            @{ Name = 'no section'; Text = "ak = A`nsk = hidden1`n"; Match = 'no section \[basic\]' }
            @{ Name = 'empty file'; Text = ''; Match = 'no section \[basic\]' }
            @{ Name = 'another section only'; Text = "[global]`nak = A`nsk = hidden1`n"; Match = 'no section \[basic\]' }
            @{ Name = 'AK without SK'; Text = "[basic]`nak = A`n"; Match = 'has ak but not sk' }
            @{ Name = 'empty SK'; Text = "[basic]`nak = A`nsk =`n"; Match = 'has ak but not sk' }
            @{ Name = 'SK without AK'; Text = "[basic]`nsk = hidden1`n"; Match = 'has sk but not ak' }
            @{ Name = 'neither'; Text = "[basic]`n"; Match = 'neither ak nor sk' }
            @{ Name = 'a key twice'; Text = "[basic]`nak = A`nsk = hidden1`nsk = hidden2`n"; Match = "line 4: its name is duplicated" }
            @{ Name = 'the section twice'; Text = "[basic]`nak = A`n[basic]`nsk = hidden1`n"; Match = 'line 3: section \[basic\] is duplicated' }
            @{ Name = 'a line that is none'; Text = "[basic]`nak = A`nhidden1`n"; Match = "line 3: it is not 'name = value'" }
            @{ Name = 'an open section'; Text = "[basic`nak = A`nsk = hidden1`n"; Match = 'line 1: .*closing bracket' }
        ) {
            Write-CredentialsFile $Text
            $failure = Get-Failure { Connect-Default }
            Assert-Failure $failure VodCredentialInvalid AuthenticationError $Match, ([regex]::Escape($file))
            "$failure" | Should -Not -Match 'hidden'
            $server.RequestCount | Should -Be 0
        }

        It 'says that the named file is not there or not readable' {
            $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = Join-Path $TestDrive nowhere
            Assert-Failure (Get-Failure { Connect-Default }) VodCredentialInvalid AuthenticationError 'nowhere', 'does not exist'
            $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = $TestDrive
            Assert-Failure (Get-Failure { Connect-Default }) VodCredentialInvalid AuthenticationError 'cannot be read'
        }

        It 'lists what was looked at when nothing is there' -Skip:$IsWindows {
            $null = New-Item -ItemType Directory (Join-Path $TestDrive empty) -Force
            Assert-Failure (Invoke-AtHome empty { Get-Failure { Connect-Default } }) VodNoCredential AuthenticationError @(
                'HUAWEICLOUD_SDK_AK', 'HUAWEICLOUD_SDK_SK', 'empty/\.huaweicloud/credentials', '-AccessKey')
        }

        It 'takes no file of the current folder when there is no home folder' -Skip:$IsWindows {
            $folder = New-Item -ItemType Directory (Join-Path $TestDrive current/.huaweicloud) -Force
            Set-Content "$folder/credentials" "[basic]`nak = PLANTED`nsk = planted`nproject_id = $project"
            $before = [Environment]::CurrentDirectory
            [Environment]::CurrentDirectory = Split-Path $folder
            try {
                Assert-Failure (Invoke-AtHome nowhere { Get-Failure { Connect-Default } }) VodNoCredential AuthenticationError
            } finally {
                [Environment]::CurrentDirectory = $before
            }
        }
    }

    Context 'the project' {
        BeforeAll {
            # Ids are kept for the life of the process, by key: each test has a key of its own.
            function Connect-Key([string] $Name, [hashtable] $With = @{}) {
                $server.AddAccessKey($Name, 'sk', $project)
                Connect-Once $server (@{ AccessKey = ConvertTo-Credential $Name 'sk'; ProjectId = $null; PassThru = $true } + $With)
            }
        }

        It 'is looked up by the region, signed, once for each key' {
            (Connect-Key LOOKUP1).ProjectId | Should -Be $project
            (Connect-Key LOOKUP1).ProjectId | Should -Be $project
            Assert-Query
            $iam = @(Get-Request Iam)
            $iam.Count | Should -Be 1
            $iam[0].Target | Should -BeExactly '/v3/projects?name=cn-north-4'
            $iam[0].Headers['Authorization'] | Should -Match 'Access=LOOKUP1, '
            $null = Connect-Key LOOKUP2
            @(Get-Request Iam).Count | Should -Be 2
        }

        It 'is kept for each region' {
            $server.AddProject('singapore-id', 'ap-southeast-3')
            (Connect-Key REGIONS).ProjectId | Should -Be $project
            (Connect-Key REGIONS @{ Region = 'ap-southeast-3' }).ProjectId | Should -Be 'singapore-id'
        }

        It 'is looked up with the security token of a temporary key' {
            $server.AddTemporaryKey('TEMPLOOKUP', 'sk', 'temptoken', $project)
            $null = Connect-Once $server @{
                AccessKey = ConvertTo-Credential 'TEMPLOOKUP' 'sk'; SecurityToken = ConvertTo-Secret 'temptoken'; ProjectId = $null
            }
            (Get-Request Iam).Headers['X-Security-Token'] | Should -BeExactly 'temptoken'
        }

        It 'is an error when there is none: lists what there is' {
            $failure = Get-Failure { Connect-Key NONE @{ Region = 'cn-east-2' } }
            Assert-Failure $failure VodProjectNotFound ObjectNotFound "'cn-east-2'", "cn-north-4 \($project\)", '-ProjectId'
        }

        It 'is an error when there are several: lists them' {
            $server.AddProject('second', 'cn-north-4')
            Assert-Failure (Get-Failure { Connect-Key SEVERAL }) VodProjectNotFound ObjectNotFound 'several', $project, '\(second\)', '-ProjectId'
        }

        It 'is an error when IAM forbids to look, and is asked again next time' {
            $server.IamForbidden = $true
            Assert-Failure (Get-Failure { Connect-Key FORBIDDEN }) VodProjectNotFound ObjectNotFound 'not allowed to read projects', '-ProjectId'
            $server.IamForbidden = $false
            (Connect-Key FORBIDDEN).ProjectId | Should -Be $project
        }

        It 'is an error without a region' {
            Assert-Failure (Get-Failure { Connect-Key NOREGION @{ Region = $null } }) VodProjectNotFound ObjectNotFound 'region', '-ProjectId'
            $server.RequestCount | Should -Be 0
        }

        It 'may not be any text' {
            $failure = Get-Failure { Connect-Once $server @{ ProjectId = "a/b`r`nX-Evil: 1" } }
            Assert-Failure $failure VodProjectNotFound ObjectNotFound 'characters'
        }

        It 'takes a wrong key for what it is' {
            $failure = Get-Failure { Connect-Once $server @{ AccessKey = ConvertTo-Credential 'UNKNOWN' 'sk'; ProjectId = $null; MaximumRetryCount = 3 } }
            Assert-Failure $failure 'APIGW.0301' AuthenticationError
            $server.RequestCount | Should -Be 1
        }
    }

    Context 'addresses' {
        It 'come from the region' {
            (Connect-Once $server @{ Endpoint = $null; PassThru = $true }).Endpoint | Should -Be 'https://vod.cn-north-4.myhuaweicloud.com/'
        }

        It 'may be of a region that is not known' {
            (Connect-Once $server @{ Endpoint = $null; Region = 'eu-west-101'; PassThru = $true }).Endpoint |
                Should -Be 'https://vod.eu-west-101.myhuaweicloud.com/'
        }

        It 'may come without a region' {
            $connection = Connect-Once $server @{ Region = $null; PassThru = $true }
            $connection.Region | Should -BeNullOrEmpty
            Assert-Query
        }

        It 'take HUAWEICLOUD_SDK_REGION_VOD_*, the first of a list' {
            $env:HUAWEICLOUD_SDK_REGION_VOD_CN_NORTH_4 = " $($server.Endpoint) , https://second.example.com"
            Connect-Once $server @{ Endpoint = $null }
            Assert-Query
        }

        It 'take a bare host of that variable as https, and no other region''s' {
            $env:HUAWEICLOUD_SDK_REGION_VOD_CN_NORTH_4 = 'vod.example.com'
            (Connect-Once $server @{ Endpoint = $null; PassThru = $true }).Endpoint | Should -Be 'https://vod.example.com/'
            (Connect-Once $server @{ Endpoint = $null; Region = 'cn-east-2'; PassThru = $true }).Endpoint |
                Should -Be 'https://vod.cn-east-2.myhuaweicloud.com/'
        }

        It 'take HUAWEICLOUD_SDK_IAM_ENDPOINT' {
            $env:HUAWEICLOUD_SDK_IAM_ENDPOINT = $server.Endpoint
            $server.AddAccessKey('IAMENV', 'sk', $project)
            Connect-Once $server @{ AccessKey = ConvertTo-Credential 'IAMENV' 'sk'; ProjectId = $null; IamEndpoint = $null }
            @(Get-Request Iam).Count | Should -Be 1
        }

        It 'are needed' {
            Assert-Failure (Get-Failure { Connect-Once $server @{ Endpoint = $null; Region = $null } }) VodRegionRequired InvalidArgument '-Region', '-Endpoint'
        }

        It 'never are http to another machine: <Name>' -ForEach @(
            @{ Name = '-Endpoint'; With = @{ Endpoint = 'http://vod.example.com' } }
            @{ Name = '-IamEndpoint'; With = @{ IamEndpoint = 'http://10.0.0.1'; ProjectId = $null } }
            @{ Name = 'HUAWEICLOUD_SDK_REGION_VOD_'; Set = 'HUAWEICLOUD_SDK_REGION_VOD_CN_NORTH_4'; With = @{ Endpoint = $null } }
            @{ Name = 'HUAWEICLOUD_SDK_IAM_ENDPOINT'; Set = 'HUAWEICLOUD_SDK_IAM_ENDPOINT'; With = @{ IamEndpoint = $null; ProjectId = $null } }
        ) {
            if ($Set) { Set-Item "Env:$Set" 'http://service.example.com' }
            $server.AddAccessKey('INSECURE', 'sk', $project)
            $With.AccessKey = ConvertTo-Credential 'INSECURE' 'sk'
            Assert-Failure (Get-Failure { Connect-Once $server $With }) VodInsecureEndpoint SecurityError ([regex]::Escape($Name)), 'https'
        }

        It 'may be http on loopback: <_>' -ForEach 'localhost', '127.0.0.1', '[::1]' {
            (Connect-Once $server @{ Endpoint = "http://${_}:1"; PassThru = $true }).Endpoint.Host | Should -Be $_
        }

        It 'are refused: <Endpoint>' -ForEach @(
            @{ Endpoint = 'vod.example.com'; Match = 'absolute' }
            @{ Endpoint = 'ftp://vod.example.com'; Match = 'https' }
            @{ Endpoint = 'https://user:hidden@vod.example.com'; Match = 'login' }
            @{ Endpoint = 'https://vod.example.com?x=hidden'; Match = 'query' }
            @{ Endpoint = 'https://vod.example.com#hidden'; Match = 'fragment' }
        ) {
            $failure = Get-Failure { Connect-Once $server @{ Endpoint = $Endpoint } }
            Assert-Failure $failure VodInvalidEndpoint InvalidArgument $Match
            "$failure" | Should -Not -Match 'hidden'
        }
    }
}

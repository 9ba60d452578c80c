# The project, the region, and the addresses of a connection.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/connect.common.ps1"
}

AfterAll { $server.Dispose() }

Describe 'Connect-VodAccount, project and region' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
    }

    AfterEach { Clear-Session }

    Context 'the region' {
        It 'is not case-sensitive: <_>' -ForEach 'CN-North-4', ' cn-NORTH-4 ' {
            $server.AddAccessKey('REGIONCASE', 'sk', $project)
            $connection = Connect-Once $server @{ AccessKey = ConvertTo-Credential 'REGIONCASE' 'sk'; Region = $_; ProjectId = $null; PassThru = $true }
            $connection.Region | Should -BeExactly 'cn-north-4'
            $connection.ProjectId | Should -Be $project
            (Connect-Once $server @{ Region = $_; Endpoint = $null; PassThru = $true }).Endpoint | Should -Be 'https://vod.cn-north-4.myhuaweicloud.com/'
        }

        It 'comes from HW_REGION_NAME, then from HUAWEICLOUD_SDK_REGION' {
            $env:HUAWEICLOUD_SDK_REGION = 'CN-East-2'
            (Connect-Once $server @{ Region = $null; PassThru = $true }).Region | Should -BeExactly 'cn-east-2'
            $env:HW_REGION_NAME = 'cn-north-1'
            (Connect-Once $server @{ Region = $null; PassThru = $true }).Region | Should -BeExactly 'cn-north-1'
            (Connect-Once $server @{ Region = 'cn-north-4'; PassThru = $true }).Region | Should -BeExactly 'cn-north-4'
        }
    }

    Context 'the project' {
        BeforeAll {
            # Project IDs are cached in the process by access key, so each test has its own access key.
            function Connect-Key([string] $Name, [hashtable] $With = @{}) {
                $server.AddAccessKey($Name, 'sk', $project)
                Connect-Once $server (@{ AccessKey = ConvertTo-Credential $Name 'sk'; ProjectId = $null; PassThru = $true } + $With)
            }
        }

        It 'is looked up by the region, once for each access key' {
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

        It 'is cached for each region' {
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

        It 'causes an error that lists all projects if none matches' {
            $failure = Get-Failure { Connect-Key NONE @{ Region = 'cn-east-2' } }
            Assert-Failure $failure VodProjectNotFound ObjectNotFound "'cn-east-2'", "cn-north-4 \($project\)", '-ProjectId'
        }

        It 'causes an error that lists the matching projects if there are several' {
            $server.AddProject('second', 'cn-north-4')
            Assert-Failure (Get-Failure { Connect-Key SEVERAL }) VodProjectNotFound ObjectNotFound 'several', $project, '\(second\)', '-ProjectId'
        }

        It 'causes an error if IAM denies the lookup, and is looked up again the next time' {
            $server.IamForbidden = $true
            Assert-Failure (Get-Failure { Connect-Key FORBIDDEN }) VodProjectNotFound ObjectNotFound 'not allowed to read projects', '-ProjectId'
            $server.IamForbidden = $false
            (Connect-Key FORBIDDEN).ProjectId | Should -Be $project
        }

        It 'causes an error without a region' {
            Assert-Failure (Get-Failure { Connect-Key NOREGION @{ Region = $null } }) VodProjectNotFound ObjectNotFound 'region', '-ProjectId'
            $server.RequestCount | Should -Be 0
        }

        It 'cannot contain arbitrary text' {
            $failure = Get-Failure { Connect-Once $server @{ ProjectId = "a/b`r`nX-Evil: 1" } }
            Assert-Failure $failure VodProjectNotFound ObjectNotFound 'characters'
        }

        It 'causes an authentication error if the access key is wrong' {
            $failure = Get-Failure { Connect-Once $server @{ AccessKey = ConvertTo-Credential 'UNKNOWN' 'sk'; ProjectId = $null; MaximumRetryCount = 3 } }
            Assert-Failure $failure 'APIGW.0301' AuthenticationError
            $server.RequestCount | Should -Be 1
        }
    }

    Context 'addresses' {
        It 'are derived from the region' {
            (Connect-Once $server @{ Endpoint = $null; PassThru = $true }).Endpoint | Should -Be 'https://vod.cn-north-4.myhuaweicloud.com/'
        }

        It 'can be those of an unknown region' {
            (Connect-Once $server @{ Endpoint = $null; Region = 'eu-west-101'; PassThru = $true }).Endpoint |
                Should -Be 'https://vod.eu-west-101.myhuaweicloud.com/'
        }

        It 'can be specified without a region' {
            $connection = Connect-Once $server @{ Region = $null; PassThru = $true }
            $connection.Region | Should -BeNullOrEmpty
            Assert-Query
        }

        It 'are read from HUAWEICLOUD_SDK_REGION_VOD_*, the first of a list' {
            $env:HUAWEICLOUD_SDK_REGION_VOD_CN_NORTH_4 = " $($server.Endpoint) , https://second.example.com"
            Connect-Once $server @{ Endpoint = $null }
            Assert-Query
        }

        It 'use HTTPS for a host name in that variable, and ignore other regions' {
            $env:HUAWEICLOUD_SDK_REGION_VOD_CN_NORTH_4 = 'vod.example.com'
            (Connect-Once $server @{ Endpoint = $null; PassThru = $true }).Endpoint | Should -Be 'https://vod.example.com/'
            (Connect-Once $server @{ Endpoint = $null; Region = 'cn-east-2'; PassThru = $true }).Endpoint |
                Should -Be 'https://vod.cn-east-2.myhuaweicloud.com/'
        }

        It 'are read from HUAWEICLOUD_SDK_IAM_ENDPOINT' {
            $env:HUAWEICLOUD_SDK_IAM_ENDPOINT = $server.Endpoint
            $server.AddAccessKey('IAMENV', 'sk', $project)
            Connect-Once $server @{ AccessKey = ConvertTo-Credential 'IAMENV' 'sk'; ProjectId = $null; IamEndpoint = $null }
            @(Get-Request Iam).Count | Should -Be 1
        }

        It 'are required' {
            Assert-Failure (Get-Failure { Connect-Once $server @{ Endpoint = $null; Region = $null } }) VodRegionRequired InvalidArgument '-Region', '-Endpoint'
        }

        It 'cannot be HTTP to another machine: <Name>' -ForEach @(
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

        It 'can be HTTP on loopback: <_>' -ForEach 'localhost', '127.0.0.1', '[::1]' {
            (Connect-Once $server @{ Endpoint = "http://${_}:1"; PassThru = $true }).Endpoint.Host | Should -Be $_
        }

        It 'cause an error if they are invalid: <Endpoint>' -ForEach @(
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

    Context 'VOD in another cloud' {
        BeforeEach {
            $env:VODPREHEAT_METADATA_ENDPOINT = $server.Endpoint
            $server.AddIdentityProvider('ci', 'vod')
            $server.AddUser('ops', 'p@ss w0rd', 'acme')
            $script:tokenFile = Join-Path $TestDrive token
            [IO.File]::WriteAllText($tokenFile, $server.MakeIdToken('ci', 'vod'))
        }

        It 'requires the address of its IAM: <Name>, <Where>' -ForEach @(
            foreach ($where in 'the parameter', 'the environment') {
                @{ Where = $where; Name = 'password'; With = { @{ Credential = ConvertTo-Credential 'ops' 'p@ss w0rd'; DomainName = 'acme' } } }
                @{ Where = $where; Name = 'identity token'; With = { @{ IdentityProvider = 'ci'; IdToken = ConvertTo-Secret (Get-Content $tokenFile -Raw) } } }
                @{ Where = $where; Name = 'identity token file'; With = { @{ IdentityProvider = 'ci'; IdTokenPath = $tokenFile } } }
                @{ Where = $where; Name = 'access key without project'; With = { @{ AccessKey = ConvertTo-Credential 'FOREIGN' 'sk'; ProjectId = $null } } }
                @{ Where = $where; Name = 'token without project'; With = { @{ Token = ConvertTo-Secret 'token'; ProjectId = $null } } }
                @{ Where = $where; Name = 'agency without project'; With = { @{ Identity = $true; ProjectId = $null } } }
            }
        ) {
            $parameters = & $With
            $parameters.IamEndpoint = $null
            if ($Where -eq 'the environment') {
                $env:HUAWEICLOUD_SDK_REGION_VOD_CN_NORTH_4 = $server.Endpoint
                $parameters.Endpoint = $null
            }
            Assert-Failure (Get-Failure { Connect-Once $server $parameters }) VodInvalidEndpoint InvalidArgument '-IamEndpoint', 'HUAWEICLOUD_SDK_IAM_ENDPOINT'
            $server.Requests.Where({ $_.Area -ne 'Metadata' }) | Should -BeNullOrEmpty

            # With the address, also from the environment, the request is sent there.
            $env:HUAWEICLOUD_SDK_IAM_ENDPOINT = $server.Endpoint
            $null = Get-Outcome { Connect-Once $server $parameters }
            $server.Requests.Where({ $_.Area -eq 'Iam' }) | Should -Not -BeNullOrEmpty
        }

        It 'requires no IAM if nothing is looked up' {
            Connect-Once $server @{ IamEndpoint = $null }
            (Get-VodPreheatResult t).TaskId | Should -Be 't'
        }
    }

    It 'refuses an address of the metadata service that is not HTTP' {
        $env:VODPREHEAT_METADATA_ENDPOINT = 'file://localhost'
        Assert-Failure (Get-Failure { Connect-Once $server @{ Identity = $true } }) VodInvalidEndpoint InvalidArgument 'VODPREHEAT_METADATA_ENDPOINT'
    }
}

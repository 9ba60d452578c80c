# What Connect-VodAccount takes from the environment and from files, and which addresses it makes of it.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()
    $script:project = $TestServer::DefaultProjectId
    $script:contents = "[basic]`nak = $($TestServer::DefaultAccessKey)`nsk = $($TestServer::DefaultSecretKey)`nproject_id = $project`n"

    function Connect-Default([hashtable] $With = @{}) {
        Connect-Once $server (@{ Default = $true; ProjectId = $null; PassThru = $true } + $With)
    }
}

AfterAll { $server.Dispose() }

Describe 'Connect-VodAccount' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
    }

    AfterEach { Clear-Session }

    Context 'the credentials file' {
        BeforeEach {
            $script:file = Join-Path $TestDrive "credentials-$([guid]::NewGuid())"
            [IO.File]::WriteAllText($file, $contents)
            if (-not $IsWindows) { chmod 600 $file }
        }

        It 'is found as PowerShell finds files: <Name>' -ForEach @(
            @{ Name = 'relative to the current location'; Path = { Split-Path $file -Leaf } }
            @{ Name = 'by a drive of PowerShell'; Path = { "TestDrive:/$(Split-Path $file -Leaf)" } }
            @{ Name = 'by its full path'; Path = { $file } }
        ) {
            Push-Location $TestDrive
            try {
                $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = & $Path
                $output = Connect-Default 3>&1
                $output | Should -BeOfType ([VodPreheat.VodConnection]) -Because 'there is nothing to warn about'
                $output.AccountName | Should -BeExactly $TestServer::DefaultAccessKey
            } finally {
                Pop-Location
            }
        }

        It 'is found in the home folder' {
            $name = ".vodpreheat-$([guid]::NewGuid())"
            Move-Item $file (Join-Path $HOME $name)
            try {
                $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = "~/$name"
                (Connect-Default).AccountName | Should -BeExactly $TestServer::DefaultAccessKey
            } finally {
                Remove-Item (Join-Path $HOME $name) -Force
            }
        }

        It 'must be a path of the file system' {
            $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = 'Env:/PATH'
            Assert-Failure (Get-Failure { Connect-Default }) VodCredentialInvalid AuthenticationError 'HUAWEICLOUD_SDK_CREDENTIALS_FILE', 'not a path of the file system'
        }

        It 'is used with a warning if others can write it, mode <_>' -ForEach '666', '620', '602' -Skip:$IsWindows {
            chmod $_ $file
            $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = $file
            $output = Connect-Default 3>&1
            $output.Count | Should -Be 2
            $output[0] | Should -BeOfType ([Management.Automation.WarningRecord])
            "$($output[0])" | Should -Match "$([regex]::Escape($file)).*mode $_"
            $output[1].AccountName | Should -BeExactly $TestServer::DefaultAccessKey
        }

        It 'is not used if others can write it and -WarningAction is Stop' -Skip:$IsWindows {
            chmod 666 $file
            $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = $file
            { Connect-Default @{ WarningAction = 'Stop' } } | Should -Throw '*mode 666*'
            Get-VodConnection | Should -BeNullOrEmpty
        }

        It 'is refused if it is larger than 64 KB' {
            [IO.File]::AppendAllText($file, '#' * 65536)
            $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = $file
            Assert-Failure (Get-Failure { Connect-Default }) VodCredentialInvalid AuthenticationError 'larger than 64 KiB'
        }

        It 'is refused at once if it is a pipe or a device' -Skip:$IsWindows {
            $pipe = Join-Path $TestDrive "pipe-$([guid]::NewGuid())"
            mkfifo $pipe
            foreach ($path in $pipe, '/dev/zero') {
                # In a runspace of its own: whoever opens the pipe would wait for ever.
                $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = $path
                "$(Complete-Aside (Invoke-Aside { Connect-VodAccount -Region cn-north-4 }))" | Should -Match 'not a regular file'
            }
        }
    }

    Context 'a key that was given' {
        It 'gets a hint about itself, not about sources' {
            $failure = Get-Failure { Connect-Once $server @{ AccessKey = ConvertTo-Credential 'A K' 'sk' } }
            Assert-Failure $failure VodCredentialInvalid AuthenticationError 'user name', 'password'
            "$failure" | Should -Not -Match 'source'
        }
    }

    Context 'the region' {
        It 'may be written in any case: <_>' -ForEach 'CN-North-4', ' cn-NORTH-4 ' {
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

    Context 'VOD in another cloud' {
        BeforeEach {
            $env:VODPREHEAT_METADATA_ENDPOINT = $server.Endpoint
            $server.AddIdentityProvider('ci', 'vod')
            $server.AddUser('ops', 'p@ss w0rd', 'acme')
            $script:tokenFile = Join-Path $TestDrive token
            [IO.File]::WriteAllText($tokenFile, $server.MakeIdToken('ci', 'vod'))
        }

        It 'needs the address of its IAM: <Name>, <Where>' -ForEach @(
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

            # With it, from the environment too, it goes there.
            $env:HUAWEICLOUD_SDK_IAM_ENDPOINT = $server.Endpoint
            $null = Get-Outcome { Connect-Once $server $parameters }
            $server.Requests.Where({ $_.Area -eq 'Iam' }) | Should -Not -BeNullOrEmpty
        }

        It 'needs no IAM when nothing is to be looked up' {
            Connect-Once $server @{ IamEndpoint = $null }
            (Get-VodPreheatResult t).TaskId | Should -Be 't'
        }
    }

    It 'takes no address of the metadata service that is not http' {
        $env:VODPREHEAT_METADATA_ENDPOINT = 'file://localhost'
        Assert-Failure (Get-Failure { Connect-Once $server @{ Identity = $true } }) VodInvalidEndpoint InvalidArgument 'VODPREHEAT_METADATA_ENDPOINT'
    }
}

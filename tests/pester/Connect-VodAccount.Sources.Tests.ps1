# The sources of credentials without a credential parameter: the environment and the credentials file.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/connect.common.ps1"
    $script:contents = "[basic]`nak = $($TestServer::DefaultAccessKey)`nsk = $($TestServer::DefaultSecretKey)`nproject_id = $project`n"
}

AfterAll { $server.Dispose() }

Describe 'Connect-VodAccount, sources of credentials' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
    }

    AfterEach { Clear-Session }

    Context 'no credential parameter' {
        BeforeAll {
            $script:sk = $TestServer::DefaultSecretKey
            $script:file = Join-Path $TestDrive credentials

            # Runs a script with another home folder. The module reads it from the environment, not from $HOME.
            function Invoke-AtHome([string] $Folder, [scriptblock] $Script) {
                if (-not $IsWindows) { $env:HOME = Join-Path $TestDrive $Folder }
                try { & $Script } finally { if (-not $IsWindows) { $env:HOME = $HOME } }
            }

            function Write-CredentialsFile([string] $Text) {
                [IO.File]::WriteAllText($file, $Text)
                $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = $file
            }
        }

        It 'uses the access key, security token, and project of the environment' {
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

        It 'prefers the environment to the credentials file' {
            Write-CredentialsFile "[basic]`nak = FILEAK`nsk = filesk`nproject_id = fileproject`n"
            $env:HUAWEICLOUD_SDK_AK = $TestServer::DefaultAccessKey
            $env:HUAWEICLOUD_SDK_SK = $sk
            $connection = Connect-Default
            $connection.AccountName | Should -BeExactly $TestServer::DefaultAccessKey
            $connection.ProjectId | Should -Be $project -Because 'parts of two sources never mix'
            Assert-Query
        }

        It 'prefers -ProjectId to the project of the source' {
            Write-CredentialsFile "[basic]`nak = FILEAK`nsk = filesk`nproject_id = fileproject`n"
            (Connect-Once $server @{ Default = $true; ProjectId = 'given'; PassThru = $true }).ProjectId | Should -Be 'given'
        }

        It 'does not combine a security token of the environment with the access key of the file' {
            $env:HUAWEICLOUD_SDK_SECURITY_TOKEN = 'left-over'
            $env:HUAWEICLOUD_SDK_PROJECT_ID = 'left-over'
            Write-CredentialsFile "[basic]`nak = $($TestServer::DefaultAccessKey)`nsk = $sk`nproject_id = $project`n"
            $null = Connect-Default
            Assert-Query
        }

        It 'reads common notations of the file: <Name>' -ForEach @(
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

        It 'reads a secret that contains = % # ;' {
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

        It 'does not skip an invalid environment: <Name>' -ForEach @(
            @{ Name = 'AK without SK'; Set = @{ AK = 'LONELY' }; Match = 'HUAWEICLOUD_SDK_AK but not HUAWEICLOUD_SDK_SK' }
            @{ Name = 'SK without AK'; Set = @{ SK = 'lonelysecret' }; Match = 'HUAWEICLOUD_SDK_SK but not HUAWEICLOUD_SDK_AK' }
        ) {
            Write-CredentialsFile "[basic]`nak = $($TestServer::DefaultAccessKey)`nsk = $sk`nproject_id = $project`n"
            foreach ($name in $Set.Keys) { Set-Item "Env:HUAWEICLOUD_SDK_$name" $Set[$name] }
            $failure = Get-Failure { Connect-Default }
            Assert-Failure $failure VodCredentialInvalid AuthenticationError $Match
            "$failure" | Should -Not -Match 'lonelysecret'
        }

        It 'reports what is wrong in the file, and where: <Name>' -ForEach @(
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

        It 'reports that the specified file is missing or cannot be read' {
            $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = Join-Path $TestDrive nowhere
            Assert-Failure (Get-Failure { Connect-Default }) VodCredentialInvalid AuthenticationError 'nowhere', 'does not exist'
            $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = $TestDrive
            Assert-Failure (Get-Failure { Connect-Default }) VodCredentialInvalid AuthenticationError 'cannot be read'
        }

        It 'lists the sources that were searched' -Skip:$IsWindows {
            $null = New-Item -ItemType Directory (Join-Path $TestDrive empty) -Force
            Assert-Failure (Invoke-AtHome empty { Get-Failure { Connect-Default } }) VodNoCredential AuthenticationError @(
                'HUAWEICLOUD_SDK_AK', 'HUAWEICLOUD_SDK_SK', 'empty/\.huaweicloud/credentials', '-AccessKey')
        }

        It 'uses no file of the current folder if there is no home folder' -Skip:$IsWindows {
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

    Context 'the credentials file' {
        BeforeEach {
            $script:file = Join-Path $TestDrive "credentials-$([guid]::NewGuid())"
            [IO.File]::WriteAllText($file, $contents)
            if (-not $IsWindows) { chmod 600 $file }
        }

        It 'is resolved like other paths in PowerShell: <Name>' -ForEach @(
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
            Use-HomeFolder (Split-Path $file) {
                $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = "~/$(Split-Path $file -Leaf)"
                (Connect-Default).AccountName | Should -BeExactly $TestServer::DefaultAccessKey
            }
        }

        It 'must be a file system path' {
            $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = 'Env:/PATH'
            Assert-Failure (Get-Failure { Connect-Default }) VodCredentialInvalid AuthenticationError 'HUAWEICLOUD_SDK_CREDENTIALS_FILE', 'not a path of the file system'
        }

        It 'causes a warning if other users can write to it, mode <_>' -ForEach '666', '620', '602' -Skip:$IsWindows {
            chmod $_ $file
            $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = $file
            $output = Connect-Default 3>&1
            $output.Count | Should -Be 2
            $output[0] | Should -BeOfType ([Management.Automation.WarningRecord])
            "$($output[0])" | Should -Match "$([regex]::Escape($file)).*mode $_"
            $output[1].AccountName | Should -BeExactly $TestServer::DefaultAccessKey
        }

        It 'is not used if other users can write to it and -WarningAction is Stop' -Skip:$IsWindows {
            chmod 666 $file
            $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = $file
            { Connect-Default @{ WarningAction = 'Stop' } } | Should -Throw '*mode 666*'
            Get-VodConnection | Should -BeNullOrEmpty
        }

        It 'causes an error if it is larger than 64 KiB' {
            [IO.File]::AppendAllText($file, '#' * 65536)
            $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = $file
            Assert-Failure (Get-Failure { Connect-Default }) VodCredentialInvalid AuthenticationError 'larger than 64 KiB'
        }

        It 'causes an error immediately if it is a pipe or a device' -Skip:$IsWindows {
            $pipe = Join-Path $TestDrive "pipe-$([guid]::NewGuid())"
            mkfifo $pipe
            foreach ($path in $pipe, '/dev/zero') {
                # In a separate runspace, because a program that opens the pipe would wait forever.
                $env:HUAWEICLOUD_SDK_CREDENTIALS_FILE = $path
                "$(Complete-Aside (Invoke-Aside { Connect-VodAccount -Region cn-north-4 }))" | Should -Match 'not a regular file'
            }
        }
    }

    Context 'an access key that was specified' {
        It 'has a hint about itself, not about sources' {
            $failure = Get-Failure { Connect-Once $server @{ AccessKey = ConvertTo-Credential 'A K' 'sk' } }
            Assert-Failure $failure VodCredentialInvalid AuthenticationError 'user name', 'password'
            "$failure" | Should -Not -Match 'source'
        }
    }
}

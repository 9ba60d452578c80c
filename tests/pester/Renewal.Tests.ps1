# Credentials that expire are renewed without a failed request, and a failed renewal has no other effect. The clock of the module and of the
# server is put forward to when they expire.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()

    # The requests of one kind that the server received: Vod, Iam, or Metadata.
    function Get-Request([string] $Area) { $server.Requests.Where({ $_.Area -eq $Area }) }

    function Assert-Query {
        (Get-VodPreheatResult t).TaskId | Should -Be 't'
        (Get-Request Vod)[-1].StatusSent | Should -Be 200
    }

    function Connect-User([hashtable] $With = @{}) {
        Connect-Once $server (@{ Credential = ConvertTo-Credential 'ops' 'p@ss w0rd/+='; DomainName = 'acme'; PassThru = $true } + $With)
    }

    function Connect-File {
        $path = Join-Path $TestDrive "token-$([guid]::NewGuid())"
        [IO.File]::WriteAllText($path, $server.MakeIdToken('ci', 'vod'))
        Connect-Once $server @{ IdentityProvider = 'ci'; IdTokenPath = $path; PassThru = $true }
    }

    function Connect-Machine { Connect-Once $server @{ Identity = $true; PassThru = $true } }

    # Puts the clock forward to a minute before the credential expires, when it is due to be renewed, or to a minute after.
    function Step-Clock($Connection, [int] $Minutes = -1) {
        $clock.Advance($Connection.ExpiresAt.AddMinutes($Minutes) - $clock.GetUtcNow())
    }
}

AfterAll { $server.Dispose() }

Describe 'Renewal' {
    BeforeEach {
        $clock = Use-Clock 1 $server
        $server.AnyTask = $true
        $server.AddUser('ops', 'p@ss w0rd/+=', 'acme')
        $server.AddIdentityProvider('ci', 'vod')
        $env:VODPREHEAT_METADATA_ENDPOINT = $server.Endpoint
    }

    AfterEach { Clear-Session }

    Context 'of a token' {
        It 'happens before it expires, without delaying a request: <Way>' -ForEach @{ Way = 'Password' }, @{ Way = 'IdToken' } {
            $connection = $Way -eq 'Password' ? (Connect-User) : (Connect-File)
            $connection.AuthenticationType | Should -Be $Way
            $server.AddIamFault('Stall')
            Step-Clock $connection

            # A query that waited would begin another renewal, because the one before it had timed out.
            1..5 | ForEach-Object { Assert-Query }
            @(Get-Request Iam).Count | Should -Be 2
            $server.Requests.StatusSent | Should -Not -Contain 401
        }

        It 'changes ExpiresAt' {
            $connection = Connect-User
            $endsAt = $connection.ExpiresAt
            Step-Clock $connection
            Assert-Query
            Wait-Until { $connection.ExpiresAt -gt $endsAt.AddHours(23) }
            Assert-Query
            $server.TokensIssued | Should -Be 2
        }

        It 'happens at the latest when it expires' {
            Step-Clock (Connect-User) 1
            (Get-VodPreheatResult (1..20)).Count | Should -Be 20
            $server.TokensIssued | Should -Be 2
            $server.Requests.StatusSent | Should -Not -Contain 401
        }

        It 'during a pipeline loses no task' {
            $null = Connect-User

            # Farther apart than the 16 IDs that are read ahead of the answers: between them, a query has needed the new token.
            $rows = 1..60 |
                ForEach-Object { if ($_ -in 10, 40) { $server.ExpireToken($server.LastToken) }; $_ } |
                Get-VodPreheatResult
            $rows.TaskId | Should -Be (1..60)
            $server.TokensIssued | Should -Be 3
        }

        It 'that was revoked happens once while 8 queries are in progress' {
            $connection = Connect-User
            Assert-Query
            $before = $connection.ExpiresAt
            $server.RevokeToken($server.LastToken)
            $server.LatencyMs = 60
            (Get-VodPreheatResult (1..40)).TaskId | Should -Be (1..40)
            $server.MaxInFlight | Should -Be 8
            $server.TokensIssued | Should -Be 2
            $connection.ExpiresAt | Should -BeGreaterThan $before
        }

        It 'also happens for <Status> <Code>' -ForEach @(
            @{ Status = 403; Code = 'VOD.10054' }
            @{ Status = 400; Code = 'IAM.1108' }
        ) {
            $null = Connect-User
            $server.AddAnswer($Status, "{`"error_code`":`"$Code`",`"error_msg`":`"m`"}")
            (Get-VodPreheatResult t).TaskId | Should -Be 't'
            $server.TokensIssued | Should -Be 2
        }

        It 'is not repeated if the new token is refused as well' {
            $null = Connect-User
            $server.AddFault('Unauthorized401', -1)
            Assert-Failure (Get-Failure { Get-VodPreheatResult (1..20) }) 'APIGW.0301' AuthenticationError
            @(Get-Request Vod).Count | Should -Be 2
            $server.TokensIssued | Should -Be 2
        }

        It 'that IAM refuses causes one error' {
            $null = Connect-User
            Assert-Query
            $server.ExpireToken($server.LastToken)
            $server.SetUserFault('ops', 'Locked')
            $server.LatencyMs = 60
            $outcome = Get-Outcome { 1..40 | Get-VodPreheatResult }
            Assert-Failure $outcome.Failure 'IAM.0061' AuthenticationError 'locked'
            $outcome.Errors.Count | Should -Be 0
            @(Get-Request Iam).Count | Should -Be 2
        }

        It 'that IAM refused is not retried for a query in progress' {
            $null = Connect-User
            Assert-Query
            $server.ExpireToken($server.LastToken)
            $server.SetUserFault('ops', 'Locked')
            $failure = Get-Failure {
                'soon', 'late', 'end' | ForEach-Object {
                    $id = $_
                    $server.LatencyMs = @{ soon = 500; late = 1000; end = 0 }[$id]
                    if ($id -eq 'end') {
                        # The pipeline is busy here, so only the refusal itself can prevent the late request.
                        Wait-Until { $server.Requests.Where({ $_.TaskId -eq 'late' }).StatusSent -eq 401 }
                        Start-Sleep -Milliseconds 100
                    }
                    $id
                    if ($id -ne 'end') { Wait-Until { $server.Requests.TaskId -contains $id } }
                } | Get-VodPreheatResult
            }
            Assert-Failure $failure 'IAM.0061' AuthenticationError 'locked'
            @(Get-Request Iam).Count | Should -Be 2
        }

        It 'that fails writes a verbose message with the expiry of the current token' {
            $connection = Connect-User
            $server.AddIamFault('Error503')
            Step-Clock $connection
            $written = Get-VodPreheatResult (1..100) -Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }
            "$($written.Message -like '*could not be renewed*')" | Should -Match 'are used until \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ: '
            $server.Requests.StatusSent | Should -Not -Contain 401
        }
    }

    Context 'of the access keys of a server' {
        It 'happens at the latest when they expire, and changes AccountName' {
            $connection = Connect-Machine
            $first = $connection.AccountName
            Step-Clock $connection 1
            (Get-VodPreheatResult (1..20)).Count | Should -Be 20
            $server.MetadataKeysIssued | Should -Be 2
            $server.Requests.StatusSent | Should -Not -Contain 401
            $connection.AccountName | Should -Match '^HST'
            $connection.AccountName | Should -Not -Be $first
            (Get-Request Vod)[-1].Headers['Authorization'] | Should -Match "Access=$($connection.AccountName), "
            "$connection" | Should -Match "^$($connection.AccountName)@"
        }

        It 'happens once if the service refuses them' {
            $connection = Connect-Machine
            $server.ExpireTemporaryKey($connection.AccountName)
            (Get-VodPreheatResult (1..20)).Count | Should -Be 20
            $server.MetadataKeysIssued | Should -Be 2
        }

        It 'that hangs delays nothing until they expire, and then causes no authentication error' {
            $connection = Connect-Machine
            $server.MetadataMode = 'Hang'
            $asked = @(Get-Request Metadata).Count
            Step-Clock $connection
            1..5 | ForEach-Object { Assert-Query }
            @(Get-Request Metadata).Count | Should -Be ($asked + 1)

            Step-Clock $connection 1
            $outcome = Get-Outcome { Get-VodPreheatResult (1..3) }
            $outcome.Failure | Should -BeNullOrEmpty
            $outcome.Errors.Count | Should -Be 3
            foreach ($failure in $outcome.Errors) { Assert-Failure $failure VodTimeout OperationTimeout 'metadata service' }

            $server.MetadataMode = 'V2'
            Assert-Query
            $server.Requests.StatusSent | Should -Not -Contain 401
        }

        It 'that fails temporarily does not end a wait' {
            $connection = Connect-Machine
            $server.MetadataMode = 'Hang'
            $server.SetTask('t', [string[]] 'processing https://a/1')
            Step-Clock $connection 1
            $asked = @(Get-Request Metadata).Count
            $run = Invoke-Aside { Wait-VodPreheat t -PollIntervalSec 1 }
            Wait-Until { @(Get-Request Metadata).Count -ge $asked + 2 }
            $run.Result.IsCompleted | Should -BeFalse
            $server.SetTask('t', [string[]] 'succeed https://a/1')
            $server.MetadataMode = 'V2'
            $ended = Complete-Aside $run
            $ended.Status | Should -Be 'succeed'
            $server.Requests.StatusSent | Should -Not -Contain 401
        }
    }
}

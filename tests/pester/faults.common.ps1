# Dot-sourced after common.ps1 by the tests of faults: a server with an account for each way to sign in, and functions that cause a
# fault and check the result.

$script:server = $TestServer::Start()

# Each file sets the rate of its clock. Connections with the keys of a server always have the clock of the machine, because the timeout of the
# metadata service is three seconds.
$script:clock = Use-Clock $ClockRate $server
$server.AnyTask = $true
$server.Quota = 1000000
$server.AddTemporaryKey('TEMPAK', 'temp+Sk/0000000001=', 'temp+Token/0000000001==', $TestServer::DefaultProjectId)
$server.AddToken('given+Token/0000000001==', $TestServer::DefaultProjectId)
$server.AddUser('ops', 'p@ss+Word/0000000001=', 'acme')
$env:VODPREHEAT_METADATA_ENDPOINT = $server.Endpoint
$script:proxySecret = 'proxy+Secret/Pass=1'
$script:known = @($TestServer::DefaultSecretKey, 'temp+Sk/0000000001=', 'temp+Token/0000000001==', 'given+Token/0000000001==', 'p@ss+Word/0000000001=', $proxySecret)
$script:open = @{}

# The answers to a POST for faults whose answer depends on the request.
$script:postBody = @{
    HugeString      = '{"task_id":"t","more":"' + 'a' * 1000000 + '"}'
    DuplicateKeys   = '{"task_id":"t1","task_id":"t2"}'
    DeepNesting     = '{"task_id":' + '[' * 10000 + ']' * 10000 + '}'
    NumberForString = '{"task_id":1}'
}

function Connect-SignIn([string] $SignIn, [hashtable] $With) {
    Set-Clock ($SignIn -eq 'Identity' ? [TimeProvider]::System : $clock)
    Connect-Server $server ($With + @{ NoDefault = $true } + @(switch ($SignIn) {
                AccessKey { @{} }
                SecurityToken { @{ AccessKey = ConvertTo-Credential 'TEMPAK' $known[1]; SecurityToken = ConvertTo-Secret $known[2] } }
                Token { @{ Token = ConvertTo-Secret $known[3] } }
                Password { @{ Credential = ConvertTo-Credential 'ops' $known[4]; DomainName = 'acme' } }
                Identity { @{ Identity = $true } }
            })[0])
}

# A connection that was accepted before. Its timeout is short only if the fault stalls, and it has no retries if the service throttles,
# because a throttled request is otherwise retried until it is accepted.
function Get-Connection([hashtable] $Case) {
    $seconds = $Case.Category -eq 'OperationTimeout' ? [Math]::Max(1, $ClockRate / 2) : 30 * $ClockRate
    $retries = $Case.Category -eq 'LimitsExceeded' ? 0 : $Case.Retries
    $key = "$($Case.SignIn) $retries $seconds"
    if (-not $open[$key]) {
        $open[$key] = Connect-SignIn $Case.SignIn @{ MaximumRetryCount = $retries; TimeoutSec = $seconds }
        $null = Get-VodPreheatResult warm -Connection $open[$key]
    }
    $open[$key]
}

function Add-Fault([string] $Fault, [int] $Times, [string] $TaskId, [switch] $Post, [switch] $Iam) {
    if ($Fault -like 'Skew*') {
        $server.ClockOffset = [timespan]::FromMinutes($Fault -eq 'SkewAhead' ? 20 : -20)
    } elseif ($Fault -match '^(\d+) (\S+)$') {
        $status, $code = $Matches[1, 2]
        $answer = $status, "{`"error_code`":`"$code`",`"error_msg`":`"some text`"}", 'application/json', 'Retry-After', '0', $Times
        if ($Iam) { $server.AddIamAnswer.Invoke($answer) }
        elseif ($TaskId) { $server.AddAnswerFor.Invoke(@($TaskId) + $answer) }
        else { $server.AddAnswer.Invoke($answer) }
    } elseif ($Post -and $postBody[$Fault]) {
        $server.AddAnswer(202, $postBody[$Fault], 'application/json', '', '', $Times)
    } elseif ($Iam) {
        $server.AddIamFault($Fault, $Times)
    } elseif ($TaskId) {
        $server.AddFaultFor($TaskId, $Fault, $Times)
    } else {
        $server.AddFault($Fault, $Times)
    }
}

# Ends all connections, and the server.
function Close-FaultServer {
    Clear-Session
    foreach ($connection in $open.Values) { Disconnect-VodAccount -Connection $connection }
    $server.Dispose()
    Set-Clock ([TimeProvider]::System)
}

function Clear-Fault {
    $server.ClearFaults()
    $server.ClockOffset = [timespan]::Zero
}

# Runs a script and returns its output, its verbose lines, all of its errors, and the requests that the server received.
function Invoke-Watched([scriptblock] $Watched) {
    $before = $server.RequestCount
    $run = Get-Outcome { & $Watched 4>&1 }
    $verbose, $output = $run.Output.Where({ $_ -is [Management.Automation.VerboseRecord] }, 'Split')
    [pscustomobject]@{
        Output       = @($output)
        Errors       = @($run.Errors) + @($run.Failure).Where({ $_ })
        Stopped      = [bool] $run.Failure
        VerboseLines = @($verbose.Message)
        Requests     = @([Linq.Enumerable]::Skip($server.Requests, $before))
    }
}

# The number of requests of a case: one, its retries, and the same again with renewed credentials.
function Get-SendCount([hashtable] $Case, [bool] $IsRetried) {
    $attempts = $IsRetried ? $Case.Retries + 1 : 1
    $Case.CredentialsAreRenewed -and $Case.SignIn -in 'Password', 'Identity' ? 2 * $attempts : $attempts
}

function Find-Secret([string] $Text, [string[]] $Secret) {
    $Secret.Where({ (Get-Form $_).Where({ $Text.Contains($_, 'OrdinalIgnoreCase') }) })
}

function Get-Text($Run) {
    $Run.VerboseLines
    foreach ($record in $Run.Errors) {
        "$record $($record.FullyQualifiedErrorId) $($record.CategoryInfo) $($record.TargetObject) $($record.ErrorDetails) $($record.ErrorDetails.RecommendedAction)"
        for ($exception = $record.Exception; $exception; $exception = $exception.InnerException) {
            "$($exception.Message) $($exception.Data.Keys) $($exception.Data.Values) $exception"
        }
    }
}

function Assert-NoSecret($Run, $Connection) {
    $held = @(@($Connection).Where({ $_ }) | ForEach-Object { Get-HeldSecret $_ } | ForEach-Object { [Text.Encoding]::UTF8.GetString($_) })
    Find-Secret (Get-Text $Run) ($known + $held + $server.IssuedTokens) | Should -BeNullOrEmpty
}

# A query on the same connection succeeds without the fault.
function Assert-Next($Connection) {
    Clear-Fault
    (Get-VodPreheatResult next -Connection $Connection).TaskId | Should -Be 'next'
}

# The same after the failure of a case. Refused credentials are not sent again, so the query then fails with the same error, and
# later cases use a new connection.
function Assert-After([hashtable] $Case, $Connection) {
    if ($Case.Category -ne 'AuthenticationError') {
        Assert-Next $Connection
        return
    }

    Clear-Fault
    $next = Invoke-Watched { Get-VodPreheatResult next -Connection $Connection }
    foreach ($key in @($open.Keys).Where({ [object]::ReferenceEquals($open[$_], $Connection) })) { $open.Remove($key) }
    Disconnect-VodAccount -Connection $Connection
    Assert-Failure $next.Errors[0] $Case.Id $Case.Category

    # Only of this task: a query that was in progress at the refusal can arrive later.
    $next.Requests.Where({ $_.TaskId -eq 'next' }) | Should -BeNullOrEmpty
}

function Assert-Submission([hashtable] $Case, $Run, [string[]] $Items, [string[]] $Faulty) {
    $tasks = @($Run.Output | ForEach-Object { $_.AssetId ? $_.AssetId : $_.Url })
    $Run.Stopped | Should -Be ($Case.EndsSubmissions -and $Case.Category -notin 'QuotaExceeded', 'ConnectionError')
    if (-not $Case.Id) {
        $Run.Errors | Should -BeNullOrEmpty
        $tasks | Should -Be $Items
        return
    }

    $Run.Errors.Count | Should -Be 1
    Assert-Failure $Run.Errors[0] $Case.Id $Case.Category
    $Run.Errors[0].TargetObject | Should -Be ($Case.EndsSubmissions ? $Items : $Faulty)
    $tasks | Should -Be ($Case.EndsSubmissions ? $null : $Items.Where({ $_ -notin $Faulty }))
    $Run.Errors[0].Exception.OutcomeUnknown | Should -Be $Case.OutcomeUnknown
    "$($Run.Errors[0])".Contains('not known whether') | Should -Be $Case.OutcomeUnknown

    # What was not accepted must not be at the server, unless the outcome is unknown.
    if (-not $Case.OutcomeUnknown) { @($server.SubmittedUrls) + @($server.SubmittedAssets) | Should -Not -Contain $Faulty[0] }
}

# Every fault through every cmdlet and every way of signing in. Covered, for the faults of the service:
# - Get-VodPreheatResult (one retry for two of the ways; what is throttled is then repeated until it is accepted) and Wait-VodPreheat (no retries): each fault with each way;
# - Start-VodPreheat with URLs (no retries) and assets (one retry): each fault with both, the way changes from cell to cell;
# - Connect-VodAccount: each fault of IAM, for a password (POST) and for a project (GET).
# The faults on the way to the service meet each of the four, the way changes from cell to cell.

BeforeDiscovery {
    $script:ways = 'AccessKey', 'SecurityToken', 'Token', 'Password', 'Identity'

    # Get, Post: is sent again. Unknown: a POST may have taken effect. Renewed: is sent once more with new credentials.
    # No id: is no failure. "=" is the code in the fault's name, which has the HTTP status before it.
    function Get-Table([string] $Text) {
        foreach ($row in $Text -split '\r?\n' -replace '\s*;\s*', ';' | ConvertFrom-Csv -Delimiter ';') {
            foreach ($fault in $row.Faults -split ' ') {
                @{
                    Fault    = $fault
                    Id       = $row.Id -eq '=' ? $fault.Split(':')[1] : $row.Id
                    Category = $row.Category
                    Get      = [bool] $row.Get
                    Post     = [bool] $row.Post
                    Unknown  = [bool] $row.Unknown
                    Renewed  = [bool] $row.Renewed
                    # Nothing further can work; or it passes by itself, so that Wait-VodPreheat asks again.
                    Stops    = $row.Category -in 'AuthenticationError', 'QuotaExceeded' -or $fault -in '403:VOD.10057', '403:APIGW.0310'
                    Passes   = $row.Category -in 'ConnectionError', 'OperationTimeout', 'InvalidData', 'ResourceUnavailable', 'LimitsExceeded'
                    # Is repeated until it is accepted, and no failure then, unless nothing is repeated at all.
                    Throttled = $row.Category -eq 'LimitsExceeded'
                    # HttpClient itself sends a GET three times more when the connection ends without an answer.
                    Sends    = $fault -eq 'CloseBeforeHeaders' ? 4 : 1
                }
            }
        }
    }

    $script:faults = Get-Table @'
Id                    ; Category            ; Get ; Post ; Unknown ; Renewed ; Faults
                      ;                     ;     ;      ;         ;         ; Continue100 Gzip WrongContentType Bom Accepted202 SetCookie HugeString DuplicateKeys
VodConnectionFailed   ; ConnectionError     ; yes ;      ; yes     ;         ; ResetBeforeHeaders ResetInHeaders ResetInBody CloseBeforeHeaders TruncatedBody
VodTimeout            ; OperationTimeout    ; yes ;      ; yes     ;         ; Stall StallInBody DripBody
VodUnexpectedResponse ; InvalidData         ;     ;      ; yes     ;         ; Redirect302 NoContent204 EmptyBody HtmlPage BrokenGzip HugeBody EndlessBody
VodUnexpectedResponse ; InvalidData         ;     ;      ; yes     ;         ; TruncatedJson DeepNesting NumberForString JsonArray JsonString OtherObject InvalidUtf8
VOD.10051             ; ResourceUnavailable ; yes ;      ; yes     ;         ; Error500
APIGW.0201            ; ResourceUnavailable ; yes ;      ; yes     ;         ; Error502 Error504
APIGW.0613            ; ResourceUnavailable ; yes ;      ; yes     ;         ; Error503
VodHttpError          ; ResourceUnavailable ; yes ;      ; yes     ;         ; Html502
APIGW.0308            ; LimitsExceeded      ; yes ; yes  ;         ;         ; Throttled429RetryNow
APIGW.0301            ; AuthenticationError ;     ;      ;         ; yes     ; Unauthorized401 EchoCanonicalRequest SkewAhead SkewBehind
APIGW.0307            ; AuthenticationError ;     ;      ;         ; yes     ; TokenExpired0307
VOD.10053             ; InvalidArgument     ;     ;      ;         ;         ; EchoSecretsIn400
APIGW.0302            ; PermissionDenied    ;     ;      ;         ;         ; Forbidden403
VOD.10074             ; PermissionDenied    ;     ;      ;         ;         ; PermissionVod
IAM.0002              ; PermissionDenied    ;     ;      ;         ;         ; IamDenied
=                     ; InvalidArgument     ;     ;      ;         ;         ; 400:VOD.10053 403:VOD.10081 400:VOD.10109 400:APIGW.0607
=                     ; InvalidArgument     ;     ;      ;         ;         ; 403:VOD.10057 403:APIGW.0310
=                     ; ObjectNotFound      ;     ;      ;         ;         ; 400:VOD.10062 403:VOD.10062 404:APIGW.0101
=                     ; InvalidOperation    ;     ;      ;         ;         ; 403:VOD.10060 403:VOD.10088 403:VOD.10089 403:VOD.10110
=                     ; PermissionDenied    ;     ;      ;         ;         ; 403:VOD.10111 403:VOD.10120 403:APIGW.0401 403:APIGW.0802 403:IAM.0003
=                     ; LimitsExceeded      ; yes ; yes  ;         ;         ; 403:VOD.10127 429:IAM.0012
=                     ; ResourceUnavailable ; yes ;      ; yes     ;         ; 403:VOD.10051
=                     ; QuotaExceeded       ;     ;      ;         ;         ; 403:VOD.10086 403:VOD.10078 405:APIGW.0501
=                     ; AuthenticationError ;     ;      ;         ; yes     ; 403:VOD.10054 400:IAM.1107 400:IAM.1108
=                     ; AuthenticationError ;     ;      ;         ; yes     ; 401:APIGW.0303 401:APIGW.0305 401:IAM.0001 401:IAM.0062
'@

    # The certificates, then a proxy that opens no tunnel to https, then one that does not forward http.
    $script:connectionFaults = Get-Table @'
Id                    ; Category            ; Get ; Post ; Unknown ; Renewed ; Faults
VodConnectionFailed   ; ConnectionError     ; yes ; yes  ;         ;         ; Refused NoSuchHost UntrustedRoot Expired WrongName Tunnel502
VodConnectionFailed   ; ConnectionError     ;     ;      ;         ;         ; Tunnel407 Proxy407
VodHttpError          ; ResourceUnavailable ; yes ;      ; yes     ;         ; Proxy502
'@

    # Each fault with one way, which changes from fault to fault.
    function Get-Cell([hashtable[]] $From, [int] $Start, [hashtable] $More = @{}) {
        foreach ($fault in $From) { $fault + $More + @{ Way = $ways[$Start++ % $ways.Count] } }
    }

    # Tokens are not signed, so that clocks do not matter to them.
    function Get-Effective([hashtable[]] $From) {
        foreach ($cell in $From) {
            if ($cell.Throttled -and $cell.Retries) { $cell.Id = $cell.Category = '' }
            if ($cell.Fault -like 'Skew*' -and $cell.Way -in 'Token', 'Password') { $cell.Id = $cell.Category = ''; $cell.Stops = $false }
            $cell
        }
    }

    $script:queries = foreach ($way in $ways) {
        $all = Get-Effective ($faults | ForEach-Object { $_ + @{ Way = $way } })
        $stopping = $all.Where({ $_.Stops -or $_.Fault -like 'Skew*' })
        @{ Way = $way; Retries = $way -in 'AccessKey', 'Password' ? 1 : 0; Together = $all.Where({ $_ -notin $stopping }); Alone = $stopping }
    }
    $script:submissions = Get-Effective @(
        Get-Cell $faults 0 @{ What = 'URLs'; Retries = 0 }
        Get-Cell $faults 2 @{ What = 'assets'; Retries = 1 }
    )
    $script:connections = @(
        Get-Cell $connectionFaults 0 @{ Cmdlet = 'Get-VodPreheatResult'; Retries = 0 }
        Get-Cell $connectionFaults 1 @{ Cmdlet = 'Start-VodPreheat -Url'; Retries = 1 }
        Get-Cell $connectionFaults 2 @{ Cmdlet = 'Start-VodPreheat -AssetId'; Retries = 0 }
        Get-Cell $connectionFaults 3 @{ Cmdlet = 'Wait-VodPreheat'; Retries = 0 }
    )
    # Not what IAM never says, nor what needs a body or a clock of VOD's.
    $script:signIns = $faults.Where({ $_.Fault -notmatch 'VOD|^Skew|^Huge(?!Body)|^DuplicateKeys' })
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/submit.common.ps1"
    $script:server = $TestServer::Start()
    $server.AnyTask = $true
    $server.Quota = 1000000
    $server.AddTemporaryKey('TEMPAK', 'temp+Sk/0000000001=', 'temp+Token/0000000001==', $TestServer::DefaultProjectId)
    $server.AddToken('given+Token/0000000001==', $TestServer::DefaultProjectId)
    $server.AddUser('ops', 'p@ss+Word/0000000001=', 'acme')
    $env:VODPREHEAT_METADATA_ENDPOINT = $server.Endpoint
    $script:proxySecret = 'proxy+Secret/Pass=1'
    $script:known = @($TestServer::DefaultSecretKey, 'temp+Sk/0000000001=', 'temp+Token/0000000001==', 'given+Token/0000000001==', 'p@ss+Word/0000000001=', $proxySecret)
    $script:open = @{}

    # Answers to a POST that are faults of the same kind as those to a query.
    $script:postBody = @{
        HugeString      = '{"task_id":"t","more":"' + 'a' * 1000000 + '"}'
        DuplicateKeys   = '{"task_id":"t1","task_id":"t2"}'
        DeepNesting     = '{"task_id":' + '[' * 10000 + ']' * 10000 + '}'
        NumberForString = '{"task_id":1}'
    }

    function Connect-Way([string] $Way, [hashtable] $With) {
        Connect-Server $server ($With + @{ NoDefault = $true } + @(switch ($Way) {
                    AccessKey { @{} }
                    SecurityToken { @{ AccessKey = ConvertTo-Credential 'TEMPAK' $known[1]; SecurityToken = ConvertTo-Secret $known[2] } }
                    Token { @{ Token = ConvertTo-Secret $known[3] } }
                    Password { @{ Credential = ConvertTo-Credential 'ops' $known[4]; DomainName = 'acme' } }
                    Identity { @{ Identity = $true } }
                })[0])
    }

    # The connection of a way that has been in use; of little patience only where the fault stalls.
    function Get-Connection([hashtable] $Case, [int] $Retries) {
        $seconds = $Case.Category -eq 'OperationTimeout' ? 1 : 30
        $key = "$($Case.Way) $Retries $seconds"
        if (-not $open[$key]) {
            $open[$key] = Connect-Way $Case.Way @{ MaximumRetryCount = $Retries; TimeoutSec = $seconds }
            $null = Get-VodPreheatResult warm -Connection $open[$key]
        }
        $open[$key]
    }

    function Add-Fault([string] $Fault, [int] $Times, [string] $TaskId, [switch] $Post, [switch] $Iam) {
        if ($Fault -like 'Skew*') {
            $server.ClockOffset = [timespan]::FromMinutes($Fault -eq 'SkewAhead' ? 20 : -20)
        } elseif ($Fault -like '*:*') {
            $status, $code = $Fault.Split(':')
            $answer = $status, "{`"error_code`":`"$code`",`"error_msg`":`"told`"}", 'application/json', 'Retry-After', '0', $Times
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

    function Clear-Fault {
        $server.ClearFaults()
        $server.ClockOffset = [timespan]::Zero
    }

    # Runs a script; its verbose lines and its errors apart, the terminating one among them, and all requests made meanwhile.
    function Invoke-Watched([scriptblock] $Watched) {
        $before = $server.RequestCount
        $run = Get-Outcome { & $Watched 4>&1 }
        $told, $output = $run.Output.Where({ $_ -is [Management.Automation.VerboseRecord] }, 'Split')
        [pscustomobject]@{
            Output   = @($output)
            Errors   = @($run.Errors) + @($run.Failure).Where({ $_ })
            Stopped  = [bool] $run.Failure
            Told     = @($told.Message)
            Requests = @($server.Requests | Select-Object -Skip $before)
        }
    }

    # How many requests the server or, when none gets there, the trace has seen of a cell.
    function Get-SendCount([hashtable] $Case, [int] $Retries, [bool] $Again) {
        ($Again ? $Retries + 1 : 1) * ($Case.Renewed -and $Case.Id -and $Case.Way -in 'Password', 'Identity' ? 2 : 1)
    }

    function Find-Secret([string] $Text, [string[]] $Secret) {
        $Secret.Where({ (Get-Form $_).Where({ $Text.Contains($_, 'OrdinalIgnoreCase') }) })
    }

    function Get-Text($Run) {
        $Run.Told
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

    # A query on the same connection, when the fault is gone.
    function Assert-Next($Connection) {
        Clear-Fault
        (Get-VodPreheatResult next -Connection $Connection).TaskId | Should -Be 'next'
    }

    # The same after the failure of a case: refused credentials are not sent again, so that it fails alike; then another
    # connection takes the place of this one.
    function Assert-After([hashtable] $Case, $Connection) {
        if ($Case.Category -ne 'AuthenticationError') {
            Assert-Next $Connection
            return
        }

        Clear-Fault
        $next = Invoke-Watched { Get-VodPreheatResult next -Connection $Connection }
        Assert-Failure $next.Errors[0] $Case.Id $Case.Category
        $next.Requests | Should -BeNullOrEmpty
        foreach ($key in @($open.Keys).Where({ [object]::ReferenceEquals($open[$_], $Connection) })) { $open.Remove($key) }
        Disconnect-VodAccount -Connection $Connection
    }

    function Assert-Submission([hashtable] $Case, $Run, [string[]] $Items, [string[]] $Faulty) {
        $tasks = @($Run.Output | ForEach-Object { $_.AssetId ? $_.AssetId : $_.Url })
        # A used-up quota ends the submissions, not the pipeline.
        $Run.Stopped | Should -Be ($Case.Stops -and $Case.Category -ne 'QuotaExceeded')
        if (-not $Case.Id) {
            $Run.Errors | Should -BeNullOrEmpty
            $tasks | Should -Be $Items
            return
        }

        $Run.Errors.Count | Should -Be 1
        Assert-Failure $Run.Errors[0] $Case.Id $Case.Category
        $Run.Errors[0].TargetObject | Should -Be ($Case.Stops ? $Items : $Faulty)
        $tasks | Should -Be ($Case.Stops ? $null : $Items.Where({ $_ -notin $Faulty }))
        $Run.Errors[0].Exception.OutcomeUnknown | Should -Be $Case.Unknown
        "$($Run.Errors[0])".Contains('not known whether') | Should -Be $Case.Unknown

        # What the server has taken is in a task, or may have been taken.
        if (-not $Case.Unknown) { @($server.SubmittedUrls) + @($server.SubmittedAssets) | Should -Not -Contain $Faulty[0] }
    }
}

AfterAll {
    Clear-Session
    foreach ($connection in $open.Values) { Disconnect-VodAccount -Connection $connection }
    $server.Dispose()
}

Describe 'Faults of the service' {
    Context 'in queries, <Way>' -ForEach $queries {
        BeforeAll {
            # One call with all faults that do not end it, a good query after each; one more for those that stall.
            function Invoke-Together([hashtable[]] $Cases, [int] $Retries, [scriptblock] $Times, [scriptblock] $Query) {
                $parts = foreach ($part in $Cases.Where({ $_.Category -eq 'OperationTimeout' }, 'Split')) {
                    foreach ($case in $part) { Add-Fault $case.Fault (& $Times $case) $case.Fault }
                    $connection = Get-Connection $part[0] $Retries
                    $ids = $part | ForEach-Object { $_.Fault; "after $($_.Fault)" }
                    Invoke-Watched { & $Query $ids $connection }
                    Assert-Next $connection
                }
                $run = [pscustomobject]@{
                    Connections = @($Cases | ForEach-Object { Get-Connection $_ $Retries } | Select-Object -Unique)
                    Stopped     = $parts.Stopped -contains $true
                    Errors      = @($parts.Errors)
                    Told        = @($parts.Told)
                    Rows        = @{}
                    Failures    = @{}
                    Sends       = @{}
                }
                foreach ($row in $parts.Output) { $run.Rows[$row.TaskId] += @($row) }
                foreach ($record in $parts.Errors) { $run.Failures[$record.TargetObject] += @($record) }
                foreach ($request in $parts.Requests.Where({ $_.TaskId })) { $run.Sends[$request.TaskId]++ }
                $run
            }

            $script:got = Invoke-Together $Together $Retries { $args[0].Throttled ? 1 : -1 } {
                param($ids, $connection)
                $ids | Get-VodPreheatResult -Connection $connection -ThrottleLimit 64 -Verbose
            }
            $script:waited = Invoke-Together $Together 0 { $args[0].Passes ? $args[0].Sends : -1 } {
                param($ids, $connection)
                $ids | Wait-VodPreheat -Connection $connection -PollIntervalSec 1 -Verbose
            }
        }

        It 'Get-VodPreheatResult: <Fault>' -ForEach $Together {
            $got.Sends[$Fault] | Should -Be ($Sends * (Get-SendCount $_ $Retries $Get))
            $got.Rows["after $Fault"].Count | Should -Be 1
            if ($Id -and -not ($Throttled -and $Retries)) {
                $got.Failures[$Fault].Count | Should -Be 1
                Assert-Failure $got.Failures[$Fault][0] $Id $Category
                $got.Failures[$Fault][0].Exception.OutcomeUnknown | Should -BeFalse
                $got.Rows.Keys | Should -Not -Contain $Fault
            } else {
                $got.Failures.Keys | Should -Not -Contain $Fault
                $got.Rows[$Fault].Count | Should -BeGreaterThan 0
            }
        }

        It 'Wait-VodPreheat: <Fault>' -ForEach $Together {
            $waited.Sends[$Fault] | Should -Be ($Id -and $Passes ? $Sends + 1 : 1)
            $waited.Rows["after $Fault"].Count | Should -Be 1
            @($waited.Told -like "The query of task $Fault failed*").Count | Should -Be ($Id -and $Passes ? 1 : 0)
            if ($Id -and -not $Passes) {
                $waited.Failures[$Fault].Count | Should -Be 1
                Assert-Failure $waited.Failures[$Fault][0] $Id $Category
                $waited.Rows.Keys | Should -Not -Contain $Fault
            } else {
                $waited.Failures.Keys | Should -Not -Contain $Fault
                $waited.Rows[$Fault].Count | Should -BeGreaterThan 0
            }
        }

        It 'do not end the call, and nothing else fails' {
            $got.Stopped, $waited.Stopped | Should -Be $false, $false
            $got.Errors.Count | Should -Be $Together.Where({ $_.Id -and -not ($_.Throttled -and $Retries) }).Count
            $waited.Errors.Count | Should -Be $Together.Where({ $_.Id -and -not $_.Passes }).Count
        }

        It 'show no secret' {
            Assert-NoSecret $got $got.Connections
            Assert-NoSecret $waited $waited.Connections

            # They would have: the service told them.
            if ($Way -ne 'AccessKey') { "$($got.Failures.EchoSecretsIn400)" | Should -Match '\*\*\* \*\*\* \*\*\* \*\*\*' }
        }

        It '<Cmdlet>: <Cell.Fault>' -ForEach @(
            foreach ($cell in $Alone) { foreach ($cmdlet in 'Get-VodPreheatResult', 'Wait-VodPreheat') { @{ Cmdlet = $cmdlet; Cell = $cell } } }
        ) {
            $connection = Get-Connection $Cell 0
            Add-Fault $Cell.Fault -1 'bad'
            $run = Invoke-Watched {
                if ($Cmdlet -eq 'Wait-VodPreheat') { 'bad', 'good' | Wait-VodPreheat -Connection $connection -Verbose }
                else { 'bad', 'good' | Get-VodPreheatResult -Connection $connection -ThrottleLimit 1 -Verbose }
            }
            $run.Stopped | Should -Be ([bool] $Cell.Id)
            $run.Requests.Where({ $_.TaskId -eq 'bad' }).Count | Should -Be (Get-SendCount $Cell 0 $false)
            if ($Cell.Id) {
                $run.Errors.Count | Should -Be 1
                Assert-Failure $run.Errors[0] $Cell.Id $Cell.Category @($Cell.Fault -like 'Skew*' ? 'Set the clock' : $null).Where({ $_ })
                if ($Cmdlet -eq 'Wait-VodPreheat') {
                    @($run.Output.TaskId) + @($run.Errors[0].TargetObject) | Where-Object { $_ } | Sort-Object | Should -Be 'bad', 'good'
                } else {
                    $run.Errors[0].TargetObject | Should -Be 'bad'
                    $run.Output | Should -BeNullOrEmpty
                    $run.Requests.TaskId | Should -Not -Contain 'good'
                }
            } else {
                $run.Errors | Should -BeNullOrEmpty
                $run.Output.TaskId | Sort-Object | Should -Be 'bad', 'good'
            }
            Assert-NoSecret $run $connection
            Assert-After $Cell $connection
        }
    }

    Context 'in Start-VodPreheat' {
        It '<What>: <Fault>, <Way>' -ForEach $submissions {
            $connection = Get-Connection $_ $Retries
            $sent = Get-SendCount $_ $Retries $Post
            Add-Fault $Fault ($Throttled ? 1 : $sent) -Post
            $name = "$Fault-$Way".Replace(':', '-')
            $run, $items, $faulty = if ($What -eq 'URLs') {
                $items = 1..11 | ForEach-Object { "https://cdn.example.com/$name/$_.mp4" }
                (Invoke-Watched { $items | Start-VodPreheat -Connection $connection -Verbose }), $items, $items[0..9]
            } else {
                $items = "$name-1", "$name-2"
                (Invoke-Watched { Start-VodPreheat -AssetId $items -Connection $connection -Verbose }), $items, @($items[0])
            }
            $run.Requests.Where({ $_.Method -eq 'POST' -and $_.Area -eq 'Vod' }).Count | Should -Be ($sent + ($Stops ? 0 : 1))
            Assert-Submission $_ $run $items $faulty
            Assert-NoSecret $run $connection
            Assert-After $_ $connection
        }
    }
}

Describe 'Faults on the way to the service' {
    BeforeAll {
        $script:proxy = [VodPreheat.TestServer.ProxyServer]::Start('proxyuser', $proxySecret)
        $script:tls = @{}
        foreach ($name in 'UntrustedRoot', 'Expired', 'WrongName') { $tls[$name] = $TestServer::StartTls($name) }
    }

    AfterAll {
        $proxy.Dispose()
        foreach ($one in $tls.Values) { $one.Dispose() }
    }

    It '<Cmdlet>: <Fault>, <Way>' -ForEach $connections {
        $case = $_
        $with = @{ MaximumRetryCount = $Retries }
        switch -Regex ($Fault) {
            'Refused' { $with.Endpoint = [VodPreheat.TestServer.ClosedPort]::Refused() }
            'NoSuchHost' { $with.Endpoint = 'https://vod.nowhere.invalid' }
            'UntrustedRoot|Expired|WrongName' { $with.Endpoint = $tls[$Fault].Endpoint }
            'Tunnel' { $with.Endpoint = 'https://vod.example.com' }
            '\d' {
                $with += @{ Proxy = $proxy.Endpoint; ProxyCredential = ConvertTo-Credential 'proxyuser' $proxySecret }
                $proxy.FailWith = 0
            }
        }
        $connection = Connect-Way $Way $with
        try {
            if ($Fault -match '\d+') { $proxy.FailWith = [int] $Matches[0] }
            $items = "https://cdn.example.com/$Fault.mp4", "https://cdn.example.com/$Fault-2.mp4"
            $run = Invoke-Watched {
                switch ($Cmdlet) {
                    'Get-VodPreheatResult' { Get-VodPreheatResult bad -Connection $connection -Verbose }
                    'Start-VodPreheat -Url' { $items | Start-VodPreheat -Connection $connection -Verbose }
                    'Start-VodPreheat -AssetId' { Start-VodPreheat -AssetId $Fault -Connection $connection -Verbose }
                    'Wait-VodPreheat' { Wait-VodPreheat bad -TimeoutSec 1 -PollIntervalSec 30 -Connection $connection -Verbose }
                }
            }

            # Nothing of it gets to the server.
            $run.Requests.Where({ $_.Area -eq 'Vod' }) | Should -BeNullOrEmpty
            @($tls.Values.RequestCount) | Should -Be 0, 0, 0
            $again = $Cmdlet -like 'Start*' ? $Post : $Get
            $rounds = $Cmdlet -eq 'Wait-VodPreheat' -and $Get ? 2 : 1
            @($run.Told -match '^(GET|POST) http').Count | Should -Be ($rounds * (Get-SendCount $case $Retries $again))
            if ($Cmdlet -eq 'Wait-VodPreheat' -and $Get) {
                # A first query and, when the time is up, a last one.
                Assert-Failure $run.Errors[0] 'VodWaitTimeout' 'OperationTimeout'
                @($run.Told -like 'The query of task bad failed*').Count | Should -Be 2
            } elseif ($Cmdlet -in 'Get-VodPreheatResult', 'Wait-VodPreheat') {
                Assert-Failure $run.Errors[0] $Id $Category
                $run.Errors[0].TargetObject | Should -Be 'bad'
            } else {
                $given = $Cmdlet -like '*Url' ? $items : @($Fault)
                Assert-Submission $case $run $given $given
            }
            $run.Errors.Count | Should -Be 1
            Assert-NoSecret $run $connection

            if ($Fault -like 'Proxy*') {
                $proxy.FailWith = 0
                Assert-Next $connection
            } else {
                # What cannot be repaired from here gives the same failure again.
                $next = Invoke-Watched { Get-VodPreheatResult next -Connection $connection -Verbose }
                Assert-Failure $next.Errors[0] $Id $Category
                @($next.Told -match '^GET http').Count | Should -Be (Get-SendCount $case $Retries $Get)
            }
        } finally {
            Disconnect-VodAccount -Connection $connection
        }
    }
}

Describe 'Faults of IAM' {
    AfterEach { Clear-Fault }

    It 'Connect-VodAccount, <What>: <Fault>' -ForEach @(
        foreach ($fault in $signIns) {
            $fault + @{ What = 'the token' }
            $fault + @{ What = 'the project' }
        }
    ) {
        $with = @{ MaximumRetryCount = 0; TimeoutSec = $Category -eq 'OperationTimeout' ? 1 : 30; Verbose = $true }
        $connect = if ($What -eq 'the token') {
            $sent = 1
            { Connect-Way Password $with }
        } else {
            # Ids are kept for the life of the process, by key.
            $server.AddAccessKey("LOOKUP$($Fault -replace '\W')", $known[0], $TestServer::DefaultProjectId)
            $sent = $Sends
            if ($Category -eq 'PermissionDenied') { $Id, $Category = 'VodProjectNotFound', 'ObjectNotFound' }
            { Connect-Way AccessKey ($with + @{ AccessKey = ConvertTo-Credential "LOOKUP$($Fault -replace '\W')" $known[0]; ProjectId = $null }) }
        }
        Add-Fault $Fault $sent -Iam
        $run = Invoke-Watched $connect
        $run.Requests.Where({ $_.Area -eq 'Iam' }).Count | Should -Be $sent
        $run.Requests.Path | Should -Not -Contain '/elsewhere'
        if ($Id) {
            $run.Stopped | Should -BeTrue
            $run.Errors.Count | Should -Be 1
            Assert-Failure $run.Errors[0] $Id $Category
            $run.Errors[0].Exception.OutcomeUnknown | Should -BeFalse
            $run.Output | Should -BeNullOrEmpty
        } else {
            $run.Errors | Should -BeNullOrEmpty
            $run.Output.ProjectId | Should -Be $TestServer::DefaultProjectId
        }
        Assert-NoSecret $run
        Clear-Fault
        $connection = & $connect 4>$null
        Assert-Next $connection
        Disconnect-VodAccount -Connection $connection
    }
}

Describe 'The search for secrets' {
    It 'finds each form, in an inner exception and in verbose' {
        foreach ($form in Get-Form $known[1]) {
            $record = [Management.Automation.ErrorRecord]::new([Exception]::new('outer', [Exception]::new("x${form}x")), 'Id', 'NotSpecified', $null)
            $inner = [pscustomobject]@{ Told = @(); Errors = @($record) }
            $told = [pscustomobject]@{ Told = @("x${form}x"); Errors = @() }
            { Assert-NoSecret $inner } | Should -Throw
            { Assert-NoSecret $told } | Should -Throw
        }
    }
}

# Every fault through every cmdlet and every way of signing in:
# - Get-VodPreheatResult (with a retry for two of the ways) and Wait-VodPreheat (without): each fault with each way;
# - Start-VodPreheat with URLs (without retries) and assets (with one): each fault with both, the way changes from case to case;
# - Connect-VodAccount: each fault of IAM, for a password (POST) and for a project (GET);
# - the faults on the way to the service, in all of them, the way changes from case to case.

BeforeDiscovery {
    $script:ways = 'AccessKey', 'SecurityToken', 'Token', 'Password', 'Identity'

    # What is to happen depends on the category alone, however the failure came about. No category: it is no failure.
    function Get-Behavior([string] $Category) {
        @{
            QueryIsRetried      = $Category -in 'ConnectionError', 'OperationTimeout', 'ResourceUnavailable'
            SubmissionIsRetried = $false
            OutcomeUnknown      = $Category -in 'ConnectionError', 'OperationTimeout', 'ResourceUnavailable', 'InvalidData'
            IsRenewed           = $Category -eq 'AuthenticationError'
            EndsCommand         = $Category -in 'AuthenticationError', 'QuotaExceeded'
            WaitGoesOn          = $Category -in 'ConnectionError', 'OperationTimeout', 'ResourceUnavailable', 'InvalidData', 'LimitsExceeded'
        }
    }

    # Faults of the test server by name, or answers as "403 VOD.10057": HTTP status and error code, which then is the id. $Except
    # has what differs from the category's behavior.
    function New-Fault([string[]] $Fault, [string] $Category, [string] $Id, [hashtable] $Except = @{}) {
        foreach ($name in $Fault) {
            $case = @{ Fault = $name; Category = $Category; Id = $Id ? $Id : $name -match '^\d+ (\S+)$' ? $Matches[1] : '' } + (Get-Behavior $Category)

            # HttpClient itself sends a GET three times more when the connection ends without an answer.
            $case.HttpClientSends = $name -eq 'CloseBeforeHeaders' ? 4 : 1
            foreach ($key in $Except.Keys) { $case[$key] = $Except[$key] }
            $case
        }
    }

    $script:faults = @(
        # Odd, but no failures.
        New-Fault Continue100, Gzip, WrongContentType, Bom, Accepted202, SetCookie, HugeString, DuplicateKeys

        # On the wire.
        New-Fault ResetBeforeHeaders, ResetInHeaders, ResetInBody, CloseBeforeHeaders, TruncatedBody ConnectionError VodConnectionFailed
        New-Fault Stall, StallInBody, DripBody OperationTimeout VodTimeout

        # An answer that is not the API's.
        New-Fault Redirect302, NoContent204, EmptyBody, HtmlPage, BrokenGzip, HugeBody, EndlessBody InvalidData VodUnexpectedResponse
        New-Fault TruncatedJson, DeepNesting, NumberForString, JsonArray, JsonString, OtherObject, InvalidUtf8 InvalidData VodUnexpectedResponse

        # Answers of the gateway, of proxies and of IAM as they are.
        New-Fault Error500 ResourceUnavailable VOD.10051
        New-Fault Error502, Error504 ResourceUnavailable APIGW.0201
        New-Fault Error503 ResourceUnavailable APIGW.0613
        New-Fault Html502 ResourceUnavailable VodHttpError
        New-Fault Throttled429RetryNow LimitsExceeded APIGW.0308
        New-Fault Unauthorized401, EchoCanonicalRequest, SkewAhead, SkewBehind AuthenticationError APIGW.0301
        New-Fault TokenExpired0307 AuthenticationError APIGW.0307
        New-Fault EchoSecretsIn400 InvalidArgument VOD.10053
        New-Fault Forbidden403 PermissionDenied APIGW.0302
        New-Fault PermissionVod PermissionDenied VOD.10074
        New-Fault IamDenied PermissionDenied IAM.0002

        # Error codes: the code decides, not the status.
        New-Fault '400 VOD.10053', '403 VOD.10081', '400 VOD.10109', '400 APIGW.0607' InvalidArgument
        New-Fault '403 VOD.10057', '403 APIGW.0310' InvalidArgument -Except @{ EndsCommand = $true }
        New-Fault '400 VOD.10062', '403 VOD.10062', '404 APIGW.0101' ObjectNotFound
        New-Fault '403 VOD.10060', '403 VOD.10088', '403 VOD.10089', '403 VOD.10110' InvalidOperation
        New-Fault '403 VOD.10111', '403 VOD.10120', '403 APIGW.0401', '403 APIGW.0802', '403 IAM.0003' PermissionDenied
        New-Fault '403 VOD.10127', '429 IAM.0012' LimitsExceeded
        New-Fault '403 VOD.10051' ResourceUnavailable
        New-Fault '403 VOD.10086', '403 VOD.10078', '405 APIGW.0501' QuotaExceeded
        New-Fault '403 VOD.10054', '400 IAM.1107', '400 IAM.1108' AuthenticationError
        New-Fault '401 APIGW.0303', '401 APIGW.0305', '401 IAM.0001', '401 IAM.0062' AuthenticationError
    )

    # Before anything is sent: certificates, and a proxy that opens no tunnel to https. Then a proxy that does not forward http.
    $script:connectionFaults = @(
        New-Fault Refused, NoSuchHost, UntrustedRoot, Expired, WrongName, Tunnel502 ConnectionError VodConnectionFailed -Except @{ SubmissionIsRetried = $true; OutcomeUnknown = $false }
        New-Fault Tunnel407, Proxy407 ConnectionError VodConnectionFailed -Except @{ QueryIsRetried = $false; OutcomeUnknown = $false; WaitGoesOn = $false }
        New-Fault Proxy502 ResourceUnavailable VodHttpError
    )

    # The faults as one way of signing in meets them; the way changes from fault to fault if several are given.
    function Get-Case([hashtable[]] $Fault, [string[]] $Way, [hashtable] $With) {
        $next = 0
        foreach ($one in $Fault) {
            $case = $one + $With + @{ Way = $Way[$next++ % $Way.Count] }

            # Tokens are not signed, so that clocks do not matter to them.
            if ($case.Fault -like 'Skew*' -and $case.Way -in 'Token', 'Password') {
                $case.Id = $case.Category = ''
                foreach ($key in (Get-Behavior).Keys) { $case[$key] = $false }
            }
            $case
        }
    }

    # The ways, beginning with another one.
    function Get-WayFrom([int] $Start) { 0..4 | ForEach-Object { $ways[($_ + $Start) % 5] } }

    $script:queries = foreach ($way in $ways) {
        # What ends a command, and a clock that is wrong for all, needs a call of its own.
        $alone, $together = (Get-Case $faults $way @{ Retries = $way -in 'AccessKey', 'Password' ? 1 : 0 }).Where({ $_.EndsCommand -or $_.Fault -like 'Skew*' }, 'Split')
        @{ Way = $way; Together = $together; Alone = $alone }
    }
    $script:submissions = @(
        Get-Case $faults (Get-WayFrom 0) @{ What = 'URLs'; Retries = 0 }
        Get-Case $faults (Get-WayFrom 2) @{ What = 'assets'; Retries = 1 }
    )
    $script:connections = @(
        Get-Case $connectionFaults (Get-WayFrom 0) @{ Cmdlet = 'Get-VodPreheatResult'; Retries = 0 }
        Get-Case $connectionFaults (Get-WayFrom 1) @{ Cmdlet = 'Start-VodPreheat -Url'; Retries = 1 }
        Get-Case $connectionFaults (Get-WayFrom 2) @{ Cmdlet = 'Start-VodPreheat -AssetId'; Retries = 0 }
        Get-Case $connectionFaults (Get-WayFrom 3) @{ Cmdlet = 'Wait-VodPreheat'; Retries = 0 }
    )

    # Not what IAM never says, nor what needs a body or a clock of VOD's.
    $script:signIns = $faults.Where({ $_.Fault -notmatch 'VOD|^Skew|^Huge(?!Body)|^DuplicateKeys' })
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/submit.common.ps1"
    . "$PSScriptRoot/faults.common.ps1"
}

AfterAll {
    Clear-Session
    foreach ($connection in $open.Values) { Disconnect-VodAccount -Connection $connection }
    $server.Dispose()
}

Describe 'Faults of the service' {
    Context 'in queries, <Way>' -ForEach $queries {
        BeforeAll {
            # One call for all faults that do not end it, with a good query after each; one for each connection that they need.
            function Invoke-Together([hashtable[]] $Cases, [scriptblock] $Times, [scriptblock] $Query) {
                $parts = foreach ($group in $Cases | Group-Object { Get-Connection $_ | ForEach-Object GetHashCode }) {
                    foreach ($case in $group.Group) { Add-Fault $case.Fault (& $Times $case) $case.Fault }
                    $connection = Get-Connection $group.Group[0]
                    $ids = $group.Group | ForEach-Object { $_.Fault; "after $($_.Fault)" }
                    Invoke-Watched { & $Query $ids $connection }
                    Assert-Next $connection
                }
                $run = [pscustomobject]@{
                    Connections = @($Cases | ForEach-Object { Get-Connection $_ } | Select-Object -Unique)
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

            $script:got = Invoke-Together $Together { -1 } {
                param($ids, $connection)
                $ids | Get-VodPreheatResult -Connection $connection -ThrottleLimit 64 -Verbose
            }

            # Without retries: each fault that passes is met by one query, and the next one is answered.
            $script:waited = Invoke-Together ($Together | ForEach-Object { $case = $_.Clone(); $case.Retries = 0; $case }) { $args[0].WaitGoesOn ? $args[0].HttpClientSends : -1 } {
                param($ids, $connection)
                $ids | Wait-VodPreheat -Connection $connection -PollIntervalSec 1 -Verbose
            }
        }

        It 'Get-VodPreheatResult: <Fault>' -ForEach $Together {
            $got.Sends[$Fault] | Should -Be ($HttpClientSends * (Get-SendCount $_ $QueryIsRetried))
            $got.Rows["after $Fault"].Count | Should -Be 1
            if ($Id) {
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
            $waited.Sends[$Fault] | Should -Be ($WaitGoesOn ? $HttpClientSends + 1 : 1)
            $waited.Rows["after $Fault"].Count | Should -Be 1
            @($waited.Told -like "The query of task $Fault failed*").Count | Should -Be ($WaitGoesOn ? 1 : 0)
            if ($Id -and -not $WaitGoesOn) {
                $waited.Failures[$Fault].Count | Should -Be 1
                Assert-Failure $waited.Failures[$Fault][0] $Id $Category
                $waited.Rows.Keys | Should -Not -Contain $Fault
            } else {
                $waited.Failures.Keys | Should -Not -Contain $Fault
                $waited.Rows[$Fault].Count | Should -BeGreaterThan 0
            }
        }

        It 'do not end the command, and nothing else fails' {
            $got.Stopped, $waited.Stopped | Should -Be $false, $false
            $got.Errors.Count | Should -Be $Together.Where({ $_.Id }).Count
            $waited.Errors.Count | Should -Be $Together.Where({ $_.Id -and -not $_.WaitGoesOn }).Count
        }

        It 'display no secret' {
            Assert-NoSecret $got $got.Connections
            Assert-NoSecret $waited $waited.Connections

            # They would have: the service told them.
            if ($Way -ne 'AccessKey') { "$($got.Failures.EchoSecretsIn400)" | Should -Match '\*\*\* \*\*\* \*\*\* \*\*\*' }
        }

        It '<Cmdlet>: <Case.Fault>' -ForEach @(
            foreach ($case in $Alone) { foreach ($cmdlet in 'Get-VodPreheatResult', 'Wait-VodPreheat') { @{ Cmdlet = $cmdlet; Case = $case } } }
        ) {
            $connection = Get-Connection $Case
            Add-Fault $Case.Fault -1 'bad'
            $run = Invoke-Watched {
                if ($Cmdlet -eq 'Wait-VodPreheat') { 'bad', 'good' | Wait-VodPreheat -Connection $connection -Verbose }
                else { 'bad', 'good' | Get-VodPreheatResult -Connection $connection -ThrottleLimit 1 -Verbose }
            }
            $run.Stopped | Should -Be ([bool] $Case.Id)
            $run.Requests.Where({ $_.TaskId -eq 'bad' }).Count | Should -Be (Get-SendCount $Case $false)
            if ($Case.Id) {
                $run.Errors.Count | Should -Be 1
                Assert-Failure $run.Errors[0] $Case.Id $Case.Category @($Case.Fault -like 'Skew*' ? 'Set the clock' : $null).Where({ $_ })
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
            Assert-After $Case $connection
        }
    }

    Context 'in Start-VodPreheat' {
        It '<What>: <Fault>, <Way>' -ForEach $submissions {
            $connection = Get-Connection $_
            $sent = Get-SendCount $_ $SubmissionIsRetried
            Add-Fault $Fault $sent -Post
            $name = "$Fault-$Way".Replace(' ', '-')
            $run, $items, $faulty = if ($What -eq 'URLs') {
                $items = 1..11 | ForEach-Object { "https://cdn.example.com/$name/$_.mp4" }
                (Invoke-Watched { $items | Start-VodPreheat -Connection $connection -Verbose }), $items, $items[0..9]
            } else {
                $items = "$name-1", "$name-2"
                (Invoke-Watched { Start-VodPreheat -AssetId $items -Connection $connection -Verbose }), $items, @($items[0])
            }
            $run.Requests.Where({ $_.Method -eq 'POST' -and $_.Area -eq 'Vod' }).Count | Should -Be ($sent + ($EndsCommand ? 0 : 1))
            Assert-Submission $_ $run $items $faulty
            Assert-NoSecret $run $connection
            Assert-After $_ $connection
        }
    }
}

Describe 'Faults of the network' {
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
            $rounds = $Cmdlet -eq 'Wait-VodPreheat' -and $WaitGoesOn ? 2 : 1
            $sent = Get-SendCount $case ($Cmdlet -like 'Start*' ? $SubmissionIsRetried : $QueryIsRetried)
            @($run.Told -match '^(GET|POST) http').Count | Should -Be ($rounds * $sent)
            if ($Cmdlet -eq 'Wait-VodPreheat' -and $WaitGoesOn) {
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
                @($next.Told -match '^GET http').Count | Should -Be (Get-SendCount $case $QueryIsRetried)
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
            $sent = $HttpClientSends
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
    It 'finds each notation, in an inner exception and in a verbose line' {
        foreach ($form in Get-Form $known[1]) {
            $record = [Management.Automation.ErrorRecord]::new([Exception]::new('outer', [Exception]::new("x${form}x")), 'Id', 'NotSpecified', $null)
            $inner = [pscustomobject]@{ Told = @(); Errors = @($record) }
            $told = [pscustomobject]@{ Told = @("x${form}x"); Errors = @() }
            { Assert-NoSecret $inner } | Should -Throw
            { Assert-NoSecret $told } | Should -Throw
        }
    }
}

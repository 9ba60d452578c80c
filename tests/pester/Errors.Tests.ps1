BeforeDiscovery {
    # The answers of the service and the expected errors. Stops: the error is terminating. Sends: the number of requests, with one retry, or
    # without retries if the service throttles, because throttled requests wait for minutes before they fail.
    $script:answers = @'
Status ; Id         ; Category            ; Stops ; Sends ; Match
400    ; VOD.10053  ; InvalidArgument     ;       ; 1     ; Check the value
400    ; VOD.10081  ; InvalidArgument     ;       ; 1     ; Check the value
403    ; VOD.10081  ; InvalidArgument     ;       ; 1     ; Check the value
400    ; VOD.10109  ; InvalidArgument     ;       ; 1     ; at most 10 URLs
403    ; VOD.10057  ; InvalidArgument     ; yes   ; 1     ; -ProjectId
400    ; VOD.10062  ; ObjectNotFound      ;       ; 1     ; Check the task
403    ; VOD.10062  ; ObjectNotFound      ;       ; 1     ; Check the task
403    ; VOD.10060  ; InvalidOperation    ;       ; 1     ; Publish the asset
403    ; VOD.10088  ; InvalidOperation    ;       ; 1     ; enable its acceleration domain
403    ; VOD.10089  ; InvalidOperation    ;       ; 1     ; enable its acceleration domain
403    ; VOD.10110  ; InvalidOperation    ;       ; 1     ; enable its acceleration domain
403    ; VOD.10054  ; AuthenticationError ; yes   ; 1     ; Connect-VodAccount
403    ; VOD.10086  ; QuotaExceeded       ; yes   ; 1     ; next day
403    ; VOD.10078  ; QuotaExceeded       ; yes   ; 1     ; next day
403    ; VOD.10074  ; PermissionDenied    ;       ; 1     ; vod:asset:getPreheatTask to
403    ; VOD.10111  ; PermissionDenied    ;       ; 1     ; vod:asset:getPreheatTask
403    ; VOD.10120  ; PermissionDenied    ;       ; 1     ; owner of the account
403    ; VOD.10127  ; LimitsExceeded      ;       ; 1     ; Wait a minute
403    ; VOD.10051  ; ResourceUnavailable ;       ; 2     ; try again
500    ; VOD.10051  ; ResourceUnavailable ;       ; 2     ; try again
418    ; VOD.99999  ; InvalidOperation    ;       ; 1     ; -Endpoint
401    ; APIGW.0301 ; AuthenticationError ; yes   ; 1     ; lock an access key
401    ; APIG.0301  ; AuthenticationError ; yes   ; 1     ; clock
401    ; APIC.0303  ; AuthenticationError ; yes   ; 1     ; clock
401    ; APIGW.0305 ; AuthenticationError ; yes   ; 1     ; Connect-VodAccount
401    ; APIGW.0307 ; AuthenticationError ; yes   ; 1     ; expired
403    ; APIGW.0302 ; PermissionDenied    ;       ; 1     ; vod:asset:getPreheatTask
403    ; APIGW.0310 ; InvalidArgument     ; yes   ; 1     ; -ProjectId
403    ; APIGW.0401 ; PermissionDenied    ;       ; 1     ; address
403    ; APIGW.0802 ; PermissionDenied    ;       ; 1     ; region
404    ; APIGW.0101 ; ObjectNotFound      ;       ; 1     ; -Region and -Endpoint
405    ; APIGW.0501 ; QuotaExceeded       ; yes   ; 1     ; next day
400    ; APIGW.0607 ; InvalidArgument     ;       ; 1     ; -Endpoint
401    ; IAM.0001   ; AuthenticationError ; yes   ; 1     ; Connect-VodAccount
403    ; IAM.0002   ; PermissionDenied    ;       ; 1     ; vod:asset:getPreheatTask
401    ; IAM.0062   ; AuthenticationError ; yes   ; 1     ; -DomainName
400    ; IAM.1108   ; AuthenticationError ; yes   ; 1     ; temporary key has expired
400    ; IAM.1107   ; AuthenticationError ; yes   ; 1     ; disabled
429    ; IAM.0012   ; LimitsExceeded      ;       ; 1     ; Wait a minute
401    ; NEW.1      ; AuthenticationError ; yes   ; 1     ; Connect-VodAccount
403    ; Odd        ; PermissionDenied    ;       ; 1     ; vod:asset:getPreheatTask
'@ -split '\r?\n' -replace '\s+;\s*', ';' | ConvertFrom-Csv -Delimiter ';' | ForEach-Object {
        @{ Status = [int] $_.Status; Id = $_.Id; Category = $_.Category; Stops = $_.Stops; Sends = [int] $_.Sends; Match = $_.Match }
    }

    # The faults of the network and the expected errors.
    $script:faults = @(
        @{ Fault = 'Throttled429RetryNow'; Id = 'APIGW.0308'; Category = 'LimitsExceeded'; Match = '-RequestsPerMinute' }
        @{ Fault = 'Error500'; Id = 'VOD.10051'; Category = 'ResourceUnavailable'; Sends = 2 }
        @{ Fault = 'Error502'; Id = 'APIGW.0201'; Category = 'ResourceUnavailable'; Sends = 2 }
        @{ Fault = 'Error503'; Id = 'APIGW.0613'; Category = 'ResourceUnavailable'; Sends = 2 }
        @{ Fault = 'Error504'; Id = 'APIGW.0201'; Category = 'ResourceUnavailable'; Sends = 2 }
        @{ Fault = 'Html502'; Id = 'VodHttpError'; Category = 'ResourceUnavailable'; Sends = 2; Match = 'text/html' }
        @{ Fault = 'ResetBeforeHeaders'; Id = 'VodConnectionFailed'; Category = 'ConnectionError'; Sends = 2 }
        @{ Fault = 'ResetInHeaders'; Id = 'VodConnectionFailed'; Category = 'ConnectionError'; Sends = 2 }
        @{ Fault = 'ResetInBody'; Id = 'VodConnectionFailed'; Category = 'ConnectionError'; Sends = 2 }
        # HttpClient itself sends a GET three more times if the connection ends without an answer.
        @{ Fault = 'CloseBeforeHeaders'; Id = 'VodConnectionFailed'; Category = 'ConnectionError'; Sends = 8 }
        @{ Fault = 'TruncatedBody'; Id = 'VodConnectionFailed'; Category = 'ConnectionError'; Sends = 2; Match = 'closed the connection' }
        @{ Fault = 'Redirect302'; Id = 'VodUnexpectedResponse'; Category = 'InvalidData'; Match = 'redirect' }
        @{ Fault = 'TruncatedJson'; Id = 'VodUnexpectedResponse'; Category = 'InvalidData' }
        @{ Fault = 'EmptyBody'; Id = 'VodUnexpectedResponse'; Category = 'InvalidData'; Match = 'empty' }
        @{ Fault = 'NoContent204'; Id = 'VodUnexpectedResponse'; Category = 'InvalidData'; Match = 'empty' }
        @{ Fault = 'Gzip'; Id = 'VodUnexpectedResponse'; Category = 'InvalidData'; Match = 'not the JSON' }
        @{ Fault = 'HtmlPage'; Id = 'VodUnexpectedResponse'; Category = 'InvalidData'; Match = 'text/html' }
        @{ Fault = 'HugeBody'; Id = 'VodUnexpectedResponse'; Category = 'InvalidData'; Match = '16 MiB' }
        @{ Fault = 'EndlessBody'; Id = 'VodUnexpectedResponse'; Category = 'InvalidData'; Match = '16 MiB' }
        @{ Fault = 'DeepNesting'; Id = 'VodUnexpectedResponse'; Category = 'InvalidData' }
        @{ Fault = 'NumberForString'; Id = 'VodUnexpectedResponse'; Category = 'InvalidData' }
        @{ Fault = 'JsonArray'; Id = 'VodUnexpectedResponse'; Category = 'InvalidData' }
        @{ Fault = 'JsonString'; Id = 'VodUnexpectedResponse'; Category = 'InvalidData' }
        @{ Fault = 'OtherObject'; Id = 'VodUnexpectedResponse'; Category = 'InvalidData'; Match = 'preheating_results' }
        @{ Fault = 'InvalidUtf8'; Id = 'VodUnexpectedResponse'; Category = 'InvalidData' }
        @{ Fault = 'IamDenied'; Id = 'IAM.0002'; Category = 'PermissionDenied'; Match = 'vod:asset:getPreheatTask' }
    )
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()

    # Queries a task that fails and one that does not, and compares the result with the table.
    function Assert-Query([hashtable] $Case) {
        $outcome = Get-Outcome { 'bad', 'good' | Get-VodPreheatResult }
        $failure = $outcome.Failure ?? $outcome.Errors[0]
        Assert-Failure $failure $Case.Id $Case.Category @($Case.Match).Where({ $_ })
        $failure.FullyQualifiedErrorId | Should -BeExactly "$($Case.Id),VodPreheat.Commands.GetVodPreheatResultCommand"
        $failure.TargetObject | Should -BeExactly 'bad'
        [bool] $outcome.Failure | Should -Be ([bool] $Case.Stops)
        @($outcome.Errors).Count | Should -Be ($Case.Stops ? 0 : 1)
        $outcome.Output.TaskId | Should -Be ($Case.Stops ? $null : 'good')

        $sent = $server.Requests.Where({ $_.TaskId -eq 'bad' })
        $sent.Count | Should -Be ($Case.Sends ?? 1)
        if ($Case.Category -eq 'AuthenticationError') { $server.RequestCount | Should -Be $sent.Count }
        if ($sent[-1].StatusSent -and $failure.Exception.StatusCode) {
            $failure.Exception.StatusCode | Should -Be $sent[-1].StatusSent
            $failure.Exception.RequestId | Should -BeExactly $sent[-1].RequestId
        }
    }

    # The wait before a retry is short; the timeout of an attempt is not.
    function Connect-Fast([int] $Retries) {
        $null = Use-Clock 20 $server
        $server.AnyTask = $true
        Connect-Once $server @{ MaximumRetryCount = $Retries; TimeoutSec = 300 }
    }
}

AfterAll { $server.Dispose() }

Describe 'Errors' {
    BeforeEach {
        $server.Reset()
        $server.AnyTask = $true
    }

    AfterEach { Clear-Session }

    Context 'of the service' {
        BeforeEach {
            Connect-Fast ($_.Category -eq 'LimitsExceeded' ? 0 : 1)
        }

        It '<Id>, HTTP <Status>, is <Category>' -ForEach $answers {
            # With retries, a throttled request is retried for five minutes.
            if ($Category -eq 'LimitsExceeded') { Connect-Once $server }
            $body = @{ error_code = $Id; error_msg = 'What the service says.' } | ConvertTo-Json
            $server.AddAnswerFor('bad', $Status, $body, 'application/json', 'Retry-After', '0', -1)
            Assert-Query $_
            $failure = $Error[0]
            $failure.Exception.StatusCode | Should -Be $Status
            "$failure" | Should -Match "^Task bad: The service answered: What the service says \($Id, HTTP $Status, request id \w{32}\)\. "
        }

        It '<Fault> is <Id>' -ForEach $faults {
            if ($Category -eq 'LimitsExceeded') { Connect-Once $server }
            $server.AddFaultFor('bad', $Fault, -1)
            Assert-Query $_
            $server.Requests.Path | Should -Not -Contain '/elsewhere'
        }

        It 'has the shape <Name>' -ForEach @(
            @{ Name = 'nested'; Body = '{"error":{"error_code":"VOD.10053","error_msg":"nested text"}}'; Id = 'VOD.10053'; Match = 'nested text' }
            @{ Name = 'camel case'; Body = '{"errorCode":"VOD.10053","errorMsg":"camel text"}'; Id = 'VOD.10053'; Match = 'camel text' }
            @{ Name = 'Keystone'; Body = '{"error":{"code":400,"message":"keystone text","title":"Bad Request"}}'; Id = 'VodHttpError'; Match = 'keystone text' }
            @{ Name = 'Chinese text'; Body = "{`"error_code`":`"VOD.10053`",`"error_msg`":`"`u{8BF7}`u{6C42}`"}"; Id = 'VOD.10053'; Match = "`u{8BF7}`u{6C42}" }
            @{ Name = 'no JSON'; Body = 'Bad Request'; Id = 'VodHttpError'; Match = 'HTTP 400' }
            @{ Name = 'nothing'; Body = ''; Id = 'VodHttpError'; Match = 'HTTP 400' }
            @{ Name = 'odd types'; Body = '{"error_code":["x"],"error_msg":{"y":1},"error":7}'; Id = 'VodHttpError'; Match = 'HTTP 400' }
        ) {
            $server.AddAnswerFor('bad', 400, $Body)
            Assert-Query @{ Id = $Id; Category = 'InvalidArgument'; Match = $Match }
        }

        It 'is found in an answer with HTTP 200' {
            $server.AddAnswerFor('bad', 200, '{"error_code":"VOD.10053","error_msg":"hidden"}')
            Assert-Query @{ Id = 'VOD.10053'; Category = 'InvalidArgument'; Match = 'hidden' }
        }

        It 'is found without a Content-Type' {
            $server.AddAnswerFor('bad', 400, '{"error_code":"VOD.10053","error_msg":"untyped"}', '')
            Assert-Query @{ Id = 'VOD.10053'; Category = 'InvalidArgument'; Match = 'untyped' }
        }

        It 'cannot control the terminal' {
            $server.AddAnswerFor('bad', 400, '{"error_code":"VOD.10053\u001b[2J","error_msg":"a\u001b[31mb\u0007\u202ec"}')
            $failure = (Get-Outcome { Get-VodPreheatResult bad }).Errors[0]
            "$failure$($failure.FullyQualifiedErrorId)" | Should -Not -Match '[\p{Cc}\p{Cf}]'
        }
    }

    Context 'do not occur' {
        It '<_>' -ForEach Continue100, WrongContentType, Bom, Accepted202, HugeString, DuplicateKeys {
            Connect-Once $server
            $server.AddFault($_)
            $outcome = Get-Outcome { Get-VodPreheatResult t, u }
            $outcome.Failure ?? $outcome.Errors | Should -BeNullOrEmpty
            $outcome.Output.TaskId | Should -Be 't', 'u'
        }

        It '<_>, if the retry succeeds' -ForEach Error500, Error502, Error503, Error504, Html502, ResetBeforeHeaders, ResetInBody, TruncatedBody {
            Connect-Once $server @{ MaximumRetryCount = 1 }
            $server.AddFault($_)
            (Get-VodPreheatResult t).TaskId | Should -Be 't'
            $server.RequestCount | Should -Be 2
        }

        It 'in a throttled pipeline, if the service requests a delay' {
            Connect-Fast 3
            $null = Get-VodPreheatResult warm
            $server.AddFault('Throttled429RetryAfter', 3)
            (Get-VodPreheatResult (1..20)).TaskId | Should -Be (1..20)
        }
    }

    Context 'retries' {
        It 'are limited by -MaximumRetryCount: <Count>' -ForEach @{ Count = 0 }, @{ Count = 3 } {
            Connect-Once $server @{ MaximumRetryCount = $Count }
            $server.AddAnswer(503, '{"error_code":"APIGW.0613","error_msg":"later"}', 'application/json', 'Retry-After', '0', -1)
            Assert-Failure (Get-Outcome { Get-VodPreheatResult t }).Errors[0] 'APIGW.0613' ResourceUnavailable
            $server.RequestCount | Should -Be ($Count + 1)
        }

        It 'of a throttled request are not limited by -MaximumRetryCount, except by 0' {
            Connect-Fast 1
            $server.AddFault('Throttled429RetryNow', 3)
            (Get-VodPreheatResult t).TaskId | Should -Be 't'
            $server.RequestCount | Should -Be 4

            Connect-Once $server
            $server.AddFault('Throttled429RetryNow')
            Assert-Failure (Get-Outcome { Get-VodPreheatResult t }).Errors[0] 'APIGW.0308' LimitsExceeded
            $server.RequestCount | Should -Be 5
        }

        It 'are not made if the service requests a delay of an hour' {
            Connect-Once $server @{ MaximumRetryCount = 3 }
            $server.AddAnswer(503, '{"error_code":"APIGW.0613","error_msg":"later"}', 'application/json', 'Retry-After', '3600', 1)
            Assert-Failure (Get-Outcome { Get-VodPreheatResult t }).Errors[0] 'APIGW.0613' ResourceUnavailable 'asks to wait 60 minutes'
            $server.RequestCount | Should -Be 1
            $server.AddAnswer(429, '{"error_code":"APIGW.0308","error_msg":"later"}', 'application/json', 'Retry-After', '3600', 1)
            Assert-Failure (Get-Outcome { Get-VodPreheatResult t }).Errors[0] 'APIGW.0308' LimitsExceeded
            $server.RequestCount | Should -Be 2
            (Get-VodPreheatResult t).TaskId | Should -Be 't'
        }
    }

    Context 'of the connection' {
        It 'VodTimeout: <_>' -ForEach Stall, StallInBody, DripBody {
            Connect-Once $server @{ TimeoutSec = 1 }
            $server.AddFaultFor('bad', $_)
            Assert-Query @{ Id = 'VodTimeout'; Category = 'OperationTimeout'; Match = 'within 1 s' }
        }

        It 'VodTimeout is retried' {
            Connect-Once $server @{ TimeoutSec = 1; MaximumRetryCount = 1 }
            $server.AddFault('Stall')
            (Get-VodPreheatResult t).TaskId | Should -Be 't'
        }

        It 'VodConnectionFailed: <Name>' -ForEach @(
            @{ Name = 'nobody listens'; Endpoint = { [VodPreheat.TestServer.ClosedPort]::Refused() }; Match = 'No connection to 127.0.0.1:\d+' }
            @{ Name = 'no such host'; Endpoint = { 'https://vod.nowhere.invalid' }; Match = 'vod.nowhere.invalid could not be resolved' }
        ) {
            Connect-Once $server @{ Endpoint = & $Endpoint }
            $outcome = Get-Outcome { Get-VodPreheatResult a, b }
            $outcome.Errors.Count | Should -Be 2
            $outcome.Errors.TargetObject | Should -Be 'a', 'b'
            Assert-Failure $outcome.Errors[1] VodConnectionFailed ConnectionError $Match
        }

        It 'VodConnectionFailed: an untrusted certificate, <_>' -ForEach UntrustedRoot, Expired, WrongName {
            $tls = $TestServer::StartTls($_)
            try {
                Connect-Once $tls
                Assert-Failure (Get-Outcome { Get-VodPreheatResult t }).Errors[0] VodConnectionFailed ConnectionError 'TLS', 'certificate'
                $tls.RequestCount | Should -Be 0
            } finally {
                $tls.Dispose()
            }
        }

        It 'VodNotConnected' {
            $failure = Get-Failure { 'a', 'b' | Get-VodPreheatResult }
            Assert-Failure $failure VodNotConnected ConnectionError 'Connect-VodAccount'
            $failure.TargetObject | Should -BeNullOrEmpty
        }

        It 'VodConnectionNotLive: a connection that was <Name>' -ForEach @(
            @{ Name = 'serialized'; Copy = { [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($connection)) } }
            @{ Name = 'exported'; Copy = { $connection | Export-Clixml TestDrive:/connection.xml; Import-Clixml TestDrive:/connection.xml } }
        ) {
            $connection = Connect-Once $server @{ PassThru = $true }
            $copy = & $Copy
            $failure = Get-Failure { 'a' | Get-VodPreheatResult -Connection $copy }
            Assert-Failure $failure VodConnectionNotLive InvalidArgument 'Connect-VodAccount inside the job'
            $failure.TargetObject.ProjectId | Should -Be $connection.ProjectId
            Assert-Failure (Get-Failure { Disconnect-VodAccount -Connection $copy }) VodConnectionNotLive InvalidArgument
            Assert-Failure (Get-Failure { $copy | Test-VodConnection }) VodConnectionNotLive InvalidArgument
        }

        It 'VodConnectionNotLive: a connection that a script made' {
            Assert-Failure (Get-Failure { Get-VodPreheatResult a -Connection ([VodPreheat.VodConnection]@{ ProjectId = 'p' }) }) VodConnectionNotLive InvalidArgument 'made by a script'
        }

        It 'an object that is not a connection does not bind' {
            { Get-VodPreheatResult a -Connection 'text' } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
            { Get-VodPreheatResult a -Connection $null } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        }

        It 'the connection can be used for the next query' {
            Connect-Once $server
            foreach ($fault in 'ResetInBody', 'TruncatedJson', 'Forbidden403', 'Redirect302') {
                $server.AddFault($fault)
                (Get-Outcome { Get-VodPreheatResult t }).Errors.Count | Should -Be 1
                (Get-VodPreheatResult t).TaskId | Should -Be 't'
            }
        }
    }

    Context 'in PowerShell' {
        BeforeEach {
            Connect-Once $server
            $server.AddFaultFor('bad', 'PermissionVod', -1)
        }

        It '-ErrorAction <Action>' -ForEach @(
            @{ Action = 'Continue'; Shown = 1 }
            @{ Action = 'SilentlyContinue'; Shown = 0 }
            @{ Action = 'Ignore'; Shown = 0 }
        ) {
            $all = @(Get-VodPreheatResult bad, good -ErrorAction $Action -ErrorVariable kept 2>&1)
            $all.Where({ $_ -is [Management.Automation.ErrorRecord] }).Count | Should -Be $Shown
            $all[-1].TaskId | Should -Be 'good'
            @($kept).Count | Should -Be ($Action -eq 'Ignore' ? 0 : 1)
        }

        It 'are caught by the type of the exception' {
            $code = try { Get-VodPreheatResult bad -ErrorAction Stop } catch [VodPreheat.VodException] { $_.Exception.ErrorCode }
            $code | Should -Be 'VOD.10074'
        }
    }
}

BeforeAll {
    . $PSScriptRoot/common.ps1
    . $PSScriptRoot/submit.common.ps1
    $server = $TestServer::Start()
}

AfterAll {
    Disconnect-VodAccount
    $server.Dispose()
}

Describe 'Start-VodPreheat, failures' {
    BeforeEach {
        $server.Reset()
        Connect-Server $server
    }

    AfterEach { Clear-Session }

    BeforeAll {
        # Returns after one successful answer, so that the connection is reused and the credentials are accepted.
        function Connect-Warm([hashtable] $With = @{}) {
            Connect-Server $server $With
            $null = Start-VodPreheat 'https://cdn.example.com/warm.mp4'
        }
    }

    It 'returns a task as soon as its request is accepted' {
        Connect-Server $server @{ TimeoutSec = 60 }
        $server.AddFault('Bom')
        $server.AddFault('Stall')
        $run = Invoke-Aside { 1..20 | ForEach-Object { "https://cdn.example.com/$_.mp4" } | Start-VodPreheat }
        Wait-Until { $server.RequestCount -eq 2 }
        $run.Output.Count | Should -Be 1
        $run.Output[0].Url | Should -Be (Get-SampleUrl 10)
        Stop-Aside $run
    }

    It 'does not retry a POST whose outcome is unknown: <Fault>' -ForEach @(
        @{ Fault = 'ResetBeforeHeaders'; Id = 'VodConnectionFailed' }
        @{ Fault = 'ResetInHeaders'; Id = 'VodConnectionFailed' }
        @{ Fault = 'ResetInBody'; Id = 'VodConnectionFailed' }
        @{ Fault = 'CloseBeforeHeaders'; Id = 'VodConnectionFailed' }
        @{ Fault = 'TruncatedBody'; Id = 'VodConnectionFailed' }
        @{ Fault = 'Stall'; Id = 'VodTimeout' }
        @{ Fault = 'StallInBody'; Id = 'VodTimeout' }
        @{ Fault = 'TruncatedJson'; Id = 'VodUnexpectedResponse' }
        @{ Fault = 'EmptyBody'; Id = 'VodUnexpectedResponse' }
        @{ Fault = 'Gzip'; Id = 'VodUnexpectedResponse' }
        @{ Fault = 'NoContent204'; Id = 'VodUnexpectedResponse' }
        @{ Fault = 'HtmlPage'; Id = 'VodUnexpectedResponse' }
        @{ Fault = 'OtherObject'; Id = 'VodUnexpectedResponse' }
        @{ Fault = 'Redirect302'; Id = 'VodUnexpectedResponse' }
        @{ Fault = 'Error500'; Id = 'VOD.10051' }
        @{ Fault = 'Error502'; Id = 'APIGW.0201' }
        @{ Fault = 'Html502'; Id = 'VodHttpError' }
        @{ Fault = 'Error503'; Id = 'APIGW.0613' }
        @{ Fault = 'Error504'; Id = 'APIGW.0201' }
    ) {
        Connect-Warm @{ TimeoutSec = 1 }
        $server.AddFault($Fault)
        $run = Get-Outcome { Get-SampleUrl 11 | Start-VodPreheat }
        $server.RequestCount | Should -Be 3
        $run.Failure | Should -BeNullOrEmpty
        $run.Errors.Count | Should -Be 1
        Get-ErrorId $run.Errors[0] | Should -Be $Id
        $run.Errors[0].Exception.OutcomeUnknown | Should -BeTrue
        $run.Errors[0].Exception.Message | Should -BeLike '*not known whether the service accepted*'
        $run.Errors[0].Exception.Message | Should -Not -Match 'try again|try later' -Because 'the service may have accepted it'
        $run.Errors[0].TargetObject | Should -Be (Get-SampleUrl 10)
        $run.Output.Url | Should -Be 'https://cdn.example.com/11.mp4'
    }

    It 'retries a throttled POST' {
        $server.AddFault('Throttled429RetryNow', 2)
        $run = Get-Outcome { Get-SampleUrl 3 | Start-VodPreheat }
        $run.Errors | Should -BeNullOrEmpty
        $server.Requests.StatusSent | Should -Be 429, 429, 202
        $server.SubmittedUrls | Should -Be (Get-SampleUrl 3)
    }

    It 'adapts to a site that accepts ten submissions per minute, and does not delay queries' {
        $null = Use-Clock 20 $server
        Connect-Server $server @{ TimeoutSec = 3600 }
        $server.SubmissionsPerMinute = 10
        $server.SetTask('t', 'succeed https://a/1')
        $run = Invoke-Aside { 1..125 | ForEach-Object { "https://cdn.example.com/$_.mp4" } | Start-VodPreheat -Verbose 4>&1 }
        $queries = 0
        while (-not $run.Result.IsCompleted) {
            $null = Get-VodPreheatResult t
            $queries++
            Start-Sleep -Milliseconds 50
        }
        $said, $tasks = $run.Output.Where({ $_ -is [Management.Automation.VerboseRecord] }, 'Split')
        $bar = $run.Shell.Streams.Progress.StatusDescription
        Complete-Aside $run | Should -Not -BeNullOrEmpty

        $tasks.Url | Should -Be (Get-SampleUrl 125)
        $server.Requests.Where({ $_.StatusSent -eq 429 }).Count | Should -Be 1
        $queries | Should -BeGreaterThan 10 -Because 'they are not held as the submissions are'
        @($said -match '^Throttled: submissions wait (60|[1-5]?\d(\.\d)?) s, then at most 10 per minute\.$').Count | Should -Be 1
        $bar -match '; waiting \d+ seconds for the rate limit at 10 requests a minute$' | Should -Not -BeNullOrEmpty
    }

    It 'retries if nothing could be sent' {
        Connect-Server $server @{ Endpoint = [VodPreheat.TestServer.ClosedPort]::Refused(); MaximumRetryCount = 1 }
        $run = Get-Outcome { Get-SampleUrl 2 | Start-VodPreheat -Verbose 4>&1 }
        @($run.Output -like 'POST *').Count | Should -Be 2
        Assert-Failure $run.Errors[0] 'VodConnectionFailed' 'ConnectionError'
        $run.Errors[0].Exception.Message | Should -Not -BeLike '*not known whether*'
        $run.Errors[0].TargetObject | Should -Be (Get-SampleUrl 2)
    }

    It 'reports <Id> (HTTP <Status>) as <Category>' -ForEach @(
        @{ Id = 'APIGW.0301'; Status = 401; Category = 'AuthenticationError'; Ends = $true }
        @{ Id = 'VOD.10054'; Status = 403; Category = 'AuthenticationError'; Ends = $true }
        @{ Id = 'VOD.10086'; Status = 403; Category = 'QuotaExceeded'; Ends = $true }
        @{ Id = 'VOD.10074'; Status = 403; Category = 'PermissionDenied'; Ends = $false }
        @{ Id = 'VOD.10053'; Status = 400; Category = 'InvalidArgument'; Ends = $false }
        @{ Id = 'VOD.10081'; Status = 400; Category = 'InvalidArgument'; Ends = $false }
        @{ Id = 'VOD.10109'; Status = 403; Category = 'InvalidArgument'; Ends = $false }
        @{ Id = 'VOD.10062'; Status = 403; Category = 'ObjectNotFound'; Ends = $false }
        @{ Id = 'VOD.10060'; Status = 403; Category = 'InvalidOperation'; Ends = $false }
        @{ Id = 'VOD.10088'; Status = 403; Category = 'InvalidOperation'; Ends = $false }
        @{ Id = 'VOD.10110'; Status = 403; Category = 'InvalidOperation'; Ends = $false }
        @{ Id = 'VOD.10051'; Status = 403; Category = 'ResourceUnavailable'; Ends = $false }
    ) {
        $server.AddAnswer($Status, "{`"error_code`":`"$Id`",`"error_msg`":`"told`"}")
        $run = Get-Outcome { Get-SampleUrl 11 | Start-VodPreheat }
        $failure = $run.Failure ?? $run.Errors[0]
        [bool] $run.Failure | Should -Be ($Category -eq 'AuthenticationError')
        Assert-Failure $failure $Id $Category
        $failure.Exception.StatusCode | Should -Be $Status
        $failure.Exception.RequestId | Should -Be $server.Requests[0].RequestId
        $failure.TargetObject.Count | Should -Be ($Ends ? 11 : 10)
        $server.RequestCount | Should -Be ($Ends ? 1 : 2)
    }

    It 'reports persistent throttling and continues' {
        Connect-Server $server @{ MaximumRetryCount = 0 }
        $server.AddFault('Throttled429RetryNow')
        $run = Get-Outcome { Get-SampleUrl 11 | Start-VodPreheat }
        Assert-Failure $run.Errors[0] 'APIGW.0308' 'LimitsExceeded'
        $run.Errors[0].TargetObject | Should -Be (Get-SampleUrl 10)
        $run.Output.Url | Should -Be 'https://cdn.example.com/11.mp4'
    }

    It 'reports the missing permission' {
        $server.AddFault('PermissionVod')
        $run = Get-Outcome { Start-VodPreheat 'https://cdn.example.com/a.mp4' }
        $run.Errors[0].Exception.Message | Should -BeLike '*vod:asset:preheat*'
    }

    It 'requires a connection' {
        Disconnect-VodAccount
        $run = Get-Outcome { Get-SampleUrl 2 | Start-VodPreheat }
        Assert-Failure $run.Failure 'VodNotConnected' 'ConnectionError'
    }

    It 'refuses a deserialized connection' {
        $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize((Get-VodConnection)))
        $run = Get-Outcome { Get-SampleUrl 2 | Start-VodPreheat -Connection $copy }
        Get-ErrorId $run.Failure | Should -Be 'VodConnectionNotLive'
        $server.RequestCount | Should -Be 0
    }

    It 'reports every URL exactly once, whatever fails: <Name>' -ForEach @(
        @{ Name = 'and the credentials at last'; Last = 'Unauthorized401' }
        @{ Name = 'and the quota at last'; Last = '' }
    ) {
        Connect-Server $server @{ TimeoutSec = 1; MaximumRetryCount = 0 }
        $kinds = 'Accepted202', 'ResetBeforeHeaders', 'Throttled429RetryNow', 'Bom', 'Error500', 'ResetInBody', 'StallInBody',
        'TruncatedJson', 'PermissionVod', 'Throttled429RetryNow', 'Throttled429RetryNow', $Last
        foreach ($kind in $kinds -ne '') { $server.AddFault($kind) }
        if (-not $Last) { $server.Quota = 50 }
        $given = @(Get-SampleUrl 40) + @('not a URL') + @(Get-SampleUrl 75 -From 41)
        $run = Get-Outcome { $given | Start-VodPreheat }

        # A refused access key ends the pipeline; a used-up quota does not.
        @($run.Failure).Where({ $_ }).Count | Should -Be ($Last ? 1 : 0)
        $run.Errors.Count | Should -Be ($Last ? 10 : 11)
        $reported = @($run.Output.Url) + @($run.Errors.TargetObject) + @($run.Failure).Where({ $_ }).TargetObject
        $reported | Sort-Object | Should -Be ($given | Sort-Object)
    }

    It 'loses no URL with random faults (seed <_>)' -ForEach 1, 2, 3 {
        $server.SeedRandomFaults($_)
        $server.RandomFaultRate = 0.5
        $given = Get-SampleUrl 195
        $run = Get-Outcome { $given | Start-VodPreheat }
        $run.Failure | Should -BeNullOrEmpty
        $run.Errors.Count | Should -BeGreaterThan 0
        @($run.Output.Url) + @($run.Errors.TargetObject) | Sort-Object | Should -Be ($given | Sort-Object)
        $server.SubmittedUrls | Group-Object | Where-Object Count -gt 1 | Should -BeNullOrEmpty
    }
}

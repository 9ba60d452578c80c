# Each fault of IAM in Connect-VodAccount, for the token of a password (POST) and for the lookup of the project (GET).

BeforeDiscovery {
    . "$PSScriptRoot/faults.cases.ps1"

    # Without error codes of VOD, and without faults that need the body or the clock of VOD.
    $script:iamFaults = @(Get-Fault service).Where({ $_.Fault -notmatch 'VOD|^Skew|^Huge(?!Body)|^DuplicateKeys' })
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/submit.common.ps1"
    $script:ClockRate = 4
    . "$PSScriptRoot/faults.common.ps1"
}

AfterAll { Close-FaultServer }

Describe 'Faults of IAM' {
    AfterEach { Clear-Fault }

    It 'Connect-VodAccount, <What>: <Fault>' -ForEach @(
        foreach ($fault in $iamFaults) {
            $fault + @{ What = 'the token' }
            $fault + @{ What = 'the project' }
        }
    ) {
        $with = @{ MaximumRetryCount = 0; TimeoutSec = $Category -eq 'OperationTimeout' ? 1 : 30; Verbose = $true }
        $connect = if ($What -eq 'the token') {
            $sent = 1
            { Connect-SignIn Password $with }
        } else {
            # Project IDs are cached in the process by access key.
            $server.AddAccessKey("LOOKUP$($Fault -replace '\W')", $known[0], $TestServer::DefaultProjectId)
            $sent = $SendsPerAttempt
            if ($Category -eq 'PermissionDenied') { $Id, $Category = 'VodProjectNotFound', 'ObjectNotFound' }
            { Connect-SignIn AccessKey ($with + @{ AccessKey = ConvertTo-Credential "LOOKUP$($Fault -replace '\W')" $known[0]; ProjectId = $null }) }
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

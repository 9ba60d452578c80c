BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()
}

AfterAll { $server.Dispose() }

Describe 'Get-VodConnection' {
    AfterEach { Clear-Session }

    It 'gives nothing, and no error, when there is no connection' {
        $outcome = Get-Outcome { Get-VodConnection }
        $outcome.Output.Count + $outcome.Errors.Count | Should -Be 0
        $outcome.Failure | Should -BeNullOrEmpty
    }

    It 'gives the connection that was made last' {
        Connect-Once $server
        $last = Connect-Once $server @{ PassThru = $true }
        [object]::ReferenceEquals((Get-VodConnection), $last) | Should -BeTrue
    }

    It 'binds to -Connection' {
        Connect-VodAccount -Sandbox
        (Get-VodPreheatResult example -Connection (Get-VodConnection)).Count | Should -Be 3
    }

    It 'is told at a glance' {
        Connect-Once $server
        $text = Get-VodConnection | Out-String -Width 120
        foreach ($part in 'AccessKey', $TestServer::DefaultAccessKey, 'cn-north-4', $TestServer::DefaultProjectId) { $text | Should -Match $part }
    }
}

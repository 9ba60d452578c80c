BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()
}

AfterAll { $server.Dispose() }

Describe 'Get-VodConnection' {
    AfterEach { Clear-Session }

    It 'returns nothing, without an error, if there is no connection' {
        $outcome = Get-Outcome { Get-VodConnection }
        $outcome.Output.Count + $outcome.Errors.Count | Should -Be 0
        $outcome.Failure | Should -BeNullOrEmpty
    }

    It 'returns the connection that was created last' {
        Connect-Once $server
        $last = Connect-Once $server @{ PassThru = $true }
        [object]::ReferenceEquals((Get-VodConnection), $last) | Should -BeTrue
    }

    It 'returns an object that binds to -Connection' {
        Connect-VodAccount -Sandbox
        (Get-VodPreheatResult example -Connection (Get-VodConnection)).Count | Should -Be 3
    }

    It 'has a view with the important properties' {
        Connect-Once $server
        $text = Get-VodConnection | Out-String -Width 120
        foreach ($part in 'AccessKey', $TestServer::DefaultAccessKey, 'cn-north-4', $TestServer::DefaultProjectId) { $text | Should -Match $part }
    }
}

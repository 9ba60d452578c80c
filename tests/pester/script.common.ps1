# Dot-sourced after common.ps1 by the tests that run a script in another process: the server, and the script.

$script:server = $TestServer::Start()

# Sets the credentials of such a script in the environment.
function Set-SignIn {
    $env:HUAWEICLOUD_SDK_AK = $TestServer::DefaultAccessKey
    $env:HUAWEICLOUD_SDK_SK = $TestServer::DefaultSecretKey
    $env:HUAWEICLOUD_SDK_PROJECT_ID = $TestServer::DefaultProjectId
}

# A script that signs in with the credentials of the environment, as a scheduled script does, and then runs the specified text.
function New-Script([string] $Text) {
    $file = Join-Path (Get-PSDrive TestDrive).Root "$([guid]::NewGuid()).ps1"
    Set-Content $file @"
`$ErrorActionPreference = 'Stop'
Import-Module '$Manifest'
Connect-VodAccount -Region cn-north-4 -Endpoint $($server.Endpoint) -IamEndpoint $($server.Endpoint) -RequestsPerMinute 0 -SubmissionsPerMinute 0
$Text
"@
    $file
}

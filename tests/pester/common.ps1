# Dot-sourced by every test file in its BeforeAll: the module as built, the test server, and what the tests share.

$root = (Resolve-Path "$PSScriptRoot/../..").Path
Import-Module "$root/out/VodPreheat/VodPreheat.psd1" -Force
if (-not ('VodPreheat.TestServer.LoopbackServer' -as [type])) {
    $assembly = Get-ChildItem "$root/tests/server/bin/*/net8.0/VodPreheat.TestServer.dll" |
        Sort-Object LastWriteTime | Select-Object -Last 1
    Add-Type -Path $assembly.FullName
}

$TestServer = [VodPreheat.TestServer.LoopbackServer]

function ConvertTo-Secret([string] $Text) {
    $secure = [securestring]::new()
    foreach ($c in $Text.ToCharArray()) { $secure.AppendChar($c) }
    $secure
}

function New-Credential([string] $Name, [string] $Secret) {
    [pscredential]::new($Name, (ConvertTo-Secret $Secret))
}

# Connects to a test server by its default access key; more parameters of Connect-VodAccount may follow.
function Connect-Server($Server, [hashtable] $With = @{}) {
    $parameters = @{
        AccessKey         = New-Credential $TestServer::DefaultAccessKey $TestServer::DefaultSecretKey
        Region            = 'cn-north-4'
        ProjectId         = $TestServer::DefaultProjectId
        Endpoint          = $Server.Endpoint
        IamEndpoint       = $Server.Endpoint
        RequestsPerMinute = 0
    }
    foreach ($key in $With.Keys) { $parameters[$key] = $With[$key] }
    Connect-VodAccount @parameters
}

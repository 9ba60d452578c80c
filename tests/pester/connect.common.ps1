# Dot-sourced after common.ps1 by the tests of Connect-VodAccount: the server, and shared functions.

$script:server = $TestServer::Start()
$script:project = $TestServer::DefaultProjectId

# The requests of one kind that the server received: Vod, Iam, or Metadata.
function Get-Request([string] $Area) { $server.Requests.Where({ $_.Area -eq $Area }) }

# Checks that the default connection works.
function Assert-Query {
    (Get-VodPreheatResult t).TaskId | Should -Be 't'
    (Get-Request Vod)[-1].StatusSent | Should -Be 200
}

# Checks that the default connection works with the token that IAM issued last.
function Assert-TokenQuery {
    (Get-VodPreheatResult t).TaskId | Should -Be 't'
    (Get-Request Vod)[-1].Headers['X-Auth-Token'] | Should -BeExactly $server.LastToken
}

# Connects without a credential parameter.
function Connect-Default([hashtable] $With = @{}) {
    Connect-Once $server (@{ Default = $true; ProjectId = $null; PassThru = $true } + $With)
}

# Creates a file with an identity token, or with another text, and returns its path.
function New-TokenFile([string] $Text = $server.MakeIdToken('ci', 'vod')) {
    $path = Join-Path $TestDrive "token-$([guid]::NewGuid())"
    [IO.File]::WriteAllText($path, $Text)
    $path
}

# Runs a script in which ~ is another folder, so that nothing is written to the home folder of the user.
function Use-HomeFolder([string] $Folder, [scriptblock] $Script) {
    $provider = Get-PSProvider FileSystem
    $before = $provider.Home
    $provider.Home = $Folder
    try { & $Script } finally { $provider.Home = $before }
}

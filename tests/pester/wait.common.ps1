# Dot-sourced after common.ps1 by the tests of Wait-VodPreheat: the server, and shared functions.

$script:server = $TestServer::Start()

# Sets the answers to the queries of a task. The last one is repeated.
function Set-Task([string] $TaskId, [string[][]] $Answers) {
    foreach ($answer in $Answers) { $server.AddTaskAnswer($TaskId, $answer) }
}

function Get-QueryCount([string] $TaskId) {
    @($server.Requests | Where-Object TaskId -CEQ $TaskId).Count
}

# Dot-sourced after common.ps1 by the tests of Test-VodPreheatUrl: the edge node, and shared functions.

$script:EdgeServer = [VodPreheat.TestServer.EdgeServer]
$script:edge = $EdgeServer::Start()
$script:site = $edge.Endpoint.GetLeftPart('Authority')
$script:closed = [VodPreheat.TestServer.ClosedPort]::Refused().GetLeftPart('Authority')

# Sets the answer for a file of the edge node, and tests its URL.
function Test-File([int] $Status = 200, [string[]] $Header = @()) {
    $edge.SetFile('/a.mp4', $Status, $Header)
    Test-VodPreheatUrl "$site/a.mp4"
}

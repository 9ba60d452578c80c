#Requires -Version 7.4

<#
.SYNOPSIS
    Creates docs/tour.svg, the picture in the README: real commands in the sandbox and their real output.
.DESCRIPTION
    Requires the built module (./build.sh Build). A test server answers Test-VodPreheatUrl instead of the CDN, as a
    node with key hotlink protection does for a URL without a signature.
#>
[CmdletBinding()]
param([string] $Destination = "$PSScriptRoot/../docs/tour.svg")

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$steps = @(
    'Connect-VodAccount -Sandbox'
    '$urls = "opening", "part1-fail", "part2" | % { "http://cdn.example.com/premiere/$_.mp4" }'
    '$urls | Start-VodPreheat -OutVariable task | Wait-VodPreheat'
    'Get-VodPreheatResult $task | Where Status -eq failed | Test-VodPreheatUrl'
)
$root = Split-Path $PSScriptRoot
Import-Module "$root/out/VodPreheat/VodPreheat.psd1"
dotnet build "$root/tests/server" -c Release --nologo -v quiet | Out-Host
Add-Type -Path "$root/out/artifacts/bin/VodPreheat.TestServer/release/VodPreheat.TestServer.dll"
$edge = [VodPreheat.TestServer.EdgeServer]::Start()
$edge.SetFile('http://cdn.example.com/premiere/part1-fail.mp4', 403)
$PSDefaultParameterValues = @{ 'Test-VodPreheatUrl:Proxy' = $edge.Endpoint }
$PSStyle.OutputRendering = 'Ansi'
$lines = foreach ($step in $steps) {
    "`e[36mPS>`e[0m $step"
    . ([scriptblock]::Create($step)) | Out-String -Width 96 -Stream
}
$edge.Dispose()

# The colors of the terminal as colors of the picture. Any other code ends a color.
$colors = @{ '30' = '#484f58'; '31' = '#ff7b72'; '32' = '#7ee787'; '33' = '#e3b341'; '36' = '#79c0ff' }
$y = 24
$texts = foreach ($line in $lines) {
    $color = $null
    $spans = foreach ($part in [regex]::Split($line, '(\e\[[\d;]*m)')) {
        if ($part -match '^\e\[([\d;]*)m$') {
            $code = $Matches[1].Split(';').Where({ $_ -ne '1' }, 'Last')
            $color = if ($code) { $colors[$code[0]] } else { $color }
        }
        elseif ($part) {
            $fill = if ($color) { " fill=`"$color`"" }
            "<tspan$fill>$([Security.SecurityElement]::Escape($part))</tspan>"
        }
    }
    "  <text x=`"16`" y=`"$y`" xml:space=`"preserve`">$(-join $spans)</text>"
    $y += 19
}

@"
<svg xmlns="http://www.w3.org/2000/svg" width="900" height="$y" viewBox="0 0 900 $y" role="img" aria-label="VodPreheat in a terminal">
  <rect width="900" height="$y" rx="8" fill="#0d1117"/>
  <g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#e6edf3">
$($texts -join "`n")
  </g>
</svg>
"@ | Set-Content $Destination

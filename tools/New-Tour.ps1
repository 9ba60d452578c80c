#Requires -Version 7.4

<#
.SYNOPSIS
    Makes docs/tour.svg, the picture of the README: real commands on the sandbox, and what they really print.
#>
[CmdletBinding()]
param([string] $Destination = "$PSScriptRoot/../docs/tour.svg")

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$steps = @(
    'Connect-VodAccount -Sandbox'
    '$urls = "opening", "part1-fail", "part2" | % { "https://cdn.example.com/premiere/$_.mp4" }'
    '$urls | Start-VodPreheat -OutVariable task | Wait-VodPreheat -PollIntervalSec 1'
    'Get-VodPreheatResult $task | Where Status -eq failed'
)
Import-Module "$PSScriptRoot/../out/VodPreheat/VodPreheat.psd1"
$PSStyle.OutputRendering = 'Ansi'
$lines = foreach ($step in $steps) {
    "`e[36mPS>`e[0m $step"
    . ([scriptblock]::Create($step)) | Out-String -Width 88 -Stream
}

# Colours of the terminal to colours of the picture; anything else ends a colour.
$colours = @{ '30' = '#484f58'; '31' = '#ff7b72'; '32' = '#7ee787'; '33' = '#e3b341'; '36' = '#79c0ff' }
$y = 24
$texts = foreach ($line in $lines) {
    $colour = $null
    $spans = foreach ($part in [regex]::Split($line, '(\e\[[\d;]*m)')) {
        if ($part -match '^\e\[([\d;]*)m$') {
            $code = $Matches[1].Split(';').Where({ $_ -ne '1' }, 'Last')
            $colour = if ($code) { $colours[$code[0]] } else { $colour }
        }
        elseif ($part) {
            $fill = if ($colour) { " fill=`"$colour`"" }
            "<tspan$fill>$([Security.SecurityElement]::Escape($part))</tspan>"
        }
    }
    "  <text x=`"16`" y=`"$y`" xml:space=`"preserve`">$(-join $spans)</text>"
    $y += 19
}

@"
<svg xmlns="http://www.w3.org/2000/svg" width="860" height="$y" viewBox="0 0 860 $y" role="img" aria-label="VodPreheat in a terminal">
  <rect width="860" height="$y" rx="8" fill="#0d1117"/>
  <g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#e6edf3">
$($texts -join "`n")
  </g>
</svg>
"@ | Set-Content $Destination

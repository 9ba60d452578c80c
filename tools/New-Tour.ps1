#Requires -Version 7.4

<#
.SYNOPSIS
    Creates docs/tour.svg, the picture in the README: what its first commands display in a terminal.
.DESCRIPTION
    Runs the first code block of README.md in the sandbox with the built module (./build.sh Build). The random task IDs are replaced by
    one ID, so that the picture changes only if the output does; a test compares it.
#>
[CmdletBinding()]
param([string] $Destination = "$PSScriptRoot/../docs/tour.svg")

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$root = Split-Path $PSScriptRoot
$steps = [regex]::Match((Get-Content "$root/README.md" -Raw), '(?ms)^```powershell\r?\n(.*?)\r?\n```').Groups[1].Value -split '\r?\n'
Import-Module "$root/out/VodPreheat/VodPreheat.psd1"
$PSStyle.OutputRendering = 'Ansi'

# PowerShell wraps text between words in some languages only.
[cultureinfo]::CurrentUICulture = 'en-US'
$PSDefaultParameterValues = @{ 'Invoke-VodPreheat:PollIntervalSec' = 1 }
$lines = foreach ($step in $steps) {
    "`e[36mPS>`e[0m $step"

    $warnings, $objects = @(. ([scriptblock]::Create($step)) 3>&1).Where({ $_ -is [Management.Automation.WarningRecord] }, 'Split')

    # Outcomes are written when they are final: in a random order.
    $objects | Sort-Object Url | Out-String -Width 96 -Stream
    $warnings | ForEach-Object { "`e[33;1mWARNING: $_`e[0m" }
}
$lines = $lines -replace '\b[0-9a-f]{7}…', '5f0e3a1…'

# The colors of the terminal as colors of the picture. Any other code ends a color.
$colors = @{ '30' = '#484f58'; '31' = '#ff7b72'; '32' = '#7ee787'; '33' = '#e3b341'; '36' = '#79c0ff' }
$y = 24
$texts = foreach ($line in $lines) {
    $color = $null
    $spans = foreach ($part in [regex]::Split($line, '(\e\[[\d;]*m)')) {
        if ($part -match '^\e\[([\d;]*)m$') {
            $code = $Matches[1].Split(';').Where({ $_ -ne '1' }, 'Last')
            $color = if ($code) { $colors[$code[0]] } else { $color }
        } elseif ($part) {
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

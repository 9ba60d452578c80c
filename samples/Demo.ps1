<#
.SYNOPSIS
    Shows the complete job in the sandbox: no cloud, no account, no network.
#>
Import-Module "$PSScriptRoot/../out/VodPreheat/VodPreheat.psd1"

# Displays a command, and returns it as a script block to run in the scope of this script.
function Show-Step([string] $Line) {
    Write-Host "`nPS> $Line" -ForegroundColor Cyan
    [scriptblock]::Create($Line)
}

. (Show-Step 'Connect-VodAccount -Sandbox') | Out-Host
. (Show-Step 'Get-VodPreheatResult -TaskId example') | Out-Host
. (Show-Step 'Get-VodPreheatResult -TaskId example | Where Status -eq failed') | Out-Host
. (Show-Step '$urls = "start", "middle-fail", "end" | ForEach-Object { "https://cdn.example.com/premiere/$_.mp4" }') | Out-Host
. (Show-Step '$urls | Start-VodPreheat -OutVariable tasks | Wait-VodPreheat -PollIntervalSec 1 | Where Status -eq failed') | Out-Host
. (Show-Step '$tasks') | Out-Host

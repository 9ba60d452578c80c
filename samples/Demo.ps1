<#
.SYNOPSIS
    The whole job on the sandbox: no cloud, no account, no network.
#>
Import-Module "$PSScriptRoot/../out/VodPreheat/VodPreheat.psd1"

# Shows a line as typed, then runs it as typed: in the script's own scope.
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

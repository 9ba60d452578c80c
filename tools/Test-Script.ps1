#Requires -Version 7.4

<#
.SYNOPSIS
    Runs PSScriptAnalyzer over every script and manifest of the repository; says so loudly where it is not installed.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if (-not (Get-Module PSScriptAnalyzer -ListAvailable)) {
    Write-Host 'SCRIPT ANALYSIS SKIPPED: PSScriptAnalyzer is not installed (Install-PSResource PSScriptAnalyzer).' -ForegroundColor Red
    return
}

$root = Split-Path $PSScriptRoot
# The module's manifest as built: at the root the files that it names are not beside it.
$files = @(
    Get-ChildItem $root -Recurse -File -Include *.ps1, *.psd1 | Where-Object FullName -NotMatch '[\\/](bin|obj|out)[\\/]|VodPreheat\.psd1$'
    Get-Item "$root/out/VodPreheat/VodPreheat.psd1"
)
$findings = foreach ($file in $files) {
    Invoke-ScriptAnalyzer $file.FullName -Settings "$PSScriptRoot/PSScriptAnalyzerSettings.psd1"
}
$findings | Format-Table ScriptName, Line, RuleName, Message -AutoSize -Wrap | Out-Host
if ($findings) { throw "PSScriptAnalyzer has $(@($findings).Count) findings." }
Write-Host "PSScriptAnalyzer: $($files.Count) files, no findings."

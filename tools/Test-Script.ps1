#Requires -Version 7.4

<#
.SYNOPSIS
    Runs PSScriptAnalyzer over every script and manifest of the repository.
.DESCRIPTION
    Uses the version in Directory.Packages.props, from the PowerShell Gallery.
.PARAMETER Required
    Fails if PSScriptAnalyzer is not available. Otherwise, displays that nothing was analyzed, and the reason.
#>
[CmdletBinding()]
param([switch] $Required)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$root = Split-Path $PSScriptRoot
$modules = Join-Path $root out modules
$version = ([xml] (Get-Content "$root/Directory.Packages.props" -Raw)).SelectSingleNode('//PSScriptAnalyzerVersion').InnerText
$analyzer = "$modules/PSScriptAnalyzer/$version/PSScriptAnalyzer.psd1"
if (-not (Test-Path $analyzer)) {
    $null = New-Item $modules -ItemType Directory -Force
    try {
        Save-PSResource PSScriptAnalyzer -Version $version -Path $modules -TrustRepository
    } catch {
        $reason = "PSScriptAnalyzer $version is not available from the PowerShell Gallery: $_"
        if ($Required) { throw $reason }
        Write-Host "SCRIPTS ARE NOT ANALYZED. $reason" -ForegroundColor Red
        return
    }
}
Import-Module $analyzer

# The manifest of the built module, because the files that the source manifest names are not next to it.
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

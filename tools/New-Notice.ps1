#Requires -Version 7.4

<#
.SYNOPSIS
    Writes THIRD-PARTY-NOTICES.md from the packages that are shipped with the module.
.PARAMETER DependencyFile
    Specifies the .deps.json of the client, which the build writes; that of out/ by default.
.PARAMETER Destination
    Specifies the file to write; that of the repository by default.
.EXAMPLE
    tools/New-Notice.ps1
#>
[CmdletBinding()]
param(
    [string] $DependencyFile = "$PSScriptRoot/../out/artifacts/bin/VodPreheat.Client/release/VodPreheat.Client.deps.json",

    [string] $Destination = "$PSScriptRoot/../THIRD-PARTY-NOTICES.md"
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$packages = & "$PSScriptRoot/Get-ShippedPackage.ps1" -DependencyFile $DependencyFile
$ourLicense = (Get-Content "$PSScriptRoot/../LICENSE" -Raw).ReplaceLineEndings("`n")
$mit = $ourLicense.Substring($ourLicense.IndexOf('Permission is hereby granted')).Trim()

$lines = @(
    '# Third-party notices'
    ''
    'The module contains these packages, unchanged, in `bin/lib`. This file is generated from them by `tools/New-Notice.ps1`.'
    ''
    '| Package | Version | License | Project |'
    '|---|---|---|---|'
    $packages | ForEach-Object { "| $($_.Name) | $($_.Version) | $($_.License) | <$($_.Url)> |" }

    foreach ($group in $packages | Group-Object License, Copyright | Sort-Object Name) {
        $first = $group.Group[0]
        $text = $first.LicenseText
        if (-not $text) {
            if ($first.License -ne 'MIT') { throw "$($first.Name) contains no text of its license, $($first.License)." }
            $text = "MIT License`n`n$($first.Copyright)`n`n$mit"
        }
        ''
        "## $($first.License): $($group.Group.Name -join ', ')"
        ''
        '```text'
        $text
        '```'
    }
)
Set-Content $Destination (($lines -join "`n") + "`n") -NoNewline

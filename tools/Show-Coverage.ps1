#Requires -Version 7.4

<#
.SYNOPSIS
    Displays the line coverage of the C# code by the unit tests, by the Pester tests, and by both, from the Cobertura files in a folder.
#>
[CmdletBinding()]
param([Parameter(Mandatory)] [string] $Path)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$lines = @{}
foreach ($file in Get-ChildItem $Path -Recurse -Filter *.cobertura.xml -ErrorAction Ignore) {
    $tier = [IO.Path]::GetRelativePath($Path, $file.FullName).Split([IO.Path]::DirectorySeparatorChar)[0]
    $report = [xml] (Get-Content $file -Raw)
    $roots = $report.SelectNodes('//source').'#text'
    foreach ($class in $report.SelectNodes('//class')) {
        # The reports name the same file from different roots.
        $source = $roots.ForEach({ Join-Path $_ $class.filename }).Where({ Test-Path $_ }, 'First')
        if (-not $source -or $source -match '[\\/]obj[\\/]') { continue }
        foreach ($line in $class.SelectNodes('lines/line')) {
            $key = "$source`:$($line.number)"
            if (-not $lines.ContainsKey($key)) { $lines[$key] = [Collections.Generic.HashSet[string]]::new() }
            if ([int] $line.hits -gt 0) { [void] $lines[$key].Add($tier) }
        }
    }
}

$tiers = @($lines.Values | ForEach-Object { $_ } | Sort-Object -Unique)
foreach ($tier in $tiers) {
    $hit = @($lines.Values.Where({ $_.Contains($tier) })).Count
    Write-Host ('Coverage, {0} tier: {1:p1} of {2} lines' -f $tier, ($hit / $lines.Count), $lines.Count)
}
if ($tiers.Count -gt 1) {
    Write-Host ('Coverage, all tiers: {0:p1} of {1} lines' -f (@($lines.Values.Where({ $_.Count })).Count / $lines.Count), $lines.Count)
}

#Requires -Version 7.4

<#
.SYNOPSIS
    Makes the .nupkg that PowerShell Gallery takes out of the built module, and looks into it again.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $ModulePath,
    [Parameter(Mandatory)] [string] $Destination
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$manifest = Test-ModuleManifest (Join-Path $ModulePath VodPreheat.psd1)
$data = $manifest.PrivateData.PSData
$name = "$($manifest.Name).$($manifest.Version)"
$package = Join-Path $Destination "$name.nupkg"

# The tags by which a gallery finds modules and their commands.
$tags = @($data.Tags; 'PSModule'; 'PSIncludes_Cmdlet'; $manifest.ExportedCmdlets.Keys.ForEach({ "PSCmdlet_$_"; "PSCommand_$_" }))
$escape = { [Security.SecurityElement]::Escape($args[0]) }
$nuspec = Join-Path $Destination "$($manifest.Name).nuspec"
@"
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>$($manifest.Name)</id>
    <version>$($manifest.Version)</version>
    <authors>$(& $escape $manifest.Author)</authors>
    <description>$(& $escape $manifest.Description)</description>
    <copyright>$(& $escape $manifest.Copyright)</copyright>
    <license type="expression">MIT</license>
    <projectUrl>$($data.ProjectUri)</projectUrl>
    <iconUrl>$($data.IconUri)</iconUrl>
    <releaseNotes>$(& $escape $data.ReleaseNotes)</releaseNotes>
    <tags>$($tags -join ' ')</tags>
    <repository type="git" url="$($data.ProjectUri)" />
  </metadata>
</package>
"@ | Set-Content $nuspec

Remove-Item $package -ErrorAction Ignore
dotnet pack "$PSScriptRoot/Package.csproj" --nologo -v quiet -o $Destination `
    "-p:NuspecFile=$((Resolve-Path $nuspec).Path)" "-p:NuspecBasePath=$((Resolve-Path $ModulePath).Path)" | Out-Host
Remove-Item $nuspec

$zip = [IO.Compression.ZipFile]::OpenRead($package)
try {
    # The rest is NuGet's own: relations, content types, properties, the nuspec.
    $files = @($zip.Entries.Where({ $_.FullName -notmatch '^(_rels|package)/|^\[Content_Types\]|\.nuspec$' }))
    $stray = @($files.FullName.Where({ $_ -notmatch '^(VodPreheat\.(psd1|Format\.ps1xml)|LICENSE|CHANGELOG\.md|bin/VodPreheat\.PowerShell\.dll|bin/lib/[\w.]+\.dll|en-US/[\w.-]+\.(xml|txt))$' }))
    if ($stray -or $files.Name -contains 'System.Management.Automation.dll') { throw "The package holds what it should not: $stray" }
    $unpacked = ($files | Measure-Object Length -Sum).Sum
    Write-Host ('{0}: {1} files, {2:n0} KB unpacked, {3:n0} KB packed' -f
        (Split-Path $package -Leaf), $files.Count, ($unpacked / 1KB), ((Get-Item $package).Length / 1KB))
    $files.FullName | Sort-Object | ForEach-Object { Write-Host "  $_" }
}
finally {
    $zip.Dispose()
}

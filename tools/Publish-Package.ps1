#Requires -Version 7.4

<#
.SYNOPSIS
    Publishes a release: exactly the package that was tested, with its checksum and bill of materials, to GitHub and to the PowerShell
    Gallery.
.DESCRIPTION
    Checks first that the tag is the version of the module, and that the package has its checksum. Requires the GitHub CLI (gh), and the
    environment variables GITHUB_REPOSITORY and GH_TOKEN for it.
.PARAMETER Path
    Specifies the folder of the package and of the built module.
.PARAMETER Tag
    Specifies the tag of the release, such as v1.2.3.
.PARAMETER ApiKey
    Specifies the API key for the PowerShell Gallery. By default, the value of the environment variable GALLERY_KEY.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Path,
    [Parameter(Mandatory)] [string] $Tag,
    [string] $ApiKey = $env:GALLERY_KEY
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$manifest = Import-PowerShellDataFile "$Path/VodPreheat/VodPreheat.psd1"
$version = $manifest.ModuleVersion
if ($Tag -ne "v$version") { throw "The tag $Tag is not the version $version of the module." }

$package = "$Path/VodPreheat.$version.nupkg"
$expected = ((Get-Content "$Path/VodPreheat.$version.sha256" -Raw) -split '\s')[0]
if ((Get-FileHash $package -Algorithm SHA256).Hash -ne $expected) { throw "The checksum of $package is incorrect." }
if (-not $ApiKey) { throw 'The API key for the PowerShell Gallery is missing.' }

gh release create $Tag $package "$Path/VodPreheat.$version.sha256" "$Path/VodPreheat.$version.cdx.json" `
    --repo $env:GITHUB_REPOSITORY --title "VodPreheat $version" --notes $manifest.PrivateData.PSData.ReleaseNotes
Publish-PSResource -NupkgPath $package -ApiKey $ApiKey

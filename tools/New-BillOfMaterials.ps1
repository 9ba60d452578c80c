#Requires -Version 7.4

<#
.SYNOPSIS
    Writes the bill of materials of the module: the packages in it, as CycloneDX 1.6 in JSON.
.PARAMETER Version
    Specifies the version of the module.
.PARAMETER DependencyFile
    Specifies the .deps.json of the client, which the build writes.
.PARAMETER Destination
    Specifies the file to write.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Version,
    [Parameter(Mandatory)] [string] $DependencyFile,
    [Parameter(Mandatory)] [string] $Destination
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$packages = & "$PSScriptRoot/Get-ShippedPackage.ps1" -DependencyFile $DependencyFile
$reference = @{}
foreach ($package in $packages) { $reference[$package.Name] = "pkg:nuget/$($package.Name)@$($package.Version)" }
$module = "pkg:nuget/VodPreheat@$Version"

[ordered]@{
    bomFormat    = 'CycloneDX'
    specVersion  = '1.6'
    version      = 1
    metadata     = [ordered]@{
        component = [ordered]@{
            type = 'library'; 'bom-ref' = $module; name = 'VodPreheat'; version = $Version; purl = $module
            licenses = @(@{ license = @{ id = 'MIT' } })
        }
    }
    components   = @(foreach ($package in $packages) {
            [ordered]@{
                type               = 'library'
                'bom-ref'          = $reference[$package.Name]
                name               = $package.Name
                version            = $package.Version
                hashes             = @([ordered]@{ alg = 'SHA-512'; content = $package.Sha512.ToLowerInvariant() })
                licenses           = @(@{ license = @{ id = $package.License } })
                copyright          = $package.Copyright
                purl               = $reference[$package.Name]
                externalReferences = @([ordered]@{ type = 'website'; url = $package.Url })
            }
        })
    dependencies = @(
        [ordered]@{ ref = $module; dependsOn = @($packages.Where({ $_.IsDirect }).ForEach({ $reference[$_.Name] })) }
        foreach ($package in $packages) {
            [ordered]@{ ref = $reference[$package.Name]; dependsOn = @($package.Dependencies.ForEach({ $reference[$_] })) }
        }
    )
} | ConvertTo-Json -Depth 8 | Set-Content $Destination

#Requires -Version 7.4

<#
.SYNOPSIS
    Gets the packages whose files are in bin/lib of the built module, as NuGet has restored them.
.PARAMETER DependencyFile
    Specifies the .deps.json of the client, which the build writes: the shipped packages and their dependencies.
.OUTPUTS
    Name, Version, IsDirect (the client itself refers to it), License (SPDX id), LicenseText (null if the package has none),
    Copyright, Url, Sha512 (hexadecimal, of the package), Files and Dependencies (names).
#>
[CmdletBinding()]
param([Parameter(Mandatory)] [string] $DependencyFile)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$root = dotnet msbuild "$PSScriptRoot/../src/VodPreheat.Client" -getProperty:NuGetPackageRoot
$dependencies = Get-Content $DependencyFile -Raw | ConvertFrom-Json -AsHashtable
$target = $dependencies.targets[$dependencies.runtimeTarget.name]
$client = $target.Keys.Where({ $dependencies.libraries[$_].type -eq 'project' })
foreach ($id in $target.Keys.Where({ $_ -notin $client }) | Sort-Object -Culture '') {
    $library = $dependencies.libraries[$id]
    $name, $version = $id.Split('/')
    $folder = Join-Path $root $library.path
    $metadata = ([xml] (Get-Content "$folder/*.nuspec" -Raw)).package.metadata
    if ($metadata.license.type -ne 'expression') { throw "$name has no license that this script can read." }
    $text = Get-ChildItem $folder -File | Where-Object BaseName -EQ 'LICENSE'
    [pscustomobject]@{
        Name         = $name
        Version      = $version
        IsDirect     = $target[$client[0]].dependencies.ContainsKey($name)
        License      = $metadata.license.InnerText
        LicenseText  = if ($text) { (Get-Content $text -Raw).ReplaceLineEndings("`n").Trim() }
        Copyright    = $metadata.copyright
        Url          = $metadata.projectUrl
        Sha512       = [Convert]::ToHexString([Convert]::FromBase64String($library.sha512 -replace '^sha512-'))
        Files        = @($target[$id].runtime.Keys | Split-Path -Leaf)
        Dependencies = @($target[$id].Contains('dependencies') ? ($target[$id].dependencies.Keys | Sort-Object -Culture '') : @())
    }
}

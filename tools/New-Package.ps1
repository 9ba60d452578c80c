#Requires -Version 7.4

<#
.SYNOPSIS
    Creates the .nupkg for the PowerShell Gallery from the built module, and checks its files. Also creates its checksum
    and its bill of materials.
.PARAMETER ModulePath
    Specifies the folder of the built module.
.PARAMETER DependencyFile
    Specifies the .deps.json of the client, which the build writes.
.PARAMETER Destination
    Specifies the folder of the package.
.PARAMETER CertificateThumbprint
    Specifies a certificate of the current user, to sign the files of the module first. On Windows only.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $ModulePath,
    [Parameter(Mandatory)] [string] $DependencyFile,
    [Parameter(Mandatory)] [string] $Destination,
    [string] $CertificateThumbprint
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$manifest = Test-ModuleManifest (Join-Path $ModulePath VodPreheat.psd1)
$data = $manifest.PrivateData.PSData
$name = "$($manifest.Name).$($manifest.Version)"
$package = Join-Path $Destination "$name.nupkg"

# Only our own assemblies: those of the packages are signed by their authors.
if ($CertificateThumbprint) {
    if (-not $IsWindows) { throw 'The files can be signed on Windows only.' }
    $signing = @{
        Certificate     = Get-Item "Cert:/CurrentUser/My/$CertificateThumbprint"
        HashAlgorithm   = 'SHA256'
        TimestampServer = 'http://timestamp.digicert.com'
    }
    $unsigned = Get-ChildItem $ModulePath -Recurse -Include *.ps1, *.psd1, *.ps1xml, VodPreheat.*.dll |
        ForEach-Object { Set-AuthenticodeSignature $_ @signing } | Where-Object Status -NE Valid
    if ($unsigned) { throw "Not signed: $(($unsigned | ForEach-Object { "$($_.Path) ($($_.StatusMessage))" }) -join ', ')" }
}

# The tags that a gallery uses to find modules and their commands.
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
    # All other files belong to NuGet: relations, content types, properties, the nuspec.
    $files = @($zip.Entries.Where({ $_.FullName -notmatch '^(_rels|package)/|^\[Content_Types\]|\.nuspec$' }))
    $stray = @($files.FullName.Where({ $_ -notmatch '^(VodPreheat\.(psd1|Format\.ps1xml)|LICENSE|CHANGELOG\.md|THIRD-PARTY-NOTICES\.md|bin/VodPreheat\.PowerShell\.dll|bin/lib/[\w.]+\.dll|[a-z]{2}-[A-Z][A-Za-z]+/[\w.-]+\.(xml|txt)|samples/[\w-]+\.ps1)$' }))
    if ($stray -or $files.Name -contains 'System.Management.Automation.dll') { throw "The package contains unexpected files: $stray" }
    $unpacked = ($files | Measure-Object Length -Sum).Sum
    Write-Host ('{0}: {1} files, {2:n0} KB unpacked, {3:n0} KB packed' -f
        (Split-Path $package -Leaf), $files.Count, ($unpacked / 1KB), ((Get-Item $package).Length / 1KB))
    $files.FullName | Sort-Object | ForEach-Object { Write-Host "  $_" }
} finally {
    $zip.Dispose()
}

# In the format of sha256sum -c. The name is not .nupkg.sha256, because PSResourceGet reads such a file in a local repository as a package.
"$((Get-FileHash $package -Algorithm SHA256).Hash.ToLowerInvariant())  $(Split-Path $package -Leaf)`n" | Set-Content (Join-Path $Destination "$name.sha256") -NoNewline
& "$PSScriptRoot/New-BillOfMaterials.ps1" -Version $manifest.Version -DependencyFile $DependencyFile -Destination (Join-Path $Destination "$name.cdx.json")

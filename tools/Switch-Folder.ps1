#Requires -Version 7.4

<#
.SYNOPSIS
    Replaces a folder by a new one: completely, or not at all.
.DESCRIPTION
    On Windows, the files of a module that is loaded are in use, and a folder that contains such a file cannot be moved.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Path,
    [Parameter(Mandatory)] [string] $Destination
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$old = "$Destination.old"
if (Test-Path $old) { Remove-Item $old -Recurse -Force }
if (Test-Path $Destination) {
    try {
        [IO.Directory]::Move($Destination, $old)
    } catch [IO.IOException], [UnauthorizedAccessException] {
        throw "$Destination is in use and stays as it was. Close the PowerShell sessions that have imported it, and build again. $_"
    }
}
[IO.Directory]::Move($Path, $Destination)
if (Test-Path $old) { Remove-Item $old -Recurse -Force }

BeforeDiscovery {
    # Each code block of the page is a complete test file.
    $page = Get-Content "$PSScriptRoot/../../docs/testing.md" -Raw
    $fences = [regex]::Matches($page, '(?ms)^## (?<Title>[^\n]+)\n(?:(?!^## ).)*?^```powershell\n(?<Code>.*?)^```') |
        ForEach-Object { @{ Title = $_.Groups['Title'].Value; Code = $_.Groups['Code'].Value } }
    $fenceCount = [regex]::Matches($page, '(?m)^```powershell').Count
    $cmdlets = (Import-PowerShellDataFile "$PSScriptRoot/../../VodPreheat.psd1").CmdletsToExport
}

BeforeAll {
    . $PSScriptRoot/common.ps1
}

Describe 'docs/testing.md' -ForEach @{ Fences = $fences; FenceCount = $fenceCount } {
    BeforeAll {
        # In a separate process, as a reader runs it: with the module from the module path, and nothing else.
        $folder = New-Item (Join-Path $TestDrive page) -ItemType Directory
        for ($i = 0; $i -lt $Fences.Count; $i++) { $Fences[$i].Code | Set-Content "$folder/Fence$i.Tests.ps1" }
        $text = Invoke-Child {
            param($ModulePath, $Folder)
            $env:PSModulePath = $ModulePath + [IO.Path]::PathSeparator + $env:PSModulePath
            $run = Invoke-Pester $Folder -PassThru -Output None 3>$null
            $run.Containers | ForEach-Object {
                [pscustomobject]@{
                    Name    = Split-Path $_.Item -Leaf
                    Passed  = $_.PassedCount
                    Other   = $_.TotalCount - $_.PassedCount
                    Failure = @($_.ErrorRecord; $run.Failed.ErrorRecord) -join "`n"
                }
            } | ConvertTo-Json -AsArray
        } "$root/out", $folder.FullName
        $results = $text | ConvertFrom-Json
    }

    It 'has examples with a heading each' {
        $Fences.Count | Should -BeGreaterThan 3
        $Fences.Count | Should -Be $FenceCount
    }

    It 'has a mock of <_>' -ForEach $cmdlets {
        $Fences.Code -match "(?m)^ +Mock $_( |$)" | Should -Not -BeNullOrEmpty
    }

    It 'has an example that works: <_.Title>' -ForEach $fences {
        $result = $results | Where-Object Name -EQ "Fence$([array]::IndexOf($Fences.Title, $_.Title)).Tests.ps1"
        $result.Other | Should -Be 0 -Because $result.Failure
        $result.Passed | Should -BeGreaterThan 0 -Because $result.Failure
    }
}

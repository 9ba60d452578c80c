BeforeDiscovery {
    # What prevents a folder from being moved: on Windows an open file, elsewhere a parent folder without write permission, except for root.
    $canBeInUse = $IsWindows -or (id -u) -ne '0'
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"

    function New-Folder([string] $Name, [string] $Text) {
        $folder = New-Item "$place/$Name/bin" -ItemType Directory
        Set-Content "$folder/file.txt" $Text
    }

    function Invoke-Switch { & "$root/tools/Switch-Folder.ps1" -Path "$place/new" -Destination "$place/module" }
}

Describe 'A new build of the module' {
    BeforeEach {
        $place = Join-Path $TestDrive ([guid]::NewGuid())
        New-Folder new new
    }

    It 'is put in place if there was none' {
        Invoke-Switch
        Get-Content "$place/module/bin/file.txt" | Should -Be new
        (Get-ChildItem $place).Name | Should -Be module
    }

    It 'replaces the old one completely' {
        New-Folder module old
        New-Folder module.old older
        Set-Content "$place/module/stray.txt" stray
        Invoke-Switch
        Get-Content "$place/module/bin/file.txt" | Should -Be new
        "$place/module/stray.txt" | Should -Not -Exist
        (Get-ChildItem $place).Name | Should -Be module
    }

    if ($canBeInUse) {
        It 'does not change the old one if that is in use, and reports this' {
            New-Folder module old
            $open = if ($IsWindows) { [IO.File]::Open("$place/module/bin/file.txt", 'Open', 'Read', 'None') }
            if (-not $IsWindows) { chmod 555 $place }
            try {
                { Invoke-Switch } | Should -Throw '*is in use*build again*'
            } finally {
                if ($IsWindows) { $open.Dispose() } else { chmod 755 $place }
            }
            Get-Content "$place/module/bin/file.txt" | Should -Be old
        }
    }
}

Describe 'A run of the Pester tier' {
    BeforeAll {
        $folder = (New-Item "$TestDrive/tier" -ItemType Directory).FullName
        Set-Content "$folder/Mixed.Tests.ps1" @'
Describe 'mixed' {
    It 'passes' { [Console]::In.ReadLine() | Should -BeNullOrEmpty }
    It 'fails' { 1 | Should -Be 2 }
    It 'is skipped' -Skip { }
    It 'is slow' -Tag Slow { }
}
'@
        Set-Content "$folder/Dies.Tests.ps1" "Describe 'dies' { It 'at once' { [Environment]::Exit(3) } }"
        Set-Content "$folder/Broken.Tests.ps1" "throw 'cannot be read'"

        # Returns its output, exit code, counts, and JUnit report.
        function Invoke-Tier([hashtable] $Arguments) {
            $output = & "$root/tests/pester/Invoke-Tier.ps1" -ResultFile "$folder/results/pester.json" @Arguments *>&1
            [pscustomobject]@{
                Text     = $output -join "`n"
                ExitCode = $LASTEXITCODE
                Count    = Get-Content "$folder/results/pester.json" -Raw | ConvertFrom-Json | ForEach-Object { "$($_.Passed) $($_.Failed) $($_.Skipped)" }
                Report   = ([xml] (Get-Content "$folder/results/pester.junit.xml" -Raw)).testsuites
            }
        }
    }

    It 'counts each file, also one that ends its process or cannot be read, and repeats the failures' {
        $run = Invoke-Tier @{ Path = $folder }
        $run.ExitCode | Should -Be 1
        $run.Count | Should -Be '1 3 1' -Because $run.Text
        $first, $again = $run.Text -split 'All failures:'
        foreach ($text in $first, $again) {
            $text | Should -Match 'Mixed: mixed\.fails\n\s+Expected 2, but got 1\.'
            $text | Should -Match 'Dies: The process ended with exit code 3\.'
            $text | Should -Match 'Broken: .*\n\s+RuntimeException: cannot be read'
        }
        $run.Report.testsuite.name -replace '.*[\\/]' | Sort-Object | Should -Be 'Broken.Tests.ps1', 'Dies', 'Mixed.Tests.ps1'
        [int] $run.Report.failures + [int] $run.Report.errors | Should -Be 3
        (Get-Content "$folder/results/durations.json" -Raw | ConvertFrom-Json).Mixed | Should -BeGreaterThan 0
    }

    It 'runs only what is selected: <Name>' -ForEach @(
        @{ Name = 'slow tests'; Selected = @{ Slow = $true } }
        @{ Name = 'a name'; Selected = @{ Filter = 'mixed.pass' } }
    ) {
        $run = Invoke-Tier ($Selected + @{ Path = "$folder/Mixed.Tests.ps1" })
        $run.Count, $run.ExitCode | Should -Be '1 0 0', 0 -Because $run.Text
    }
}

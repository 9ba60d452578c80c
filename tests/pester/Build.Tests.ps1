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

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    Clear-Session
    $null = New-Item "$TestDrive/repository" -ItemType Directory
    & "$PSScriptRoot/../../tools/New-Package.ps1" -ModulePath (Split-Path $Manifest) -Destination "$TestDrive/repository" 6>&1 | Out-Null
    $package = Get-Item "$TestDrive/repository/*.nupkg"
}

Describe 'The package' {
    It 'is named after the module and the version of its manifest' {
        $package.Name | Should -Be "VodPreheat.$((Import-PowerShellDataFile $Manifest).ModuleVersion).nupkg"
    }

    It 'tells a gallery <Name>' -ForEach @(
        @{ Name = 'its id'; Path = 'id'; Match = '^VodPreheat$' }
        @{ Name = 'its licence'; Path = 'license'; Match = '^MIT$' }
        @{ Name = 'its project'; Path = 'projectUrl'; Match = '^https://' }
        @{ Name = 'its icon'; Path = 'iconUrl'; Match = '^https://.*\.png$' }
        @{ Name = 'that it is a module'; Path = 'tags'; Match = '\bPSModule\b' }
        @{ Name = 'its cmdlets'; Path = 'tags'; Match = '\bPSCmdlet_Wait-VodPreheat\b' }
        @{ Name = 'what is new, from the changelog'; Path = 'releaseNotes'; Match = 'Connect-VodAccount' }
    ) {
        $zip = [IO.Compression.ZipFile]::OpenRead($package)
        try {
            $reader = [IO.StreamReader]::new($zip.GetEntry('VodPreheat.nuspec').Open())
            $nuspec = [xml] $reader.ReadToEnd()
        }
        finally { $zip.Dispose() }
        $value = $nuspec.package.metadata.$Path
        ($value -is [Xml.XmlElement] ? $value.InnerText : $value) | Should -Match $Match
    }

    # By PSResourceGet where it is there; else unpacked, which is all that an install does with the files.
    It 'installs from a local folder, and works' {
        $text = Invoke-Child {
            param($folder, $target)
            if (Get-Command Save-PSResource -ErrorAction Ignore) {
                Register-PSResourceRepository VodPreheatTest -Uri $folder -Trusted -Force
                try { Save-PSResource VodPreheat -Repository VodPreheatTest -Path $target }
                finally { Unregister-PSResourceRepository VodPreheatTest }
            }
            else {
                [IO.Compression.ZipFile]::ExtractToDirectory((Get-Item "$folder/*.nupkg"), "$target/VodPreheat")
            }
            $env:PSModulePath = $target
            $manifest = Get-ChildItem $target -Recurse -Filter VodPreheat.psd1
            "manifest: $((Test-ModuleManifest $manifest -ErrorAction Stop).ExportedCmdlets.Count)"
            Connect-VodAccount -Sandbox
            "rows: $((Get-VodPreheatResult example).Count)"
        } "$TestDrive/repository", "$TestDrive/installed"
        $text | Should -Match 'manifest: 6\s'
        $text | Should -Match 'rows: 3\s'
    }
}

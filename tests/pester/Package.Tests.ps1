BeforeAll {
    . "$PSScriptRoot/common.ps1"
    Clear-Session
    $tools = "$root/tools"
    $version = (Import-PowerShellDataFile $Manifest).ModuleVersion
    $dependencies = Get-Item "$root/out/artifacts/bin/VodPreheat.Client/*/VodPreheat.Client.deps.json" | Sort-Object LastWriteTime | Select-Object -Last 1
    $shipped = & "$tools/Get-ShippedPackage.ps1" -DependencyFile $dependencies

    # Creates the package of a version in a local repository.
    function New-TestPackage([string] $Version, [string] $Repository) {
        $module = Join-Path $TestDrive $Version
        Copy-Item (Split-Path $Manifest) $module -Recurse
        $text = (Get-Content "$module/VodPreheat.psd1" -Raw) -replace "(?<=ModuleVersion\s*=\s*')[^']+", $Version
        Set-Content "$module/VodPreheat.psd1" $text -NoNewline
        & "$tools/New-Package.ps1" -ModulePath $module -DependencyFile $dependencies -Destination $Repository 6>&1 | Out-Null
    }

    $repository = "$TestDrive/repository"
    $null = New-Item $repository -ItemType Directory
    New-TestPackage $version $repository
    $package = Get-Item "$repository/*.nupkg"
}

Describe 'The package' -Tag Slow {
    It 'is named after the module and the version of its manifest' {
        $package.Name | Should -Be "VodPreheat.$version.nupkg"
    }

    It 'has for the gallery <Name>' -ForEach @(
        @{ Name = 'its id'; Path = 'id'; Match = '^VodPreheat$' }
        @{ Name = 'its license'; Path = 'license'; Match = '^MIT$' }
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
        } finally {
            $zip.Dispose()
        }
        $value = $nuspec.package.metadata.$Path
        ($value -is [Xml.XmlElement] ? $value.InnerText : $value) | Should -Match $Match
    }

    It 'has the help of each language' {
        $zip = [IO.Compression.ZipFile]::OpenRead($package)
        try {
            foreach ($language in 'en-US', 'zh-Hans') {
                foreach ($name in 'VodPreheat.PowerShell.dll-Help.xml', 'about_VodPreheat.help.txt') {
                    $zip.GetEntry("$language/$name").Length | Should -Be (Get-Item "$(Split-Path $Manifest)/$language/$name").Length
                }
            }
        } finally {
            $zip.Dispose()
        }
    }

    It 'has a checksum file' {
        $hash, $name = (Get-Content "$repository/VodPreheat.$version.sha256") -split '  '
        $name | Should -Be $package.Name
        (Get-FileHash $package -Algorithm SHA256).Hash | Should -Be $hash
    }

    It 'cannot be signed with a certificate that does not exist' {
        { & "$tools/New-Package.ps1" -ModulePath (Split-Path $Manifest) -DependencyFile $dependencies -Destination "$TestDrive/unsigned" -CertificateThumbprint 0 } |
            Should -Throw ($IsWindows ? '*Cert*' : '*Windows*')
        "$TestDrive/unsigned" | Should -Not -Exist
    }
}

Describe 'The publication of a package' -Tag Slow {
    BeforeAll {
        $release = New-Item "$TestDrive/release" -ItemType Directory
        Copy-Item (Split-Path $Manifest) "$release/VodPreheat" -Recurse
        Copy-Item "$repository/VodPreheat.$version.*" $release

        $called = [Collections.Generic.List[string]]::new()
        function gh { $called.Add("gh $args") }
        function Publish-PSResource([string] $NupkgPath, [string] $ApiKey) { $called.Add("Publish-PSResource $(Split-Path $NupkgPath -Leaf) $ApiKey") }
    }

    BeforeEach { $called.Clear() }

    It 'creates a release in GitHub, and then publishes it to the gallery' {
        & "$tools/Publish-Package.ps1" -Path $release -Tag "v$version" -ApiKey key
        $called.Count | Should -Be 2
        $called[0] | Should -BeLike "gh release create v$version *.nupkg *.sha256 *.cdx.json *"
        $called[1] | Should -BeExactly "Publish-PSResource VodPreheat.$version.nupkg key"
    }

    It 'is refused with a tag that is not its version' {
        { & "$tools/Publish-Package.ps1" -Path $release -Tag v0.0.1 -ApiKey key } | Should -Throw "*v0.0.1 is not the version $version*"
        $called | Should -BeNullOrEmpty
    }

    It 'is refused without an API key' {
        { & "$tools/Publish-Package.ps1" -Path $release -Tag "v$version" -ApiKey '' } | Should -Throw '*API key*'
        $called | Should -BeNullOrEmpty
    }

    It 'is refused with an incorrect checksum' {
        Add-Content "$release/VodPreheat.$version.nupkg" 'x'
        { & "$tools/Publish-Package.ps1" -Path $release -Tag "v$version" -ApiKey key } | Should -Throw '*checksum*incorrect*'
        $called | Should -BeNullOrEmpty
    }
}

Describe 'The third-party packages in it' -Tag Slow {
    It 'are those whose files are in bin/lib' {
        $files = (Get-ChildItem "$(Split-Path $Manifest)/bin/lib").Name
        @($shipped.Files) + 'VodPreheat.Client.dll' | Sort-Object | Should -Be ($files | Sort-Object)
    }

    It 'are in THIRD-PARTY-NOTICES.md as New-Notice.ps1 generates it' {
        & "$tools/New-Notice.ps1" -DependencyFile $dependencies -Destination "$TestDrive/notices.md"
        $generated = Get-Content "$TestDrive/notices.md" -Raw
        foreach ($one in $shipped) {
            $generated | Should -Match ([regex]::Escape("| $($one.Name) | $($one.Version) | $($one.License) |"))
        }
        (Get-Content "$root/THIRD-PARTY-NOTICES.md" -Raw) -replace "`r" | Should -BeExactly $generated
        (Get-FileHash "$(Split-Path $Manifest)/THIRD-PARTY-NOTICES.md").Hash | Should -Be (Get-FileHash "$root/THIRD-PARTY-NOTICES.md").Hash
    }

    It 'are in the bill of materials, with their dependencies' {
        $bill = Get-Content "$repository/VodPreheat.$version.cdx.json" -Raw | ConvertFrom-Json
        $bill.bomFormat, $bill.specVersion, $bill.metadata.component.version | Should -Be 'CycloneDX', '1.6', $version
        $bill.components.purl | Should -Be $shipped.ForEach({ "pkg:nuget/$($_.Name)@$($_.Version)" })
        foreach ($component in $bill.components) {
            $component.licenses.license.id | Should -BeIn 'MIT', 'BSD-3-Clause'
            $component.hashes.content | Should -Match '^[0-9a-f]{128}$'
        }

        # Every package, and nothing else, can be reached from the module.
        $reached = [Collections.Generic.HashSet[string]]::new()
        $open = [Collections.Generic.Queue[string]]::new([string[]] $bill.metadata.component.purl)
        while ($open.Count) {
            $reference = $open.Dequeue()
            if (-not $reached.Add($reference)) { continue }
            foreach ($next in $bill.dependencies.Where({ $_.ref -eq $reference })[0].dependsOn) { $open.Enqueue($next) }
        }
        $reached | Sort-Object | Should -Be (@($bill.components.purl) + $bill.metadata.component.purl | Sort-Object)
    }
}

Describe 'The package in a local repository' -Tag Slow {
    BeforeAll {
        # As a separate user: what is installed and registered is found, but does not change the account of this machine.
        $names = 'HOME', 'XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'PSModulePath'
        $before = $names.ForEach({ [Environment]::GetEnvironmentVariable($_) })
        $names.ForEach({ [Environment]::SetEnvironmentVariable($_, $null) })
        if (-not $IsWindows) {
            $env:HOME = "$TestDrive/home"
            $null = New-Item $env:HOME -ItemType Directory
        }

        # Uses the installed module. The runbook of the package ends the process.
        $script:use = @"
`$work = '$TestDrive'

"@ + @'
Import-Module VodPreheat -ErrorAction Stop
$module = Get-Module VodPreheat
"version: $($module.Version), cmdlets: $($module.ExportedCmdlets.Count), help: $((Get-Help Start-VodPreheat).Synopsis)"
Connect-VodAccount -Sandbox
"rows: $((Get-VodPreheatResult example).Count)"
'https://cdn.example.com/a.mp4' | Set-Content "$work/urls.txt"
& "$($module.ModuleBase)/samples/Invoke-PreheatRunbook.ps1" -UrlFile "$work/urls.txt"
'@

        function Assert-Usable([string] $Text, [string] $Version) {
            $LASTEXITCODE | Should -Be 0 -Because $Text
            $cmdlets = (Import-PowerShellDataFile $Manifest).CmdletsToExport.Count
            $Text | Should -Match "version: $([regex]::Escape($Version)), cmdlets: $cmdlets, help: \w+"
            $Text | Should -Match 'rows: 3\s'
            $Text -replace '\e\[[\d;]*m' | Should -Match 'Result: 1 of 1 loaded'
        }
    }

    AfterAll {
        for ($i = 0; $i -lt $names.Count; $i++) { [Environment]::SetEnvironmentVariable($names[$i], $before[$i]) }
    }

    It 'can be saved by Save-PSResource and imported from that folder' {
        $text = Invoke-Child {
            param($repository, $target, $use)
            $ErrorActionPreference = 'Stop'
            Register-PSResourceRepository VodPreheatTest -Uri $repository -Trusted -Force
            try {
                $null = New-Item $target -ItemType Directory
                Save-PSResource VodPreheat -Repository VodPreheatTest -Path $target
            } finally {
                Unregister-PSResourceRepository VodPreheatTest
            }
            $env:PSModulePath = $target
            . ([scriptblock]::Create($use))
        } $repository, "$TestDrive/saved", $use
        Assert-Usable $text $version
    }

    # On Windows, the documents folder of an account does not depend on HOME.
    if (-not $IsWindows) {
        It 'can be installed by Install-PSResource and imported by name' {
            $text = Invoke-Child {
                param($repository, $use)
                $ErrorActionPreference = 'Stop'
                Register-PSResourceRepository VodPreheatTest -Uri $repository -Trusted -Force
                Install-PSResource VodPreheat -Repository VodPreheatTest
                . ([scriptblock]::Create($use))
            } $repository, $use
            Assert-Usable $text $version
        }

        It 'can be updated by Update-PSResource' {
            New-TestPackage 99.0.0 $repository
            $text = Invoke-Child {
                param($use)
                $ErrorActionPreference = 'Stop'
                Update-PSResource VodPreheat -Repository VodPreheatTest
                "installed: $((Get-InstalledPSResource VodPreheat).Version | Sort-Object -Descending)"
                . ([scriptblock]::Create($use))
            } $use
            $text | Should -Match "installed: 99\.0\.0 $([regex]::Escape($version))\s"
            Assert-Usable $text 99.0.0
        }
    }
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:folder = Split-Path $Manifest
    $script:library = (Get-Item "$folder/bin/lib").FullName
    $script:cmdletAssembly = [VodPreheat.VodConnection].Assembly

    # A copy of the module without a file of bin/lib. Returns its manifest.
    function Copy-ModuleWithout([string] $File) {
        $copy = Join-Path $TestDrive ([guid]::NewGuid())
        Copy-Item $folder $copy -Recurse
        Remove-Item "$copy/bin/lib/$File"
        Join-Path $copy VodPreheat.psd1
    }

    # A copy of the module with another version, in which each digit is 9, in its manifest and in the name of its assembly.
    function Copy-ModuleAsNine {
        $copy = Join-Path $TestDrive ([guid]::NewGuid())
        Copy-Item $folder $copy -Recurse
        $name = $cmdletAssembly.GetName().Name
        foreach ($part in @("$copy/VodPreheat.psd1", (Get-Module VodPreheat).Version.ToString()), @("$copy/bin/VodPreheat.PowerShell.dll", $name)) {
            $file, $old = $part
            $text = [Text.Encoding]::Latin1.GetString([IO.File]::ReadAllBytes($file))
            $text | Should -BeLike "*$old*"
            [IO.File]::WriteAllBytes($file, [Text.Encoding]::Latin1.GetBytes($text.Replace($old, ($old -replace '\d', '9'))))
        }
        "$copy/VodPreheat.psd1"
    }
}

Describe 'The module' {
    AfterEach { Clear-Session }

    Context 'manifest' {
        BeforeAll { $script:data = Import-PowerShellDataFile $Manifest }

        It 'is valid' {
            $module = Test-ModuleManifest $Manifest -ErrorAction Stop
            $module.Version | Should -BeGreaterThan ([version] '0.0.0')
            $module.PowerShellVersion | Should -Be '7.4'
            $module.CompatiblePSEditions | Should -Be 'Core'
        }

        It 'exports exactly the cmdlets, by name' {
            $cmdlets = $cmdletAssembly.GetExportedTypes().ForEach({ [Reflection.CustomAttributeExtensions]::GetCustomAttribute($_, [Management.Automation.CmdletAttribute]) }).Where({ $_ })
            $names = $cmdlets.ForEach({ "$($_.VerbName)-$($_.NounName)" }) | Sort-Object
            $names | Should -Contain 'Get-VodPreheatResult'
            $data.CmdletsToExport | Sort-Object | Should -Be $names
            $data.FunctionsToExport.Count + $data.AliasesToExport.Count + $data.VariablesToExport.Count | Should -Be 0
            (Get-Module VodPreheat).ExportedCommands.Keys | Sort-Object | Should -Be $names
        }

        It 'has commands with approved verbs, one noun prefix, output types and help links' {
            foreach ($command in Get-Command -Module VodPreheat) {
                (Get-Verb $command.Verb) | Should -Not -BeNullOrEmpty
                $command.Noun | Should -Match '^Vod'
                $command.OutputType | Should -Not -BeNullOrEmpty -Because $command.Name
                $command.HelpUri | Should -Match "^https://.*/$($command.Name)\.md$"
            }
        }
    }

    Context 'files' {
        It 'has no unexpected file' {
            Get-ChildItem "$folder/bin" -File | ForEach-Object Name | Should -Be 'VodPreheat.PowerShell.dll'
            Get-ChildItem $library -Recurse | ForEach-Object Extension | Select-Object -Unique | Should -Be '.dll'
            Get-ChildItem $folder -Recurse -Filter *.xml | ForEach-Object Name | Should -Match "-Help\.xml$"
            Get-ChildItem $folder -Recurse -File -Include System.Management.Automation.dll, *.pdb, *.json | Should -BeNullOrEmpty
        }
    }

    Context 'cmdlet assembly' {
        It 'references only PowerShell, the client, and the framework' {
            $bundled = (Get-ChildItem $library).BaseName
            $references = $cmdletAssembly.GetReferencedAssemblies().Name
            $references | Should -Contain 'VodPreheat.Client'
            foreach ($name in $references.Where({ $_ -notin 'VodPreheat.Client', 'System.Management.Automation' })) {
                $name | Should -Match '^(System\.|netstandard$)'
                $name | Should -Not -BeIn $bundled
            }
        }

        It 'has no client type in a base type, interface, or signature' {
            $types = [Collections.Generic.HashSet[type]]::new()
            foreach ($type in $cmdletAssembly.GetExportedTypes()) {
                for ($base = $type; $base; $base = $base.BaseType) { $null = $types.Add($base) }
                $type.GetInterfaces().ForEach({ $null = $types.Add($_) })
                foreach ($member in $type.GetMembers([Reflection.BindingFlags] 'Instance, Static, Public, NonPublic, DeclaredOnly')) {
                    # Properties are covered by their methods, and nested types are listed separately.
                    if ($member.IsPublic -or $member.IsFamily -or $member.IsFamilyOrAssembly) {
                        foreach ($used in @($member.ReturnType; $member.FieldType; if ($member -is [Reflection.MethodBase]) { $member.GetParameters().ParameterType })) {
                            if ($used) { $null = $types.Add($used) }
                        }
                    }
                }
            }
            $all = $types.ForEach({ $_; $_.GetElementType(); $_.GetGenericArguments() }).Where({ $_ })
            $all | Should -Contain ([VodPreheat.VodConnection])
            $all.Where({ $_.Assembly.GetName().Name -eq 'VodPreheat.Client' }) | Should -BeNullOrEmpty
        }
    }

    Context 'load contexts' {
        It 'loads only the cmdlet assembly at import' {
            # What PowerShell itself loads for its first import depends on its version, so another module is imported first.
            Set-Content "$TestDrive/Empty.psd1" "@{ ModuleVersion = '1.0' }"
            $text = Invoke-Child {
                param($manifest, $empty)
                Import-Module $empty -ErrorAction Stop

                # Its telemetry, also when it is turned off, is loaded by another thread.
                for ($i = 0; $i -lt 100 -and [AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.GetName().Name -eq 'System.Net.Http' }).Count -eq 0; $i++) {
                    Start-Sleep -Milliseconds 50
                }
                $before = [AppDomain]::CurrentDomain.GetAssemblies().FullName
                Import-Module $manifest -ErrorAction Stop
                [AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.FullName -notin $before }).ForEach({ $_.GetName().Name })
            } $Manifest, "$TestDrive/Empty.psd1"
            $text | Should -Match 'VodPreheat\.PowerShell'
            $text | Should -Not -Match 'VodPreheat\.Client|Microsoft\.Extensions|Polly|System\.Net|System\.Text\.Json'
        }

        It 'keeps the client and its packages in one private context' {
            Connect-VodAccount -Sandbox
            $null = Get-VodPreheatResult example
            $ours = [AppDomain]::CurrentDomain.GetAssemblies().Where({ -not $_.IsDynamic -and $_.Location -and (Split-Path $_.Location) -eq $library })
            $names = $ours.ForEach({ $_.GetName().Name })
            $names | Should -Contain 'VodPreheat.Client'
            $names | Should -Contain 'Microsoft.Extensions.Http'
            $names.Count | Should -Be ($names | Select-Object -Unique).Count
            $contexts = $ours.ForEach({ [Runtime.Loader.AssemblyLoadContext]::GetLoadContext($_) })
            $contexts.Name | Select-Object -Unique | Should -Be 'VodPreheat'
            @($contexts | Select-Object -Unique).Count | Should -Be 1
            [Runtime.Loader.AssemblyLoadContext]::GetLoadContext($cmdletAssembly) | Should -Be ([Runtime.Loader.AssemblyLoadContext]::Default)
        }

        It 'can be imported again with -Force, and keeps the connection' {
            Connect-VodAccount -Sandbox
            Import-Module $Manifest -Force
            Remove-Module VodPreheat
            Import-Module $Manifest
            (Get-VodPreheatResult example).Count | Should -Be 3
            [AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.GetName().Name -like 'VodPreheat.[CP]*' }).Count | Should -Be 2
        }

        It 'can be imported by <_> runspaces at the same time' -ForEach 2, 16 {
            $text = Invoke-Child {
                param($manifest, $count)
                $gate = [Threading.Barrier]::new($count)
                $runs = 1..$count | ForEach-Object {
                    $shell = [powershell]::Create().AddScript({
                            param($manifest, $gate)
                            $gate.SignalAndWait()
                            Import-Module $manifest -ErrorAction Stop
                            $connection = Connect-VodAccount -Sandbox -NoDefault
                            (Get-VodPreheatResult example -Connection $connection).Count
                        }).AddArgument($manifest).AddArgument($gate)
                    @{ Shell = $shell; Result = $shell.BeginInvoke() }
                }
                $rows = $runs.ForEach({ $_.Shell.EndInvoke($_.Result); $_.Shell.Streams.Error })
                "rows: $($rows -join ' ')"
                "clients: $([AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.GetName().Name -eq 'VodPreheat.Client' }).Count)"
            } $Manifest, $_
            $text | Should -Match "rows: $((@(3) * $_) -join ' ')\s"
            $text | Should -Match 'clients: 1\s'
        }

        It 'reports that a second version requires a new session, and the first continues to work: <Name>' -ForEach @(
            @{ Name = 'newer second'; Newer = 1 }
            @{ Name = 'older second'; Newer = 0 }
        ) {
            $nine = Copy-ModuleAsNine
            $manifests = $Newer ? ($Manifest, $nine) : ($nine, $Manifest)
            $text = Invoke-Child {
                param($first, $second)
                Import-Module $first -ErrorAction Stop
                Connect-VodAccount -Sandbox
                foreach ($more in @{}, @{ Force = $true }) {
                    try { Import-Module $second -ErrorAction Stop @more; 'imported' } catch { "caught: $_" }
                }
                "loaded: $((Get-Module VodPreheat).Version)"
                Import-Module $first -Force -ErrorAction Stop
                "rows: $((Get-VodPreheatResult example).Count)"
                try { Get-VodPreheatResult unknown -ErrorAction Stop } catch [VodPreheat.VodException] { 'typed' }
            } $manifests
            $versions = $manifests.ForEach({ (Import-PowerShellDataFile $_).ModuleVersion })
            $said = "caught: VodPreheat $([regex]::Escape($versions[0])) is loaded .*Start a new session to use VodPreheat $([regex]::Escape($versions[1]))\."
            [regex]::Matches($text, $said).Count | Should -Be 2
            $text | Should -Not -Match 'imported'
            $text | Should -Match "loaded: $([regex]::Escape($versions[0]))\s+rows: 3\s+typed"
        }

        It 'works if other versions of its packages were loaded first' {
            $text = Invoke-Child {
                param($manifest, $older)
                foreach ($name in 'Primitives', 'Options', 'DependencyInjection.Abstractions', 'DependencyInjection') {
                    $null = [Reflection.Assembly]::LoadFrom("$older/Microsoft.Extensions.$name.dll")
                }
                $null = [Microsoft.Extensions.DependencyInjection.ServiceCollection]::new()
                Import-Module $manifest -ErrorAction Stop
                Connect-VodAccount -Sandbox -ErrorAction Stop
                "rows: $((Get-VodPreheatResult example).Count)"
                $private = [Runtime.Loader.AssemblyLoadContext]::All.Where({ $_.Name -eq 'VodPreheat' })[0]
                foreach ($name in 'Microsoft.Extensions.Options', 'Microsoft.Extensions.DependencyInjection') {
                    foreach ($context in [Runtime.Loader.AssemblyLoadContext]::Default, $private) {
                        $assembly = $context.LoadFromAssemblyName($name)
                        "$name $([Runtime.Loader.AssemblyLoadContext]::GetLoadContext($assembly).Name): $($assembly.GetName().Version)"
                    }
                }
            } $Manifest, "$root/out/older"
            $text | Should -Match 'rows: 3\s'
            foreach ($name in 'Microsoft.Extensions.Options', 'Microsoft.Extensions.DependencyInjection') {
                $text | Should -Match "$([regex]::Escape($name)) Default: 6\.0\.0\.0\s"
                $text | Should -Match "$([regex]::Escape($name)) VodPreheat: (?!6\.)\d+\."
            }
        }

        It 'reports that bin/lib/<_> is missing' -ForEach 'VodPreheat.Client.dll', 'Polly.Core.dll' {
            $text = Invoke-Child {
                param($manifest)
                $ErrorActionPreference = 'Stop'
                Import-Module $manifest
                try { Connect-VodAccount -Sandbox } catch { "caught: $_" }
                'still alive'
                Connect-VodAccount -Sandbox
            } (Copy-ModuleWithout $_)
            $LASTEXITCODE | Should -Be 1
            $text | Should -Match ('caught: .*' + [regex]::Escape([IO.Path]::GetFileNameWithoutExtension($_)))
            $text | Should -Match 'still alive'
        }
    }
}

# Compares the cmdlets, their help, the pages in docs/, and the about topic, and runs every example.

BeforeDiscovery {
    $root = "$PSScriptRoot/../.."
    $cmdlets = (Import-PowerShellDataFile "$root/VodPreheat.psd1").CmdletsToExport

    # The code blocks of a page, each with the number of its line.
    function Get-CodeBlock([string] $Path) {
        $text = (Get-Content $Path -Raw) -replace "`r"
        foreach ($match in [regex]::Matches($text, '(?ms)^```powershell\n(.*?)^```')) {
            @{
                Page = Split-Path $Path -Leaf
                Line = @($text.Substring(0, $match.Index).Split("`n")).Count + 1
                Code = $match.Groups[1].Value
            }
        }
    }

    $examples = foreach ($name in $cmdlets) {
        $titles = @(Select-String "$root/docs/$name.md" -Pattern '^### (Example \d+): ' | ForEach-Object { $_.Matches[0].Groups[1].Value })
        for ($i = 0; $i -lt $titles.Count; $i++) { @{ Cmdlet = $name; Title = $titles[$i]; Index = $i } }
    }
    $pages = Get-ChildItem $root -Filter *.md | Where-Object Name -NE CHANGELOG.md
    $pages = @($pages) + @(Get-ChildItem "$root/docs" -Filter *.md -Recurse)

    # Without code that installs or imports the module, or that requires Windows.
    $guides = 'README.md', 'docs/signing-in.md', 'docs/errors.md', 'docs/runbooks.md' | ForEach-Object { Get-CodeBlock "$root/$_" } |
        Where-Object Code -NotMatch 'Install-PSResource VodPreheat\n|Import-Module|ScheduledTask'
    $blocks = @($pages | ForEach-Object { Get-CodeBlock $_.FullName })
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"

    function Get-Parameter([string] $Cmdlet) {
        (Get-Command $Cmdlet).Parameters.Values |
            Where-Object { $_.Name -notin [System.Management.Automation.Cmdlet]::CommonParameters -and $_.Attributes.DontShow -notcontains $true }
    }

    # The syntax of the cmdlet, one line per parameter set, without hidden parameters.
    function Get-Syntax([string] $Cmdlet) {
        $command = Get-Command $Cmdlet
        $lines = @((Get-Command $Cmdlet -Syntax) -split '\r?\n' | Where-Object { $_ } | ForEach-Object Trim)
        $sets = @($command.ParameterSets)
        for ($i = 0; $i -lt $sets.Count; $i++) {
            $line = $lines[$i]
            foreach ($parameter in $command.Parameters.Values) {
                $own = $parameter.Attributes | Where-Object { $_ -is [Parameter] -and $_.ParameterSetName -eq $sets[$i].Name }
                if ($own.DontShow) { $line = $line -replace " \[-$($parameter.Name) [^\]>]*\]?>\]" }
            }
            $line
        }
    }

    # The text of a section of a page.
    function Get-PageSection([string] $Cmdlet, [string] $Title) {
        $text = (Get-Content "$root/docs/$Cmdlet.md" -Raw) -replace "`r"
        [regex]::Match($text, "(?ms)^## $Title\n(.*?)(?=^## |\z)").Groups[1].Value
    }

    # Runs a text as at the prompt, in a separate folder, and returns the errors. The files that a pod mounts exist there.
    function Invoke-Text([string] $Code) {
        Push-Location TestDrive:
        try {
            Set-Content oidc-token $server.MakeIdToken('kubernetes', 'vod-preheat')
            if (-not (Test-Path urls.txt)) { Set-Content urls.txt 'https://cdn.example.com/a.mp4' }
            & ([scriptblock]::Create($Code.Replace('/var/run/secrets/tokens/', './'))) 2>&1 6>$null | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }
        }
        finally {
            Pop-Location
        }
    }

    # The cloud in the examples is a test server.
    $server = $TestServer::Start()
    $server.AnyTask = $true
    $server.AddUser('vod-operator', 'Made-up password 1', 'example-company')
    foreach ($provider in 'gitlab', 'kubernetes') { $server.AddIdentityProvider($provider, 'vod-preheat') }
    $secondProject = 'fedcba9876543210fedcba9876543210'
    $server.AddProject($secondProject, 'ap-southeast-3')
    $server.AddAccessKey($TestServer::DefaultAccessKey, $TestServer::DefaultSecretKey, $secondProject)
    $environment = @{
        HUAWEICLOUD_SDK_AK                        = $TestServer::DefaultAccessKey
        HUAWEICLOUD_SDK_SK                        = $TestServer::DefaultSecretKey
        HUAWEICLOUD_SDK_SECURITY_TOKEN            = $null
        HUAWEICLOUD_SDK_PROJECT_ID                = $TestServer::DefaultProjectId
        HUAWEICLOUD_SDK_IAM_ENDPOINT              = "$($server.Endpoint)"
        HUAWEICLOUD_SDK_REGION_VOD_CN_NORTH_4     = "$($server.Endpoint)"
        HUAWEICLOUD_SDK_REGION_VOD_AP_SOUTHEAST_3 = "$($server.Endpoint)"
        VODPREHEAT_METADATA_ENDPOINT              = "$($server.Endpoint)"
        HW_REGION_NAME                            = 'cn-north-4'
        VOD_ID_TOKEN                              = $server.MakeIdToken('gitlab', 'vod-preheat')
        PSModulePath                              = "$root/out$([IO.Path]::PathSeparator)$env:PSModulePath"
    }
    $before = @{}
    foreach ($name in $environment.Keys) {
        $before[$name] = [Environment]::GetEnvironmentVariable($name)
        [Environment]::SetEnvironmentVariable($name, $environment[$name])
    }
}

AfterAll {
    foreach ($name in $before.Keys) { [Environment]::SetEnvironmentVariable($name, $before[$name]) }
    Disconnect-VodAccount
    $server.Dispose()
}

Describe 'The help of <_>' -ForEach $cmdlets {
    BeforeAll {
        $cmdlet = $_
        $help = Get-Help $cmdlet -Full
    }

    It 'has exactly the parameters of the cmdlet' {
        $names = @(Get-Parameter $cmdlet | ForEach-Object Name | Sort-Object)
        $inHelp = @($help.parameters | ForEach-Object parameter | ForEach-Object name | Sort-Object)
        $onPage = @([regex]::Matches((Get-PageSection $cmdlet PARAMETERS), '(?m)^### -(\S+)$') | ForEach-Object { $_.Groups[1].Value } | Sort-Object)
        $inHelp -join ', ' | Should -Be ($names -join ', ')
        $onPage -join ', ' | Should -Be ($names -join ', ')
    }

    It 'describes each parameter with its attributes' {
        foreach ($parameter in Get-Parameter $cmdlet) {
            $own = $help.parameters.parameter | Where-Object name -EQ $parameter.Name
            $own.description.Text | Should -Not -BeNullOrEmpty -Because $parameter.Name
            $own.required | Should -Be "$($parameter.Attributes.Mandatory -contains $true)" -Because $parameter.Name
            $pipeline = @($parameter.Attributes | Where-Object { $_ -is [Parameter] -and ($_.ValueFromPipeline -or $_.ValueFromPipelineByPropertyName) })
            $own.pipelineInput | Should -BeLike "$($pipeline.Count -gt 0)*" -Because $parameter.Name
            $own.aliases | Should -Be ($parameter.Aliases.Count ? $parameter.Aliases -join ', ' : 'none') -Because $parameter.Name
        }
    }

    It 'has the first sentence of each parameter in completion menus (HelpMessage)' {
        foreach ($parameter in Get-Parameter $cmdlet | Where-Object Name -NotIn WhatIf, Confirm) {
            $text = ($help.parameters.parameter | Where-Object name -EQ $parameter.Name).description[0].Text
            $messages = $parameter.Attributes | Where-Object { $_ -is [Parameter] } | ForEach-Object HelpMessage | Select-Object -Unique
            $messages | Should -BeExactly ([regex]::Match($text, '^.*?[.!?](?=\s|$)').Value) -Because $parameter.Name
        }
    }

    It 'has the default values of the cmdlet on the page' {
        $instance = [Activator]::CreateInstance((Get-Command $cmdlet).ImplementingType)
        $defaults = Get-Parameter $cmdlet | Where-Object { $_.ParameterType -eq [int] -and $instance.($_.Name) -ne [int]::MaxValue } |
            ForEach-Object { "-$($_.Name) $($instance.($_.Name))" }
        $onPage = [regex]::Matches((Get-PageSection $cmdlet PARAMETERS), '(?m)^### (-\w+)\n\n.*?The default value is (\w+)') |
            ForEach-Object { "$($_.Groups[1]) $($_.Groups[2])" }
        ($onPage | Sort-Object) -join ', ' | Should -BeExactly (($defaults | Sort-Object) -join ', ')
    }

    It 'has the syntax of the cmdlet in the console and on the page' {
        $syntax = @(Get-Syntax $cmdlet)
        $shown = ($help.syntax | Out-String -Width 4096) -split '\r?\n' | ForEach-Object Trim | Where-Object { $_ }
        $onPage = (Get-PageSection $cmdlet SYNTAX) -split '\n' | Where-Object { $_.StartsWith($cmdlet) }
        $shown -join "`n" | Should -BeExactly ($syntax -join "`n")
        $onPage -join "`n" | Should -BeExactly ($syntax -join "`n")
    }

    It 'has the names of the parameter sets on the page if there are several' {
        $command = Get-Command $cmdlet
        $onPage = @([regex]::Matches((Get-PageSection $cmdlet SYNTAX), '(?m)^### (\w+)') | ForEach-Object { $_.Groups[1].Value })
        $names = if ($command.ParameterSets.Count -gt 1) { $command.ParameterSets.Name }
        $onPage -join ', ' | Should -Be ($names -join ', ')
    }

    It 'has a synopsis, a description, inputs, notes, and the outputs of the cmdlet' {
        $help.Synopsis | Should -Not -Match "^\s*$cmdlet"
        ($help.description | Out-String).Trim() | Should -Not -BeNullOrEmpty
        $help.inputTypes.inputType.type.name | Should -Not -BeNullOrEmpty
        ($help.alertSet | Out-String).Trim() | Should -Not -BeNullOrEmpty
        $types = @((Get-Command $cmdlet).OutputType | ForEach-Object { $_.Name -replace 'System\.Void', 'None' })
        @($help.returnValues.returnValue.type.name) -join ', ' | Should -Be ($types -join ', ')
    }

    It 'has all examples of the page, at least three, with titles' {
        $all = @($help.examples.example)
        $all.Count | Should -BeGreaterOrEqual 3
        $all.Count | Should -Be @([regex]::Matches((Get-PageSection $cmdlet EXAMPLES), '(?m)^### Example ')).Count
        $all.title | ForEach-Object { $_ | Should -Match 'Example \d+: \w' }
    }

    It 'has a link to its page' {
        $uri = (Get-Command $cmdlet).HelpUri
        $uri | Should -BeExactly "https://github.com/vodpreheat/VodPreheat/blob/main/docs/$cmdlet.md"
        $help.relatedLinks.navigationLink[0].uri | Should -BeExactly $uri
        "$root/docs/$cmdlet.md" | Should -Exist
    }
}

Describe 'The examples' {
    BeforeAll {
        # The answers of a user at the prompt, a vault, and an automation account.
        function Get-TypedCredential($UserName, $Name, $Message) {
            $null = $Name, $Message
            if ($UserName) { ConvertTo-Credential $UserName 'Made-up password 1' } else { ConvertTo-Credential $TestServer::DefaultAccessKey $TestServer::DefaultSecretKey }
        }
        function Get-TypedSecret { ConvertTo-Secret 'made-up-token' }
        function Set-Secret { $null = $args }
        Set-Alias Get-Credential Get-TypedCredential
        Set-Alias Read-Host Get-TypedSecret
        Set-Alias Get-Secret Get-TypedCredential
        Set-Alias Get-AutomationPSCredential Get-TypedCredential

        # The examples of each cmdlet in its help.
        $inHelp = @{}

        # The hosts in the examples must not receive requests: this proxy forwards them all to this machine.
        $proxy = [VodPreheat.TestServer.ProxyServer]::Start()
    }

    AfterAll { $proxy.Dispose() }

    BeforeEach {
        $PSDefaultParameterValues = @{ '*-VodPreheat:PollIntervalSec' = 1; 'Test-VodPreheatUrl:Proxy' = $proxy.Endpoint }

        # Only the sandbox, whose tasks take seconds, has a faster clock, and not what an example connects to.
        $null = Use-Clock 20
        Connect-VodAccount -Sandbox
        Set-Clock ([TimeProvider]::System)
    }

    It '<Cmdlet>, <Title>, runs without errors' -ForEach $examples {
        $asked = $proxy.Seen.Count
        $inHelp[$Cmdlet] ??= (Get-Help $Cmdlet -Examples).examples.example
        Invoke-Text $inHelp[$Cmdlet][$Index].code | Should -BeNullOrEmpty
        $proxy.Seen.Count | Should -Be $asked -Because 'the sandbox has a CDN of its own'
    }

    It '<Page>, line <Line>, runs without errors' -ForEach $guides {
        Invoke-Text $Code | Should -BeNullOrEmpty
    }

    It '<Page>, line <Line>, can be parsed and uses existing parameters' -ForEach $blocks {
        $problems = $null
        $tree = [System.Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $problems)
        $problems | Should -BeNullOrEmpty
        $own = $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $true).Name
        $calls = $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] -and $args[0].GetCommandName() -like '*-Vod*' }, $true) |
            Where-Object { $_.GetCommandName() -notin $own }
        foreach ($call in $calls) {
            $known = (Get-Command $call.GetCommandName() -Module VodPreheat -ErrorAction Stop).Parameters.Keys
            $used = $call.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }
            $used | ForEach-Object { $_.ParameterName | Should -BeIn $known }
        }
    }
}

Describe 'The page about signing' {
    It 'has a script whose signature the service accepts' {
        $code = [regex]::Match(((Get-Content "$root/docs/request-signing.md" -Raw) -replace "`r"), '(?ms)^```powershell\n(\$accessKey.*?)^```').Groups[1].Value
        $code = $code.Replace('vod.cn-north-4.myhuaweicloud.com', $server.Endpoint.Authority).Replace('https://', 'http://')
        $values = '$accessKey, $secretKey, $projectId, $taskId = $TestServer::DefaultAccessKey, $TestServer::DefaultSecretKey, $TestServer::DefaultProjectId, "any"'
        $rows = & ([scriptblock]::Create(($code -replace '(?m)\A.*$', $values.Replace('$', '$$'))))
        $rows.status | Should -Be succeed
    }
}

Describe 'The about topic' {
    BeforeAll {
        $about = Get-Help about_VodPreheat | Out-String -Width 200
    }

    It 'is found and has at most 80 columns' {
        $about | Should -Match 'SHORT DESCRIPTION'
        Get-Content "$root/out/VodPreheat/en-US/about_VodPreheat.help.txt" | Where-Object Length -GT 80 | Should -BeNullOrEmpty
    }

    It 'names every cmdlet' {
        foreach ($name in (Get-Command -Module VodPreheat).Name) { $about | Should -Match $name }
    }
}

Describe 'The error IDs' {
    It 'are exactly those in <_>' -ForEach 'docs/errors.md', 'module/en-US/about_VodPreheat.help.txt', 'docs/zh-CN/errors.md', 'module/zh-Hans/about_VodPreheat.help.txt' {
        $ids = [regex]::Matches((Get-Content "$root/src/VodPreheat.Client/Errors/ErrorIds.cs" -Raw), '= "(Vod\w+)"') | ForEach-Object { $_.Groups[1].Value }
        $pattern = $_ -like '*.md' ? '(?m)^\| `(Vod\w+)`' : '(?m)^        (Vod\w+) '
        $named = [regex]::Matches((Get-Content "$root/$_" -Raw), $pattern) | ForEach-Object { $_.Groups[1].Value }
        ($named | Sort-Object) -join ', ' | Should -Be (($ids | Sort-Object) -join ', ')
    }
}

Describe 'The links of <_.Name>' -ForEach $pages {
    It 'refer to existing files' {
        $folder = $_.DirectoryName
        foreach ($match in [regex]::Matches((Get-Content $_.FullName -Raw), '\]\((?!https?:|#)([^)#]+)')) {
            Join-Path $folder $match.Groups[1].Value | Should -Exist
        }
    }

    It 'lead to headings that exist' {
        foreach ($match in [regex]::Matches((Get-Content $_.FullName -Raw), '\]\((?!https?:)([^)#]*)#([^)]+)\)')) {
            $file = $match.Groups[1].Length ? (Join-Path $_.DirectoryName $match.Groups[1].Value) : $_.FullName
            $anchors = Select-String $file -Pattern '^#+ (.+)' | ForEach-Object { $_.Matches[0].Groups[1].Value.ToLowerInvariant() -replace '[^\w -]' -replace ' ', '-' }
            $match.Groups[2].Value | Should -BeIn $anchors
        }
    }
}

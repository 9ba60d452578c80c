# Compares the Chinese pages, help, about topic, and README with the English ones: sections, code, names, and numbers.

BeforeDiscovery {
    $root = "$PSScriptRoot/../.."
    $cmdlets = (Import-PowerShellDataFile "$root/VodPreheat.psd1").CmdletsToExport
    $pages = @(
        foreach ($name in @($cmdlets) + 'errors', 'signing-in', 'journal', 'runbooks', 'testing', 'request-signing') { @{ Page = "docs/zh-CN/$name.md"; English = "docs/$name.md" } }
        @{ Page = 'README.zh-CN.md'; English = 'README.md' }
    )

    # What sets the UI culture. .NET reads it from the environment on Linux only.
    $origins = @('the session'; if ($IsLinux) { 'the environment' })
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $chinese = '\p{IsCJKUnifiedIdeographs}'

    function Get-Text([string] $Path) { (Get-Content "$root/$Path" -Raw) -replace "`r" }

    function Get-CodeBlock([string] $Path) {
        [regex]::Matches((Get-Text $Path), '(?ms)^```.*?^```') | ForEach-Object Value
    }

    # The sections of a page, without their subsections and code blocks.
    function Get-Section([string] $Path) {
        $prose = (Get-Text $Path) -replace '(?ms)^```.*?^```\n'
        foreach ($match in [regex]::Matches($prose, '(?ms)^(#+) (.+?)\n(.*?)(?=^#+ |\z)')) {
            [pscustomobject]@{ Level = $match.Groups[1].Length; Title = $match.Groups[2].Value; Body = $match.Groups[3].Value }
        }
    }

    # The names in a text: code, parameters (bold on English pages), and properties and categories (plain text).
    function Get-Name([string] $Text) {
        $code = [regex]::Matches($Text, '`-?([^`]+)`|\*\*(\w+)\*\*') | ForEach-Object { $_.Groups[1].Value + $_.Groups[2].Value }
        $words = [regex]::Matches(($Text -replace '`[^`]*`' -replace '\]\([^)]*\)'), '(?<![A-Za-z])[A-Za-z][a-z]+(?:[A-Z][a-z]+)+(?![A-Za-z])') | ForEach-Object Value
        @($code) + @($words) | Where-Object { $_ } | Sort-Object -Unique -CaseSensitive
    }

    # The numbers in a text. English texts spell out numbers of one digit.
    function Get-Number([string] $Text) {
        [regex]::Matches(($Text -replace '`[^`]*`' -replace '\]\([^)]*\)'), '\d{2,}') | ForEach-Object Value | Sort-Object -Unique
    }

    # The rows of the tables of errors: codes, category, and whether they are terminating.
    function Get-ErrorRow([string] $Path) {
        foreach ($match in [regex]::Matches((Get-Text $Path), '(?m)^\| (`?[A-Z]\w+.*?) \| (.*?) \| (.*?) \| .* \|$')) {
            $codes = $match.Groups[1].Value -replace '\W+|\bto\b', ' '
            if ($codes -notmatch '^ ?(Vod|[A-Z]+ \d)') { continue }
            $category = [regex]::Match($match.Groups[2].Value, '^[A-Z]\w+$').Value
            $terminating = [regex]::Matches($match.Groups[3].Value, '\byes\b|\bno\b|\u662F|\u5426') | ForEach-Object { $_.Value -in 'yes', [string][char] 0x662F }
            "$($codes -replace ' +', ' ') $category $terminating"
        }
    }

    # The sections of the about topic. Only their headings are not indented.
    function Get-Topic([string] $Language) {
        $text = Get-Text "module/$Language/about_VodPreheat.help.txt"
        foreach ($match in [regex]::Matches($text, '(?m)^(\S.*)\n((?: .*\n?|\n)*)')) {
            [pscustomobject]@{ Title = $match.Groups[1].Value; Body = $match.Groups[2].Value }
        }
    }

    # The names in a section of the about topic, where code is not marked.
    function Get-TopicName([string] $Text) {
        $names = [regex]::Matches(($Text -replace '/zh-CN/', '/'), '[A-Za-z0-9_.:/\\%~$-]+') | ForEach-Object { $_.Value.Trim('.', ':') }
        $names -cmatch '.[-_./].|^-[A-Z]|^[A-Za-z][a-z]+([A-Z][a-z]+)+$' -notmatch '^[a-z]+-[a-z]+$' | Sort-Object -Unique -CaseSensitive
    }

    # Gets all help in a new process with a Chinese UI culture. It is returned in a file, because the encoding of a console varies.
    function Get-ChineseHelp([string] $Origin) {
        $file = Join-Path (Get-PSDrive TestDrive).Root "$([guid]::NewGuid()).json"
        $before = $env:LC_ALL
        if ($Origin -eq 'the environment') { $env:LC_ALL = 'zh_CN.UTF-8' }
        try {
            $printed = Invoke-Child {
                param($manifest, $file, $origin)
                $ErrorActionPreference = 'Stop'
                if ($origin -eq 'the session') { [cultureinfo]::CurrentUICulture = 'zh-CN' }
                Import-Module $manifest
                $help = @{ about = Get-Help about_VodPreheat | Out-String -Width 200 }
                foreach ($command in Get-Command -Module VodPreheat) {
                    $own = Get-Help $command.Name -Full
                    $help[$command.Name] = @{
                        Synopsis    = $own.Synopsis
                        Description = $own.description | Out-String
                        Parameters  = @($own.parameters | ForEach-Object parameter | Where-Object { $_ } | ForEach-Object { @{ Name = $_.name; Text = $_.description | Out-String } })
                        Examples    = @($own.examples.example | ForEach-Object { @{ Title = $_.title; Code = $_.code } })
                        Links       = @($own.relatedLinks.navigationLink | ForEach-Object { $_.uri } | Where-Object { $_ })
                    }
                }
                ConvertTo-Json $help -Depth 4 | Set-Content $file
            } $Manifest, $file, $Origin
            if (-not (Test-Path $file)) { throw $printed }
            Get-Content $file -Raw | ConvertFrom-Json -AsHashtable
        } finally {
            $env:LC_ALL = $before
        }
    }
}

Describe '<Page>' -ForEach $pages {
    BeforeAll {
        $sections = @(Get-Section $Page)
        $originals = @(Get-Section $English)
    }

    It 'has the sections of the English page; headings are the same or in Chinese' {
        $sections.Level -join ' ' | Should -Be ($originals.Level -join ' ')
        $other = for ($i = 0; $i -lt $originals.Count; $i++) {
            if ($sections[$i].Title -notmatch $chinese -and $sections[$i].Title -cne $originals[$i].Title) { $sections[$i].Title }
        }
        $other | Should -BeNullOrEmpty
    }

    It 'has the same code' {
        $code = @(Get-CodeBlock $Page)
        $code.Count | Should -BeGreaterThan 0
        $code -join "`n" | Should -BeExactly (@(Get-CodeBlock $English) -join "`n")
    }

    It 'has the names of each section' {
        $names, $originalNames = foreach ($body in $sections.Body, $originals.Body) {
            , @(for ($i = 0; $i -lt $originals.Count; $i++) { "$($originals[$i].Title): $(Get-Name $body[$i])" })
        }
        $names -join "`n" | Should -BeExactly ($originalNames -join "`n")
    }

    It 'has the numbers of each section' {
        $missing = for ($i = 0; $i -lt $originals.Count; $i++) {
            Compare-Object @(Get-Number $originals[$i].Body) @(Get-Number $sections[$i].Body) | Where-Object SideIndicator -EQ '<=' |
                ForEach-Object { "$($originals[$i].Title): $($_.InputObject)" }
        }
        $missing | Should -BeNullOrEmpty
    }

    It 'is in Chinese' {
        $english = for ($i = 0; $i -lt $originals.Count; $i++) {
            foreach ($paragraph in $sections[$i].Body -split '\n\s*\n|\n(?=[-|] ?)') {
                if (($paragraph -replace '`[^`]*`') -match '[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}' -and $paragraph -notmatch $chinese) { $paragraph }
            }
            if ($originals[$i].Body -match '[a-z]{2,} [a-z]{2,}' -and $sections[$i].Body -notmatch $chinese) { $originals[$i].Title }
        }
        $english | Should -BeNullOrEmpty
    }

    It 'links to the English page' {
        $up = '../' * ($Page.Split('/').Count - $English.Split('/').Count)
        Get-Text $Page | Should -Match "\[English\]\($([regex]::Escape("$up$(Split-Path $English -Leaf)"))\)"
    }
}

Describe 'The Chinese page of <_>' -ForEach $cmdlets {
    It 'has the default values of the cmdlet' {
        $instance = [Activator]::CreateInstance((Get-Command $_).ImplementingType)
        $defaults = (Get-Command $_).Parameters.Values |
            Where-Object { $_.ParameterType -eq [int] -and $_.Name -notin [System.Management.Automation.Cmdlet]::CommonParameters -and $instance.($_.Name) -ne [int]::MaxValue } |
            ForEach-Object { "-$($_.Name) $($instance.($_.Name))" }

        # "Default value:", in Chinese.
        $onPage = [regex]::Matches((Get-Text "docs/zh-CN/$_.md"), '(?m)^### (-\w+)\n\n.*?\u9ED8\u8BA4\u503C\uFF1A(\w+)') |
            ForEach-Object { "$($_.Groups[1]) $($_.Groups[2])" }
        ($onPage | Sort-Object) -join ', ' | Should -BeExactly (($defaults | Sort-Object) -join ', ')
    }
}

Describe 'The README' {
    It 'links to the Chinese README' {
        Get-Text README.md | Should -Match '\]\(README\.zh-CN\.md\)'
    }
}

Describe 'The Chinese page of errors' {
    It 'has each code with its category and whether it is terminating' {
        $rows = @(Get-ErrorRow docs/zh-CN/errors.md)
        $rows.Count | Should -BeGreaterThan 40
        $rows -join "`n" | Should -BeExactly (@(Get-ErrorRow docs/errors.md) -join "`n")
    }
}

Describe 'The Chinese about topic' {
    BeforeAll {
        $topic = @(Get-Topic zh-Hans)
        $original = @(Get-Topic en-US)
    }

    It 'has the sections of the English one' {
        $original.Count | Should -BeGreaterThan 10
        $topic.Count | Should -Be $original.Count
        foreach ($section in $topic) { $section.Title | Should -Match $chinese }
    }

    It 'has the names and numbers of each section' {
        for ($i = 0; $i -lt $original.Count; $i++) {
            @(Get-TopicName $topic[$i].Body) -join ', ' | Should -BeExactly (@(Get-TopicName $original[$i].Body) -join ', ') -Because $original[$i].Title
            $missing = @(Get-Number $original[$i].Body) | Where-Object { $_ -and $_ -notin @(Get-Number $topic[$i].Body) }
            $missing | Should -BeNullOrEmpty -Because $original[$i].Title
        }
    }

    It 'has the same code' {
        # Indented paragraphs are code or tables. Tables have two spaces between columns.
        $blocks, $originalBlocks = foreach ($sections in $topic, $original) {
            , ($sections.Body -join "`n`n" -split '\n\s*\n' | Where-Object { $_ -match '^ {8}' })
        }
        $blocks.Count | Should -Be $originalBlocks.Count
        for ($i = 0; $i -lt $blocks.Count; $i++) {
            if ($originalBlocks[$i] -match '\A *\S+( \S+)* {2}') {
                $blocks[$i].Split("`n").Count | Should -Be $originalBlocks[$i].Split("`n").Count
            } else {
                $blocks[$i] | Should -BeExactly $originalBlocks[$i]
            }
        }
    }

    It 'fits 80 columns; a Chinese character has the width of two' {
        Get-Content "$root/module/zh-Hans/about_VodPreheat.help.txt" | Where-Object {
            $_.Length + [regex]::Matches($_, '[\u2E80-\u9FFF\uFF00-\uFF60]').Count -gt 80
        } | Should -BeNullOrEmpty
    }
}

Describe 'Get-Help if <_> is in Chinese' -ForEach $origins {
    BeforeAll { $help = Get-ChineseHelp $_ }

    It 'displays the Chinese about topic' {
        $help.about | Should -Match $chinese
        $missing = Get-Content "$root/module/zh-Hans/about_VodPreheat.help.txt" | Where-Object { -not $help.about.Contains($_) }
        $missing | Should -BeNullOrEmpty
    }

    It 'displays the Chinese help of <_>' -ForEach $cmdlets {
        $own = $help[$_]
        $own.Synopsis | Should -Match $chinese
        $own.Description | Should -Match $chinese
        $names = (Get-Help $_ -Full).parameters | ForEach-Object parameter | ForEach-Object name
        @($own.Parameters.Name) -join ', ' | Should -Be (@($names) -join ', ')
        foreach ($parameter in $own.Parameters) { $parameter.Text | Should -Match $chinese -Because $parameter.Name }
        $own.Examples.Code | Should -Be (Get-Help $_ -Examples).examples.example.code
        foreach ($example in $own.Examples) { $example.Title | Should -Match "$chinese\d+" }
    }

    It 'links to the Chinese page of <_>' -ForEach $cmdlets {
        $help[$_].Links[0] | Should -BeExactly ((Get-Command $_).HelpUri -replace '/docs/', '/docs/zh-CN/')
        foreach ($link in $help[$_].Links) {
            $link -match '^https://github\.com/vodpreheat/VodPreheat/blob/main/(.+)$' | Should -BeTrue
            "$root/$($Matches[1])" | Should -Exist
        }
    }
}

Describe 'The help if the UI culture is <_>' -ForEach 'zh-Hans', 'zh-SG', 'zh-Hans-CN' {
    It 'is in Chinese' {
        $text = Invoke-Child {
            param($manifest, $culture, $chinese)
            [cultureinfo]::CurrentUICulture = $culture
            Import-Module $manifest
            "cmdlet: $((Get-Help Start-VodPreheat).Synopsis -match $chinese), topic: $("$(Get-Help about_VodPreheat)" -match $chinese)"
        } $Manifest, $_, $chinese
        $text.Trim() | Should -Be 'cmdlet: True, topic: True'
    }
}
